/// Where one axis is and how it moves: position (rad or mm, or a path's parameter), and its derivatives by seconds.
@frozen public struct MotionState: Equatable, Sendable {
    public var position: Double
    public var velocity: Double
    public var acceleration: Double

    @inlinable public init(position: Double, velocity: Double = 0, acceleration: Double = 0) {
        self.position = position
        self.velocity = velocity
        self.acceleration = acceleration
    }

    @inlinable public var isFinite: Bool { position.isFinite && velocity.isFinite && acceleration.isFinite }

    /// The state `t` seconds on under constant jerk.
    @inlinable public func advanced(by t: Double, jerk: Double) -> MotionState {
        MotionState(
            position: position + t * (velocity + t * (acceleration / 2 + t * jerk / 6)),
            velocity: velocity + t * (acceleration + t * jerk / 2),
            acceleration: acceleration + t * jerk)
    }

    @inlinable var mirrored: MotionState {
        MotionState(position: -position, velocity: -velocity, acceleration: -acceleration)
    }
}

/// What one axis may do. The two speeds differ where the axis is seen from a moving target.
@frozen public struct MotionLimits: Equatable, Sendable {
    /// The largest velocity forwards, at least 0.
    public var forwards: Double
    /// The largest velocity backwards, at least 0, given without sign.
    public var backwards: Double
    public var acceleration: Double
    public var jerk: Double

    /// `nil` unless all four are positive and finite.
    public init?(velocity: Double, acceleration: Double, jerk: Double) {
        guard velocity > 0, acceleration > 0, jerk > 0 else { return nil }
        guard velocity.isFinite, acceleration.isFinite, jerk.isFinite else { return nil }
        self.init(forwards: velocity, backwards: velocity, acceleration: acceleration, jerk: jerk)
    }

    @inlinable init(forwards: Double, backwards: Double, acceleration: Double, jerk: Double) {
        self.forwards = forwards
        self.backwards = backwards
        self.acceleration = acceleration
        self.jerk = jerk
    }

    /// The same limits in units of `unit` (a path's parameter that is worth `unit` mm, say).
    @inlinable public func divided(by unit: Double) -> MotionLimits {
        MotionLimits(
            forwards: forwards / unit, backwards: backwards / unit, acceleration: acceleration / unit, jerk: jerk / unit
        )
    }

    /// What keeps both.
    @inlinable public static func tighter(_ a: MotionLimits, _ b: MotionLimits) -> MotionLimits {
        MotionLimits(
            forwards: min(a.forwards, b.forwards), backwards: min(a.backwards, b.backwards),
            acceleration: min(a.acceleration, b.acceleration), jerk: min(a.jerk, b.jerk))
    }

    @inlinable var mirrored: MotionLimits {
        MotionLimits(forwards: backwards, backwards: forwards, acceleration: acceleration, jerk: jerk)
    }

    /// Seen from a target that moves at `velocity` (which the axis itself can reach).
    @inlinable func relative(to velocity: Double) -> MotionLimits {
        MotionLimits(
            forwards: forwards - velocity, backwards: backwards + velocity, acceleration: acceleration, jerk: jerk)
    }
}
