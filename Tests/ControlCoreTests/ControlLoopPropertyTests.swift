import ControlCore
import Frames
import Glibc
import RobotModel
import Testing

/// Random worlds and random people: whatever comes, no limit of a set-point is broken and nothing traps.
@Suite struct ControlLoopPropertyTests {
    static func request(_ random: inout SeededGenerator, _ axis: GuidedAxis) -> OperatorRequest {
        let depth = 200 * random.uniform() - 150
        switch Int(random.uniform() * 14) {
        case 0, 1: return .enable
        case 2: return .disable
        case 3: return .pause
        case 4, 5: return .resume
        case 6: return .clearFault
        case 7: return .load(axis, X_ReferenceCT: TestRig.X_ReferenceCT)
        case 8: return random.uniform() < 0.3 ? .unload : .task(.rest)
        case 9: return .task(.approach(depth: depth))
        case 10: return .task(.align(depth: random.uniform() < 0.1 ? .nan : depth))
        case 11: return .task(.advance(depth: depth))
        case 12: return .task(.retract(depth: depth))
        default: return random.uniform() < 0.1 ? .emergencyStop : .task(.guideByHand(least: -60))
        }
    }

    /// What a person would do who wants the arm to work.
    static func sensible(_ output: ControlOutput, _ random: inout SeededGenerator) -> OperatorRequest? {
        switch output.state {
        case .disabled: .enable
        case .paused: .resume
        case .fault: .clearFault
        case .enabled: output.task == .rest ? .task(.approach(depth: -120 * random.uniform())) : nil
        }
    }

    static func disturb(_ rig: inout TestRig, _ random: inout SeededGenerator) {
        switch Int(random.uniform() * 12) {
        case 0: rig.armReports.toggle()
        case 1: rig.trackerReports.toggle()
        case 2: rig.isVisible.toggle()
        case 3: rig.patientOffset = random.normal3() * 4
        case 4: rig.faults = random.uniform() < 0.3 ? .encoder : []
        case 5: rig.linkIsUp.toggle()
        case 6 where random.uniform() < 0.3: rig.spoilReport = { $0.value.positions[1] += 0.3 }
        default:
            (rig.armReports, rig.trackerReports, rig.isVisible, rig.linkIsUp) = (true, true, true, true)
            rig.spoilReport = nil
        }
        rig.hand = Timed(HandSample(displacement: Displacement(random.normal3() * 3)), at: rig.now)
    }

    @Test(arguments: 1...12) func limitsHoldInAnyWorld(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let axis = try #require(TestRig.axis(Vector3(0.4 * random.uniform() - 0.2, 0.4 * random.uniform() - 0.2, -1)))
        var rig = try TestRig(seed: seed)
        rig.breathing = 3
        rig.trackerNoise = 0.3
        rig.ready(axis: axis)
        let arm = rig.description.arm
        var (moved, enabledTicks) = (0.0, 0)
        for tick in 0..<8000 {
            if random.uniform() < 0.003 { Self.disturb(&rig, &random) }
            let before = rig.output
            let wish = random.uniform()
            rig.tick(
                wish < 0.004 ? Self.request(&random, axis) : wish < 0.01 ? Self.sensible(before, &random) : nil)
            let after = rig.output
            Self.checkLimits(before, after, arm, tick)
            if after.state == .enabled { enabledTicks += 1 }
            if before.state == after.state { moved += (after.setPoint - before.setPoint).largestMagnitude }
            if after.state == .disabled || after.state == .fault && after.command == .stop {
                if case .setPoint = after.command { Issue.record("set-point while \(after.state), tick \(tick)") }
            }
        }
        #expect(enabledTicks > 100 && moved > 0)
    }

    static func checkLimits(_ before: ControlOutput, _ after: ControlOutput, _ arm: SerialArm, _ tick: Int) {
        guard before.state != .disabled, after.state != .disabled else { return }
        for i in 0..<arm.jointCount {
            let limits = arm.limits(i)
            // Stops may use three times the acceleration and twenty times the jerk; a quarter of the speed is used.
            let jerk = abs(after.setPointAcceleration[i] - before.setPointAcceleration[i]) / TestRig.period
            let moved = abs(after.setPoint[i] - before.setPoint[i]) / TestRig.period
            let holds =
                limits.contains(after.setPoint[i], tolerance: 1e-9)
                && abs(after.setPointVelocity[i]) <= 0.25 * limits.speed * (1 + 1e-6)
                && moved <= 0.25 * limits.speed * (1 + 1e-6)
                && abs(after.setPointAcceleration[i]) <= 3 * limits.acceleration * (1 + 1e-6)
                && jerk <= 20 * limits.jerk * (1 + 1e-6) + 1e-3
            // One #expect for each of three million checks would take longer than the checks.
            if !holds { Issue.record("joint \(i), tick \(tick): \(after.setPoint), moved \(moved), jerk \(jerk)") }
        }
    }

    /// The same world twice gives the same commands to the last bit.
    @Test func theSameInputsGiveTheSameBytes() throws {
        func commands() throws -> [ArmCommand] {
            let axis = try #require(TestRig.axis())
            var rig = try TestRig(seed: 3)
            rig.breathing = 2
            rig.trackerNoise = 0.2
            rig.ready(axis: axis)
            rig.tick(.task(.approach(depth: -70)))
            return (0..<3000).map { _ in rig.tick().command }
        }
        #expect(try commands() == commands())
    }
}
