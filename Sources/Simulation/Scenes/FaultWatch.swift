import ControlCore
import Frames
import Settings
import SimulatedArm

/// A fault that a scene puts in, and for how long, s of the operation's clock.
public struct PlannedFault: Equatable, Sendable {
    public let kind: String
    public let time: Range<Double>
    /// What befalls the arm or its line; `nil` where the tracker loses sight of the patient's markers.
    public let arm: ScheduledFault?

    static let trackerLoss = "tracker-loss"

    /// One entry of a scene's `faults`: `tracker-loss`, or a kind of the simulated arm; each must end.
    init(_ entry: SettingsMap) throws(SettingsError) {
        var map = entry
        if let kind = try? map.word("kind", of: [Self.trackerLoss]) {
            let at = try map.number("at_s", in: 0...1e6)
            time = at..<(at + (try map.number("duration_s", in: 1e-3...60)))
            (self.kind, arm) = (kind, nil)
            try map.finish()
            return
        }
        var named = entry
        kind = try named.text("kind")
        let duration = try named.number("duration_s", in: 1e-3...60)
        let faults = try ScheduledFault.read([entry])
        let at = faults.first?.at ?? 0
        (time, arm) = (at..<(at + duration), faults.first)
    }
}

/// Sees what comes of each planned fault: when the loop stopped for it, why, and where the arm truly came to rest.
struct FaultWatch {
    /// What came of one fault.
    struct Seen {
        let planned: PlannedFault
        var reason: StopReason?
        var detected: Double?
        var stopped: Double?
        var tipAtDetection: Point<Base>?
        var tipAtStop: Point<Base>?
        /// The tip's largest way from where it came to rest until the arm was enabled anew, mm.
        var drift = 0.0
        var overshoot: Double? {
            if let tipAtDetection, let tipAtStop { tipAtDetection.distance(to: tipAtStop) } else { nil }
        }
    }

    private(set) var seen: [Seen]

    /// What is told of each fault.
    var results: [SceneFault] {
        seen.map {
            SceneFault(
                kind: $0.planned.kind, injectedAt: $0.planned.time.lowerBound, reason: $0.reason,
                detectedAt: $0.detected,
                stoppedAt: $0.stopped, overshoot: $0.overshoot, drift: $0.drift, bounded: nil)
        }
    }
    private var last: Point<Base>?
    private var stillSince: (time: Double, tip: Point<Base>)?

    /// Slower than this for so long is standstill: mm/s, s.
    static let stillness = 0.1
    static let settling = 0.02

    init(_ faults: [PlannedFault]) {
        seen = faults.sorted { $0.time.lowerBound < $1.time.lowerBound }.map { Seen(planned: $0) }
    }

    var hasFaults: Bool { !seen.isEmpty }

    /// The fault for which the arm stands, if it is over and the arm has stood for half a second.
    func isOver(at time: Double) -> Bool {
        guard let one = seen.last(where: { $0.detected != nil }), let stopped = one.stopped else { return false }
        return time > one.planned.time.upperBound && time > stopped + 0.5
    }

    /// One tick: the loop's output and where the guide's tip truly is.
    mutating func look(at output: ControlOutput, tip: Point<Base>, time: Double) {
        let moved = last.map { $0.distance(to: tip) } ?? 0
        last = tip
        let isStopped = output.state == .fault || output.state == .paused
        guard isStopped else { return stillSince = nil }
        noteDetection(output, tip, time)
        guard let index = seen.lastIndex(where: { $0.detected != nil }) else { return }
        if let rest = seen[index].tipAtStop {
            return seen[index].drift = max(seen[index].drift, rest.distance(to: tip))
        }
        guard moved < Self.stillness * 1e-3 else { return stillSince = nil }
        let since = stillSince ?? (time, tip)
        stillSince = since
        if time - since.time >= Self.settling { (seen[index].stopped, seen[index].tipAtStop) = (since.time, since.tip) }
    }

    /// A stop belongs to the newest fault that has begun, once.
    private mutating func noteDetection(_ output: ControlOutput, _ tip: Point<Base>, _ time: Double) {
        guard let index = seen.lastIndex(where: { $0.planned.time.lowerBound <= time }), seen[index].detected == nil,
            let at = output.stoppedAt, at >= seen[index].planned.time.lowerBound
        else { return }
        (seen[index].reason, seen[index].detected, seen[index].tipAtDetection) = (output.stopReason, at, tip)
    }
}
