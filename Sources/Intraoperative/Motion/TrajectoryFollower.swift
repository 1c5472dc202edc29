import Glibc

/// An axis that follows a moving target within limits of position, velocity, acceleration and jerk.
///
/// Each tick plans the quickest motion to rest *relative to the target* and goes its first step, so a target that the limits
/// allow is met exactly and kept without lag, and one that jumps or is too fast is approached without passing it.
/// It does not smooth: noise in the target is followed as far as the limits let it. Nothing is allocated.
@frozen public struct TrajectoryFollower: Sendable {
    public private(set) var state: MotionState
    public let limits: MotionLimits
    public let lower: Double
    public let upper: Double
    /// What held the axis back in the last tick.
    public private(set) var isHeldByPosition = false
    public private(set) var isHeldByVelocity = false

    /// Starts at rest at `position`.
    public init(at position: Double, limits: MotionLimits, lower: Double = -.infinity, upper: Double = .infinity) {
        state = MotionState(position: position)
        self.limits = limits
        self.lower = lower
        self.upper = upper
    }

    /// Takes up from `state`, which lies within the limits.
    public mutating func reset(to state: MotionState) { self.state = state }

    /// One tick of `dt` towards a target that is at `position` at the tick's end and moves at `velocity`.
    public mutating func step(towards position: Double, velocity: Double, dt: Double) {
        guard position.isFinite, velocity.isFinite, dt > 0, dt.isFinite else { return stop(dt: dt) }
        let goal = min(max(position, lower), upper)
        // A target past a limit, or faster than the axis can be, is followed as its clamped self.
        let fastest = 0.999 * limits.forwards
        let speed = goal == position ? min(max(velocity, -fastest), fastest) : 0
        isHeldByVelocity = abs(velocity) > fastest
        isHeldByPosition = goal != position
        let relative = MotionState(
            position: state.position - (goal - speed * dt), velocity: state.velocity - speed,
            acceleration: state.acceleration)
        let plan = PointToPoint.plan(from: relative, to: 0, limits: limits.relative(to: speed))
        var next = plan.duration <= dt ? MotionState(position: 0) : plan.state(at: dt)
        next.position += goal
        next.velocity += speed
        accept(next, dt: dt)
    }

    /// One tick of `dt` down the stopping profile, within `harder` limits where they are given.
    public mutating func stop(dt: Double, harder: MotionLimits? = nil) {
        guard dt > 0, dt.isFinite else { return }
        let plan = PointToPoint.stop(from: state, limits: harder ?? limits)
        state = plan.duration <= dt ? plan.end : plan.state(at: dt)
    }

    public var isAtRest: Bool { state.velocity == 0 && state.acceleration == 0 }

    /// Takes the step only if the axis can still stop inside its range afterwards; otherwise it brakes already now.
    private mutating func accept(_ next: MotionState, dt: Double) {
        let rest = next.stoppingPosition(limits)
        let before = state.stoppingPosition(limits)
        if (rest > upper && rest > before) || (rest < lower && rest < before) {
            isHeldByPosition = true
            return stop(dt: dt)
        }
        state = next
    }
}
