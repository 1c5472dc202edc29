import Frames
import RobotModel

/// What inverse kinematics answers: joints that reach a pose, or why there are none.
@frozen public enum InverseKinematicsAnswer: Equatable, Sendable {
    /// Joint positions (rad or mm) within the limits, whose pose is the target to `InverseKinematics.acceptedError`.
    case solved(JointVector)
    case failed(InverseKinematicsFailure)

    /// The joints, where there are any.
    @inlinable public var joints: JointVector? {
        if case .solved(let q) = self { q } else { nil }
    }
}

@frozen public enum InverseKinematicsFailure: Equatable, Sendable {
    /// No joint positions at all reach the pose.
    case unreachable
    /// The pose can be reached, but only beyond a joint's limits.
    case outsideLimits
    /// The search ended without an answer; that is no proof that there is none.
    case notConverged
    /// The nearest answer is further from where the arm is than one step may go: joint `joint`, from 0 at the base, would
    /// move by `needed` (rad or mm).
    case stepTooLarge(joint: Int, needed: Double)
    /// A number that is not finite, joints of another arm, or a place to start from outside the limits.
    case badInput
}

/// How far a pose is from another: mm and rad.
@frozen public struct PoseError: Equatable, Sendable {
    public var position: Double
    public var angle: Double

    @inlinable public init(position: Double, angle: Double) {
        self.position = position
        self.angle = angle
    }

    @inlinable public func isWithin(_ bound: PoseError) -> Bool { position <= bound.position && angle <= bound.angle }
}

/// What moves `now` onto `goal`, in base coordinates: a shift in mm, and a turn as a rotation vector in rad.
@inlinable func difference<End: Frame>(
    from now: Pose<Base, End>, to goal: Pose<Base, End>
) -> (shift: Vector3, turn: Vector3) {
    (goal.translation - now.translation, (goal.rotation * now.rotation.inverse).rotationVector)
}
