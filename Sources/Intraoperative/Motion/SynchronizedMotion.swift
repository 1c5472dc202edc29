/// One axis of a motion together with others: where it is, where it goes, what it may do.
public struct MotionAxis: Equatable, Sendable {
    public var state: MotionState
    public var goal: Double
    public var limits: MotionLimits

    public init(from state: MotionState, to goal: Double, limits: MotionLimits) {
        self.state = state
        self.goal = goal
        self.limits = limits
    }
}

/// Motions of up to eight axes to rest that end together.
public struct SynchronizedMotion: Sendable {
    public let axisCount: Int
    public private(set) var duration: Double
    private var profiles: InlineArray<8, JerkLimitedProfile>

    /// The quickest motion in which each axis takes as long as the slowest; allocates nothing.
    ///
    /// `nil` where there are none or more than eight axes, a number is not finite, or no common duration is found.
    public init?(_ axes: [MotionAxis]) {
        guard (1...8).contains(axes.count) else { return nil }
        axisCount = axes.count
        profiles = InlineArray(repeating: JerkLimitedProfile(from: MotionState(position: 0)))
        duration = 0
        for (i, axis) in axes.enumerated() {
            guard axis.state.isFinite, axis.goal.isFinite else { return nil }
            profiles[i] = PointToPoint.plan(from: axis.state, to: axis.goal, limits: axis.limits)
            duration = max(duration, profiles[i].duration)
        }
        // From rest the first duration always serves; in motion an axis may need a longer one than the slowest takes.
        for _ in 0..<60 {
            if stretch(axes) { return }
            duration *= 1.1
        }
        return nil
    }

    private mutating func stretch(_ axes: [MotionAxis]) -> Bool {
        for (i, axis) in axes.enumerated() {
            let quick = PointToPoint.plan(from: axis.state, to: axis.goal, limits: axis.limits)
            // An axis that is where it should be has nothing to stretch.
            if quick.duration == 0 { continue }
            guard
                let slow = PointToPoint.plan(
                    from: axis.state, to: axis.goal, limits: axis.limits, lasting: duration)
            else { return false }
            profiles[i] = slow
        }
        return true
    }

    /// The state of axis `axis` at `t` seconds from the start.
    public func state(of axis: Int, at t: Double) -> MotionState {
        t >= duration ? profiles[axis].end : profiles[axis].state(at: t)
    }
}
