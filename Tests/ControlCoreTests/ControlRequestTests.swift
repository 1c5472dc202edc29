import ControlCore
import Frames
import Glibc
import RobotModel
import Testing

@Suite struct ControlRequestTests {
    @Test func nothingMovesUnlessEnabledLoadedAndRegistered() throws {
        let axis = try #require(TestRig.axis())
        var rig = try TestRig()
        rig.run(0.2)
        let home = rig.measured
        rig.tick(.task(.approach(depth: -50)))
        #expect(rig.output.refusal == .notInThisState(.disabled))
        rig.tick(.enable)
        rig.run(0.05)
        #expect(rig.output.state == .enabled)
        rig.tick(.task(.approach(depth: -50)))
        #expect(rig.output.refusal == .nothingLoaded)
        rig.trackerReports = false
        rig.run(0.2)
        rig.tick(.load(axis, X_ReferenceCT: TestRig.X_ReferenceCT))
        rig.tick(.task(.approach(depth: -50)))
        #expect(rig.output.refusal == .patientUnknown)
        rig.run(0.5)
        #expect(rig.measured == home && rig.output.phase == .idle)
    }

    @Test func setPointsStartFromTheMeasuredPosition() throws {
        var rig = try TestRig()
        rig.measured[2] += 0.3
        rig.run(0.05)
        rig.tick(.enable)
        rig.run(0.05) { $0.state == .enabled }
        #expect(rig.output.setPoint == rig.measured)
        // Disabled, moved by hand, enabled again: no jump back.
        rig.tick(.disable)
        rig.run(0.1)
        rig.measured[1] -= 0.002
        rig.measured[4] += 0.002
        rig.run(0.1)
        let moved = rig.measured
        rig.tick(.enable)
        rig.run(0.2)
        #expect(rig.output.state == .enabled && rig.output.setPoint == moved && rig.measured == moved)
    }

    @Test func anArmThatIsNotReadyIsNotEnabled() throws {
        var rig = try TestRig()
        rig.armReports = false
        rig.run(0.05)
        rig.tick(.enable)
        #expect(rig.output.refusal == .jointsUnknown)
        rig.armReports = true
        rig.faults = .encoder
        rig.run(0.05)
        rig.tick(.enable)
        #expect(rig.output.refusal == .armNotReady)
        rig.faults = []
        rig.drive = .fault
        rig.run(0.05)
        rig.tick(.enable)
        #expect(rig.output.refusal == .armNotReady)
        #expect(rig.output.state == .disabled)
    }

    @Test func drivesThatDoNotComeOnEndTheRequest() throws {
        var rig = try TestRig()
        rig.run(0.05)
        // An arm that ignores the command: its drives are reported off, whatever it is told.
        rig.spoilReport = { $0.value.drive = .disabled }
        rig.tick(.enable)
        #expect(rig.output.isEnabling && rig.output.command == .enable)
        rig.run(2.5) { $0.refusal != nil }
        #expect(rig.output.refusal == .enableTimedOut && !rig.output.isEnabling && rig.output.state == .disabled)
        // Nobody asks any more: drives that come on late enable nothing, and are switched off.
        rig.spoilReport = { $0.value.drive = .enabled }
        rig.run(0.1)
        #expect(rig.output.state == .disabled)
        #expect(rig.output.command == .stop)
    }

    @Test func motionAlongTheAxisNeedsAlignment() throws {
        var rig = try TestRig()
        rig.ready()
        for task in [ControlTask.advance(depth: 10), .retract(depth: -90), .guideByHand(least: -30)] {
            rig.tick(.task(task))
            guard case .notAligned = rig.output.refusal else {
                Issue.record("\(task): \(String(describing: rig.output.refusal))")
                continue
            }
        }
        rig.tick(.task(.align(depth: -20)))
        rig.run(20) { $0.phase == .holding }
        rig.tick(.task(.advance(depth: 31)))
        #expect(rig.output.refusal == .depthOutOfRange(greatest: 30))
        rig.tick(.task(.advance(depth: .nan)))
        #expect(rig.output.refusal == .depthOutOfRange(greatest: 30))
        rig.tick(.task(.advance(depth: -40)))
        #expect(rig.output.refusal == .depthOutOfRange(greatest: 30))
        rig.tick(.task(.guideByHand(least: -30)))
        #expect(rig.output.refusal == .handUnknown)
    }

