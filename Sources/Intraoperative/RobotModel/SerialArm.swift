import Frames

/// A chain of 1 to 8 moving joints from a base to a flange: a constant value, on the stack, whose answers do not allocate.
///
/// ```swift
/// let arm = try RobotDescription.load("Kinematics/ur5e.urdf").arm
/// let X_BaseTool = arm.forwardKinematics(q, tool: X_FlangeTool)
/// let J = arm.jacobian(q)                                   // mm and rad of the flange for each joint
/// ```
///
/// Joint frames are turned once, when the arm is made, so that every axis is a Z axis: a joint's motion is then a
/// turn of two columns or a shift along the third.
public struct SerialArm: Sendable {
    public let jointCount: Int
    @usableFromInline var joints: InlineArray<8, ArmJoint>
    /// Joint i's turned frame in joint i − 1's turned frame (the base for the first).
    @usableFromInline let steps: InlineArray<8, Pose<Link, Link>>
    /// The flange in the last joint's turned frame.
    @usableFromInline let X_LastFlange: Pose<Link, Flange>
    /// Joint i's own frame in its turned frame.
    @usableFromInline let untwists: InlineArray<8, Rotation<Link, Link>>

    /// An arm of `joints`, from the base on, with its flange at `X_LastFlange` on the last joint's link.
    ///
    /// - Throws: `RobotModelError` where the count, a pose or a limit makes no arm.
    public init(joints: [ArmJoint], flange X_LastFlange: Pose<Link, Flange>) throws(RobotModelError) {
        guard (1...JointVector.capacity).contains(joints.count) else { throw .jointCount(joints.count) }
        var stored = InlineArray<8, ArmJoint>(repeating: joints[0])
        var steps = InlineArray<8, Pose<Link, Link>>(repeating: .identity())
        var untwists = InlineArray<8, Rotation<Link, Link>>(repeating: .identity())
        var untwist = Rotation<Link, Link>.identity()
        for (i, joint) in joints.enumerated() {
            try Self.check(joint, number: i)
            let twist = Self.rotationTakingZ(to: joint.axis)
            let before = Pose<Link, Link>(rotation: untwist, translation: .zero)
            steps[i] = before * joint.X_ParentJoint * Pose<Link, Link>(rotation: twist, translation: .zero)
            untwist = twist.inverse
            untwists[i] = untwist
            stored[i] = joint
        }
        guard X_LastFlange.isFinite else { throw .notFinite(joint: joints.count) }
        jointCount = joints.count
        self.joints = stored
        self.steps = steps
        self.untwists = untwists
        self.X_LastFlange = Pose<Link, Link>(rotation: untwist, translation: .zero) * X_LastFlange
    }

    private static func check(_ joint: ArmJoint, number i: Int) throws(RobotModelError) {
        let limits = joint.limits
        guard joint.X_ParentJoint.isFinite, joint.axis.vector.isFinite else { throw .notFinite(joint: i) }
        guard limits.lower <= limits.upper else {
            throw .positionLimits(joint: i, lower: limits.lower, upper: limits.upper)
        }
        for rate in [limits.speed, limits.acceleration, limits.jerk] where !(rate >= 0) {
            throw .rateLimit(joint: i, value: rate)
        }
    }

    /// A rotation whose Z column is `axis`; a signed permutation, so exact, where the axis lies along a coordinate axis.
    private static func rotationTakingZ(to axis: Direction<Link>) -> Rotation<Link, Link> {
        let a = axis.vector
        if a == Vector3(0, 0, 1) { return .identity() }
        let helper = abs(a.x) < 0.9 ? Vector3(1, 0, 0) : Vector3(0, 1, 0)
        return Rotation(z: axis, near: helper) ?? .identity()
    }

    /// The same arm with other limits.
    ///
    /// - Throws: `RobotModelError` where their count is not the joints', or one is no limit.
    public func with(limits: [JointLimits]) throws(RobotModelError) -> SerialArm {
        guard limits.count == jointCount else { throw .jointCount(limits.count) }
        var changed = self
        for (i, limit) in limits.enumerated() {
            changed.joints[i].limits = limit
            try Self.check(changed.joints[i], number: i)
        }
        return changed
    }

    /// The flange on the last joint's link.
    public var flangeOnLastLink: Pose<Link, Flange> {
        Pose<Link, Link>(rotation: untwists[jointCount - 1].inverse, translation: .zero) * X_LastFlange
    }

    /// Joint `i`, counted from 0 at the base.
    @inlinable public func joint(_ i: Int) -> ArmJoint { joints[i] }

    /// The limits of joint `i`, counted from 0 at the base.
    @inlinable public func limits(_ i: Int) -> JointLimits { joints[i].limits }

    /// Every joint at `position` or at its nearest limit.
    @inlinable public func clamped(_ q: JointVector) -> JointVector {
        var inside = q
        for i in 0..<jointCount { inside[i] = joints[i].limits.clamped(q[i]) }
        return inside
    }

    /// Whether every position is a number within its limits.
    @inlinable public func isWithinLimits(_ q: JointVector, tolerance: Double = 0) -> Bool {
        guard q.count == jointCount else { return false }
        for i in 0..<jointCount where !joints[i].limits.contains(q[i], tolerance: tolerance) { return false }
        return true
    }
}

extension SerialArm: Equatable {
    public static func == (a: SerialArm, b: SerialArm) -> Bool {
        guard a.jointCount == b.jointCount, a.X_LastFlange == b.X_LastFlange else { return false }
        for i in 0..<a.jointCount where a.joints[i] != b.joints[i] { return false }
        return true
    }
}
