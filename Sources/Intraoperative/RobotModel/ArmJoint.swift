import Frames

/// One link of an arm; which one, its number says.
public enum Link: Frame { public static let name = "link" }

/// How a joint moves.
public enum JointKind: UInt8, Sendable {
    /// Turns between its limits; rad.
    case revolute
    /// Turns without end; rad. Its position limits are infinite.
    case continuous
    /// Slides between its limits; mm.
    case prismatic
}

/// What a joint may do. Units: rad or mm by the joint's kind, and their derivatives by seconds.
@frozen public struct JointLimits: Equatable, Sendable {
    public var lower: Double
    public var upper: Double
    /// The largest speed either way; 0 forbids motion.
    public var speed: Double
    public var acceleration: Double
    public var jerk: Double

    @inlinable public init(lower: Double, upper: Double, speed: Double, acceleration: Double, jerk: Double) {
        self.lower = lower
        self.upper = upper
        self.speed = speed
        self.acceleration = acceleration
        self.jerk = jerk
    }

    @inlinable public func contains(_ position: Double, tolerance: Double = 0) -> Bool {
        position >= lower - tolerance && position <= upper + tolerance
    }

    @inlinable public func clamped(_ position: Double) -> Double { min(max(position, lower), upper) }
}

/// A moving joint: where it sits on the link before it, and how it moves.
@frozen public struct ArmJoint: Equatable, Sendable {
    public var kind: JointKind
    /// The joint's frame on the link before it (for the first joint: on the base) at position 0, mm.
    public var X_ParentJoint: Pose<Link, Link>
    /// The axis in the joint's frame.
    public var axis: Direction<Link>
    public var limits: JointLimits

    public init(kind: JointKind, X_ParentJoint: Pose<Link, Link>, axis: Direction<Link>, limits: JointLimits) {
        self.kind = kind
        self.X_ParentJoint = X_ParentJoint
        self.axis = axis
        self.limits = limits
    }
}