    /// The hand moves the tool along the axis only, without its tremor, and not past the depth stop.
    @Test func theHandGuidesAlongTheAxis() throws {
        let axis = try #require(TestRig.axis())
        var rig = try TestRig()
        rig.ready()
        rig.tick(.task(.align(depth: -20)))
        rig.run(20) { $0.phase == .holding }
        let down = (rig.truePatient(at: 0) * TestRig.X_ReferenceCT * axis.direction).vector
        let start = rig.now
        var (furthest, worstAcross, roughest) = (-Double.infinity, 0.0, 0.0)
        var task: OperatorRequest?
        for k in 0..<16_000 {
            let t = rig.now - start
            let tremor = 0.1 * sin(2 * .pi * 10 * t)
            // Slowly 60 mm on, and to the side as well: past the stop at 50.
            let way = down * (60 * min(t / 14, 1) + tremor) + Vector3(5 * min(t / 14, 1), 3 * tremor, 0)
            rig.hand = Timed(HandSample(displacement: Displacement(way)), at: rig.now + 0.0005)
            task = k == 1000 ? .task(.guideByHand(least: -60)) : nil
            let before = rig.output.depth ?? 0
            rig.tick(task)
            if k == 1000 { #expect(rig.output.refusal == nil) }
            guard let depth = rig.output.depth, let error = rig.output.axisError else { continue }
            furthest = max(furthest, depth)
            worstAcross = max(worstAcross, error.across)
            // Tremor of 0.1 mm at 10 Hz has a speed of 6.3 mm/s beside the 4.3 of the wanted motion.
            if t > 5 { roughest = max(roughest, abs(depth - before) / TestRig.period) }
        }
        #expect(rig.output.state == .enabled && rig.output.bounds.contains(.depthStop))
        #expect(furthest <= 30 + 1e-6 && furthest > 29.9)
        #expect(worstAcross < 1e-3)
        #expect(roughest < 5.5, "\(roughest)")
    }

    @Test func aHandThatVanishesPauses() throws {
        var rig = try TestRig()
        rig.ready()
        rig.tick(.task(.align(depth: -20)))
        rig.run(20) { $0.phase == .holding }
        rig.hand = Timed(HandSample(displacement: .zero), at: rig.now)
        rig.tick(.task(.guideByHand(least: -40)))
        #expect(rig.output.refusal == nil)
        rig.run(0.060) { $0.state != .enabled }
        #expect(rig.output.state == .paused && rig.output.stopReason == .handStale)
    }

    @Test func aPatientWhoHasMovedFarIsNotFollowed() throws {
        var rig = try TestRig()
        rig.ready()
        rig.tick(.task(.align(depth: -20)))
        rig.run(20) { $0.phase == .holding }
        for _ in 0..<3000 where rig.output.state == .enabled {
            rig.patientOffset.x += 0.005
            rig.tick()
        }
        #expect(rig.output.state == .paused && rig.output.stopReason == .patientMoved)
        #expect(abs(rig.patientOffset.x - 10) < 1)
        rig.run(0.1)
        rig.tick(.resume)
        #expect(rig.output.refusal == .patientUnknown)
        // A person loads the registration anew and resumes.
        let axis = try #require(TestRig.axis())
        rig.tick(.load(axis, X_ReferenceCT: TestRig.X_ReferenceCT))
        rig.run(0.05)
        rig.tick(.resume)
        #expect(rig.output.state == .enabled && rig.output.refusal == nil)
    }

    @Test func whatCannotBeReachedIsRefused() throws {
        let far = try #require(
            GuidedAxis(
                entry: Point(2500, 0, 0), target: Point(2500, 0, -40), greatestDepth: 10,
                approvedPlan: SIMD4(1, 0, 0, 0)))
        var rig = try TestRig()
        rig.ready(axis: far)
        rig.tick(.task(.approach(depth: -50)))
        let home = rig.measured
        rig.run(0.1) { $0.refusal != nil }
        #expect(rig.output.refusal == .unreachable && rig.output.state == .enabled)
        rig.run(0.1)
        #expect(rig.measured == home)
    }

    @Test func aNewTaskInMotionStopsFirstAndThenGoes() throws {
        let axis = try #require(TestRig.axis())
        var rig = try TestRig()
        rig.ready()
        rig.tick(.task(.approach(depth: -50)))
        rig.run(0.4)
        rig.tick(.task(.align(depth: -90)))
        #expect(rig.output.refusal == nil)
        rig.run(20) { $0.phase == .holding }
        #expect(rig.trueError(axis, depth: -90).place < 1e-3)
        rig.tick(.task(.rest))
        rig.run(0.2)
        #expect(rig.output.phase == .idle && rig.output.isStandingStill)
    }

