import ControlCore
import Frames
import Glibc
import RobotModel
import Testing

/// Something that goes wrong while the arm moves.
struct Mishap: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let reason: StopReason
    /// How long the data may be old before that counts, s; 0 where the mishap shows at once.
    var patience = 0.0
    let happen: @Sendable (inout TestRig) -> Void

    /// What a cut line, a blind or mad tracker, a mad encoder or a failing arm look like from the loop.
    static let all: [Mishap] = [
        Mishap(testDescription: "line cut", reason: .jointsStale, patience: 0.010) { $0.armReports = false },
        Mishap(testDescription: "link down", reason: .linkLost) { $0.linkIsUp = false },
        Mishap(testDescription: "joints not a number", reason: .notFinite) {
            $0.spoilReport = { $0.value.positions[2] = .nan }
        },
        Mishap(testDescription: "speed infinite", reason: .notFinite) {
            $0.spoilReport = { $0.value.velocities[1] = .infinity }
        },
        Mishap(testDescription: "joint jumps", reason: .jointsImpossible) {
            $0.spoilReport = { $0.value.positions[0] += 0.1 }
        },
        Mishap(testDescription: "joints of another arm", reason: .jointsImpossible) {
            $0.spoilReport = { $0.value.positions = JointVector(count: 7) }
        },
        Mishap(testDescription: "reports from the past", reason: .timeWentBackwards) {
            $0.spoilReport = { $0.time -= 0.5 }
        },
        Mishap(testDescription: "reports from the future", reason: .timeWentBackwards) {
            $0.spoilReport = { $0.time += 0.5 }
        },
        Mishap(testDescription: "arm's watchdog", reason: .armWatchdog) { $0.drive = .watchdogHold },
        Mishap(testDescription: "arm's fault", reason: .armFault) { $0.faults = .driveOverload },
        Mishap(testDescription: "arm's emergency stop", reason: .emergencyStop) { $0.faults = .emergencyStop },
        Mishap(testDescription: "drives off", reason: .drivesOff) { $0.drive = .disabled },
        Mishap(testDescription: "arm is held back", reason: .setPointDeviation, patience: 1.5) {
            let held = $0.measured
            $0.spoilReport = { $0.value.positions = held }
        },
        // 100 ms, and what the sample is old already: a period of 60 Hz and the delay.
        Mishap(testDescription: "tracker silent", reason: .trackerStale, patience: 0.100) { $0.trackerReports = false },
        // A sample must come first: a period and the delay.
        Mishap(testDescription: "reference hidden", reason: .trackerLost, patience: 0.027) { $0.isVisible = false },
        Mishap(testDescription: "two markers hidden", reason: .trackerLost, patience: 0.027) { $0.missingMarkers = 2 },
        Mishap(testDescription: "tracker jumps", reason: .trackerImpossible, patience: 0.027) {
            $0.patientOffset = Vector3(0, 15, 0)
        },
        Mishap(testDescription: "tracker not a number", reason: .notFinite, patience: 0.027) {
            $0.patientOffset = Vector3(.nan, 0, 0)
        },
        Mishap(testDescription: "residual rises", reason: .referenceResidual, patience: 0.06) { $0.residual = 8 },
    ]
}

@Suite struct ControlStopTests {
    /// Aligned and then moving, so that a stop has something to stop.
    static func moving() throws -> TestRig {
        var rig = try TestRig(seed: 4)
        rig.breathing = 2
        rig.trackerNoise = 0.1
        rig.ready()
        rig.tick(.task(.approach(depth: -60)))
        // A way is looked for at first; then the arm gathers speed.
        rig.run(3) { $0.setPointVelocity.largestMagnitude > 0.05 }
        rig.run(0.2)
        return rig
    }

    /// Each mishap is named and begins to stop the arm within 10 ms of showing. From 60 mm/s and 0.5 rad/s set-points
    /// stand within 17 ms of that, and the tip goes on for less than half a millimetre.
    @Test(arguments: Mishap.all) func eachMishapStopsTheArmInTime(_ mishap: Mishap) throws {
        var rig = try Self.moving()
        #expect(rig.output.state == .enabled && rig.output.phase == .moving)
        let start = rig.now
        mishap.happen(&rig)
        rig.run(mishap.patience + 0.010) { $0.state != .enabled }
        #expect(rig.output.state == (mishap.reason.severity == .pause ? .paused : .fault), "\(rig.now - start)")
        #expect(rig.output.stopReason == mishap.reason)
        #expect(rig.output.stoppedAt == rig.now)
        let detected = rig.now
        let tip = rig.output.X_BaseToolSetPoint
        if mishap.reason.stopping == .atOnce { #expect(rig.output.command == .stop) }
        rig.run(0.2) { $0.setPointVelocity.largestMagnitude == 0 }
        let overshoot = length((tip?.translation ?? .zero) - (rig.output.X_BaseToolSetPoint?.translation ?? .zero))
        #expect(rig.output.setPointVelocity.largestMagnitude == 0)
        #expect(rig.now - detected < 0.0175)
        #expect(overshoot < 0.5)
    }

    /// A stopped arm never moves again by itself, whatever the world does; only a person's requests in order help.
    @Test(arguments: Mishap.all) func onlyAPersonBringsTheArmBack(_ mishap: Mishap) throws {
        var rig = try Self.moving()
        let (drive, faults) = (rig.drive, rig.faults)
        mishap.happen(&rig)
        rig.run(2) { $0.state != .enabled }
        // Everything is well again, but nobody asks.
        (rig.drive, rig.faults) = (drive, faults)
        rig.spoilReport = nil
        (rig.armReports, rig.linkIsUp, rig.trackerReports, rig.isVisible) = (true, true, true, true)
        (rig.missingMarkers, rig.residual, rig.patientOffset) = (0, 0.2, .zero)
        rig.run(1)
        let rested = rig.measured
        rig.run(1)
        #expect(rig.output.state == .paused || rig.output.state == .fault)
        #expect(rig.measured == rested)
        rig.tick(.task(.align(depth: -20)))
        #expect(rig.output.refusal == .notInThisState(rig.output.state))
        if rig.output.state == .paused {
            rig.tick(.resume)
        } else {
            rig.tick(.resume)
            #expect(rig.output.refusal == .notInThisState(.fault))
            rig.tick(.enable)
            #expect(rig.output.refusal == .notInThisState(.fault))
            rig.tick(.clearFault)
            #expect(rig.output.state == .disabled && rig.output.refusal == nil)
            rig.run(0.3)
            #expect(rig.output.state == .disabled && rig.measured == rested)
            rig.tick(.enable)
            rig.run(0.05)
        }
        #expect(rig.output.state == .enabled && rig.output.stopReason == nil)
    }
}
