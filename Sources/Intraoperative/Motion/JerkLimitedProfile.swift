/// A motion of one axis as pieces of constant jerk, on the stack.
@frozen public struct JerkLimitedProfile: Sendable {
    public let start: MotionState
    /// Durations (s, never negative) and jerks of the pieces, the first `count` of them.
    @usableFromInline var durations = InlineArray<10, Double>(repeating: 0)
    @usableFromInline var jerks = InlineArray<10, Double>(repeating: 0)
    public private(set) var count = 0
    /// The whole motion's time, s.
    public private(set) var duration = 0.0
    /// The state at the end of the last piece.
    public private(set) var end: MotionState

    init(from start: MotionState) {
        self.start = start
        end = start
    }

    /// The state `t` seconds after the start; before it the start, past the end what the end would go on to.
    public func state(at t: Double) -> MotionState {
        if t >= duration { return end.advanced(by: t - duration, jerk: 0) }
        var left = max(t, 0)
        var state = start
        for i in 0..<count {
            if left <= durations[i] { return state.advanced(by: left, jerk: jerks[i]) }
            state = state.advanced(by: durations[i], jerk: jerks[i])
            left -= durations[i]
        }
        return end
    }

    /// Duration (s) and jerk of piece `i`, i in 0..<count.
    public func piece(_ i: Int) -> (duration: Double, jerk: Double) { (durations[i], jerks[i]) }

    mutating func append(_ duration: Double, jerk: Double) {
        guard duration > 0 else { return }
        durations[count] = duration
        jerks[count] = jerk
        count += 1
        self.duration += duration
        end = end.advanced(by: duration, jerk: jerk)
    }

    /// Ends exactly at `state`, which the pieces reach to rounding.
    mutating func snapEnd(to state: MotionState) { end = state }

    var mirrored: JerkLimitedProfile {
        var other = JerkLimitedProfile(from: start.mirrored)
        for i in 0..<count { other.append(durations[i], jerk: -jerks[i]) }
        other.snapEnd(to: end.mirrored)
        return other
    }
}