    @Test func pauseAndResumeGoOnWithTheTask() throws {
        let axis = try #require(TestRig.axis())
        var rig = try TestRig()
        rig.breathing = 2
        rig.ready()
        rig.tick(.task(.align(depth: -20)))
        rig.run(0.5)
        rig.tick(.pause)
        #expect(rig.output.state == .paused && rig.output.stopReason == .operatorPause)
        rig.run(0.3)
        #expect(rig.output.isStandingStill)
        rig.tick(.resume)
        rig.run(20) { $0.phase == .holding || $0.state != .enabled }
        #expect(rig.output.state == .enabled && rig.output.stopReason == nil)
        #expect(rig.trueError(axis, depth: -20).place < 0.3)
    }

    @Test func aLoopThatSleptOrWhoseClockRunsBackwardsIsAFault() throws {
        var late = try ControlStopTests.moving()
        late.tick(dt: 0.030)
        #expect(late.output.state == .fault && late.output.stopReason == .loopLate)
        var back = try ControlStopTests.moving()
        back.tick(dt: -0.010)
        #expect(back.output.state == .fault && back.output.stopReason == .timeWentBackwards)
        var lost = try ControlStopTests.moving()
        lost.tick(dt: .nan)
        #expect(lost.output.state == .fault && lost.output.stopReason == .notFinite)
    }

    @Test func anEmergencyStopBrakesAtOnceInAnyState() throws {
        var moving = try ControlStopTests.moving()
        moving.tick(.emergencyStop)
        #expect(moving.output.state == .fault && moving.output.command == .stop)
        // In the middle of a gentler stop, too.
        var stopping = try ControlStopTests.moving()
        stopping.linkIsUp = false
        stopping.tick()
        #expect(stopping.output.stopReason == .linkLost && stopping.output.command != .stop)
        stopping.tick(.emergencyStop)
        #expect(stopping.output.stopReason == .emergencyStop && stopping.output.command == .stop)
        var disabled = try TestRig()
        disabled.run(0.05)
        disabled.tick(.emergencyStop)
        #expect(disabled.output.state == .fault && disabled.output.command == .stop)
    }

    /// A path that is quicker than the tip may be: the tip is held near its bound (20 %), and the loop says so and pauses.
    @Test func theTipIsNeverFasterThanItMayBe() throws {
        var rig = try TestRig(change: { $0.greatestToolSpeed = 25 })
        rig.ready()
        rig.tick(.task(.approach(depth: -60)))
        var (fastest, wasHeld) = (0.0, false)
        for _ in 0..<3000 {
            let before = rig.output.X_BaseToolSetPoint?.translation
            rig.tick()
            if let before, let after = rig.output.X_BaseToolSetPoint?.translation {
                fastest = max(fastest, length(after - before) / TestRig.period)
            }
            if rig.output.bounds.contains(.toolSpeed) { wasHeld = true }
        }
        #expect(wasHeld && fastest > 20 && fastest < 25 * 1.2, "\(fastest)")
        #expect(rig.output.state == .paused && rig.output.stopReason == .pathDeviation)
    }

    @Test func configurationsThatCannotWorkAreRefused() throws {
        func refused(_ expected: ControlError, _ change: (inout ControlConfiguration) -> Void) {
            #expect(throws: expected) { try TestRig(change: change) }
        }
        refused(.period(0)) { $0.period = 0 }
        refused(.armDelay(-1)) { $0.armDelay = -1 }
        refused(.workspace) { $0.workspace.least = $0.workspace.greatest }
        refused(.ages) { $0.ages.joints = .nan }
        refused(.plausibility) { $0.plausibility.patientShift = 0 }
        refused(.patientFilter) { $0.patientFilter.gate = -1 }
        refused(.factors) { $0.jointSpeedShare = 2 }
    }

    @Test func axesThatAreNoneAreRefused() {
        let plan = SIMD4<UInt64>(1, 1, 1, 1)
        let (entry, target) = (Point<CT>(0, 0, 0), Point<CT>(0, 0, 40))
        #expect(GuidedAxis(entry: entry, target: target, greatestDepth: 40, approvedPlan: plan) != nil)
        #expect(GuidedAxis(entry: entry, target: target, greatestDepth: 41, approvedPlan: plan) == nil)
        #expect(GuidedAxis(entry: entry, target: target, greatestDepth: 10, approvedPlan: .zero) == nil)
        #expect(GuidedAxis(entry: entry, target: entry, greatestDepth: 0, approvedPlan: plan) == nil)
        #expect(GuidedAxis(entry: entry, target: Point(.nan, 0, 0), greatestDepth: 0, approvedPlan: plan) == nil)
    }
}
