import ControlCore
import Foundation
import Testing

@testable import Scenes

/// Each fault leads to a stop with its own reason, without motion afterwards; then a person clears it and goes on.
@Suite(.serialized) struct SceneFaultTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let entry: String
        let reasons: [StopReason]
        /// s.
        var detectedWithin = 0.05
        var testDescription: String { entry }
    }

    // 1.5 s is within the approach, at full speed.
    static let cases = [
        Case(entry: "{kind: tracker-loss, at_s: 1.5, duration_s: 0.5}", reasons: [.trackerLost]),
        Case(entry: "{kind: emergency-stop, at_s: 1.5, duration_s: 0.5}", reasons: [.emergencyStop]),
        Case(
            entry: "{kind: freeze-encoder, joint: 2, at_s: 1.5, duration_s: 0.5}",
            reasons: [.setPointDeviation, .armFault],
            // Only a joint that has moved on by 0.005 rad can be seen to be frozen; this one moves at some 0.1 rad/s.
            detectedWithin: 0.3),
        Case(
            entry: "{kind: drop, direction: to-host, at_s: 1.5, duration_s: 0.3}",
            reasons: [.jointsStale, .linkLost, .armWatchdog]),
        Case(
            entry: "{kind: drop, direction: to-arm, at_s: 1.5, duration_s: 0.3}",
            reasons: [.armWatchdog, .setPointDeviation, .linkLost]),
    ]

    @Test(arguments: cases) func stopsAndStands(_ test: Case) throws {
        let result = try SmallScene.operate(SmallScene.definition(faults: "faults: [\(test.entry)]"))
        let fault = try #require(result.faults.first)
        let reason = try #require(fault.reason)
        #expect(test.reasons.contains(reason))
        let (detected, stopped) = (try #require(fault.detectedAt), try #require(fault.stoppedAt))
        // A tracker's sample comes every 17 ms and 14 ms late; the arm's watchdog runs 20 ms.
        #expect(detected - fault.injectedAt < test.detectedWithin)
        #expect(stopped >= detected && stopped - detected < 0.5)
        let overshoot = try #require(fault.overshoot)
        #expect(overshoot < 20 && fault.drift < 0.1)
        #expect(result.screws.map(\.held) == [true, true])
    }

    @Test func severalFaultsInOneOperation() throws {
        let list = Self.cases.prefix(2).map(\.entry) + ["{kind: tracker-loss, at_s: 12, duration_s: 0.2}"]
        let result = try SmallScene.operate(
            SmallScene.definition(
                faults: "faults: [\(list[0]), \(list[1].replacingOccurrences(of: "1.5", with: "7")), \(list[2])]"))
        #expect(result.faults.count == 3 && result.faults.allSatisfy { $0.stoppedAt != nil && $0.drift < 0.1 })
        #expect(result.passed)
    }

    @Test func faultsWithoutEndOrOfUnknownKindAreRefused() {
        #expect(throws: SceneError.self) {
            try SmallScene.definition(faults: "faults: [{kind: tracker-loss, at_s: 1}]")
        }
        #expect(throws: SceneError.self) {
            try SmallScene.definition(faults: "faults: [{kind: earthquake, at_s: 1, duration_s: 1}]")
        }
    }
}
