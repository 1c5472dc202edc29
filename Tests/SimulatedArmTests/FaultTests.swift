import ControlCore
import Foundation
import RobotModel
import Settings
import Testing

@testable import SimulatedArm

@Suite struct FaultTests {
    /// A moving arm to which one thing happens at 1 s; the numbers afterwards.
    static func moved(_ fault: SimulatedFault, duration: Double = .infinity, ticks: Int = 400) throws -> Bench {
        var bench = try Bench { $0.faults = [ScheduledFault(fault, at: 1, duration: duration)] }
        _ = bench.enable()
        bench.turn(800 - bench.tick, .heartbeat)
        bench.moveJoint(0, speed: 0.2, ticks: ticks)
        return bench
    }

    @Test func aPulledCableMeansAWatchdogHold() throws {
        var bench = try Self.moved(.drop(.toArm, probability: 1))
        #expect(bench.arm.drive == .watchdogHold && bench.arm.isStandingStill)
        #expect(bench.report?.value.drive == .watchdogHold)
        bench.turn(1800, .heartbeat)
        let isUp = bench.channel.isUp
        #expect(!bench.arm.hasSession && !isUp)  // the arm has given it up, then the host
        let deaf = try Self.moved(.drop(.toHost, probability: 1))
        #expect(deaf.arm.drive == .enabled)
        #expect(deaf.now - (deaf.report?.time ?? 0) > 0.19)  // the host sees reports grow old
    }

    @Test func someDamageAndDoublingIsBorne() throws {
        let damaged = try Self.moved(.damage(.toArm, probability: 0.2))
        #expect(damaged.arm.drive == .enabled && damaged.arm.faults.isEmpty)
        #expect(damaged.arm.linkStatistics.damaged > 20 && damaged.arm.linkStatistics.lost > 20)
        let doubled = try Self.moved(.duplicate(.toHost, probability: 1))
        #expect(doubled.channel.host.statistics.stale > 150 && doubled.channel.isUp)
        #expect(abs(doubled.arm.truePositions[0] - (0.08 - 0.2 * 0.2 / 12)) < 0.001)
    }

    @Test func aDelayShowsInTheAgeAndTheRoundTrip() throws {
        let toHost = try Self.moved(.delay(.toHost, seconds: 0.03))
        #expect(abs(toHost.now - (toHost.report?.time ?? 0) - 0.03) < 0.002)
        let toArm = try Self.moved(.delay(.toArm, seconds: 0.03))
        #expect(abs((toArm.channel.host.roundTrip ?? 0) - 0.031) < 0.002)
    }

    @Test func aFrozenEncoderIsFoundByTheSecondOne() throws {
        let bench = try Self.moved(.freezeEncoder(joint: 0), ticks: 500)
        #expect(bench.arm.faults == .encoder && bench.arm.drive == .fault && bench.arm.isStandingStill)
        // 0.005 rad of disagreement, then v²/2a.
        #expect(bench.arm.truePositions[0] < 0.2 * 0.2 + 0.005 + 0.2 * 0.2 / 24 + 0.002)
    }

    @Test func aShiftedEncoderIsFoundAtOnce() throws {
        let bench = try Self.moved(.shiftEncoder(joint: 2, by: 0.01), ticks: 230)
        #expect(bench.arm.faults == .encoder)
        // A step that the tolerance hides is shown to the host as it is.
        let small = try Self.moved(.shiftEncoder(joint: 2, by: 0.002), ticks: 230)
        let shown = try #require(small.report).value.positions[2]
        #expect(small.arm.faults.isEmpty && abs(shown - small.arm.truePositions[2] - 0.002) < 1e-5)
    }

    @Test func aDriveWithoutTorqueIsBraked() throws {
        let bench = try Self.moved(.weakenDrive(joint: 0, to: 0.02))
        #expect(bench.arm.drive == .fault && bench.arm.isStandingStill)
        #expect(!bench.arm.faults.isDisjoint(with: [.driveOverload, .trackingError]))
    }

    @Test func theEmergencyStopHoldsUntilItIsReleasedAndCleared() throws {
        var bench = try Self.moved(.emergencyStop, duration: 0.5)
        #expect(bench.arm.faults == .emergencyStop && bench.arm.isStandingStill)
        bench.turn(10, .clearFault)
        #expect(bench.arm.drive == .fault)  // still pressed
        bench.turn(400, .heartbeat)
        bench.turn(10, .clearFault)
        #expect(bench.arm.drive == .disabled)
        #expect(bench.enable() < 100)
    }

    @Test func aRestartEndsTheSession() throws {
        let bench = try Self.moved(.restart, duration: 0.1)
        #expect(bench.arm.drive == .disabled && bench.arm.isStandingStill)
        let state = bench.channel.host.state
        #expect(state == .failed(.sessionEnded))
    }

    @Test func faultsAreReadFromAFile() throws {
        let text = """
            schema: stylet.faults/1
            faults:
              - {kind: drop, direction: to-arm, at_s: 2, duration_s: 0.1}
              - {kind: delay, direction: to-host, delay_ms: 30, at_s: 3, duration_s: 1}
              - {kind: freeze-encoder, joint: 3, at_s: 4}
              - {kind: weaken-drive, joint: 1, strength: 0.1, at_s: 5}
              - {kind: emergency-stop, at_s: 6}
            """
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("faults-\(UUID().uuidString).yaml")
        defer { try? FileManager.default.removeItem(at: url) }
        try text.write(to: url, atomically: true, encoding: .utf8)
        #expect(
            try ScheduledFault.load(url.path) == [
                ScheduledFault(.drop(.toArm, probability: 1), at: 2, duration: 0.1),
                ScheduledFault(.delay(.toHost, seconds: 0.03), at: 3, duration: 1),
                ScheduledFault(.freezeEncoder(joint: 2), at: 4), ScheduledFault(.weakenDrive(joint: 0, to: 0.1), at: 5),
                ScheduledFault(.emergencyStop, at: 6),
            ])
        for bad in [
            "kind: explode, at_s: 1", "kind: drop, at_s: 1", "kind: restart, at_s: -1", "kind: restart, at_s: 1, x: 2",
        ] {
            try "schema: stylet.faults/1\nfaults:\n  - {\(bad)}\n".write(to: url, atomically: true, encoding: .utf8)
            #expect(throws: SettingsError.self) { try ScheduledFault.load(url.path) }
        }
    }
}
