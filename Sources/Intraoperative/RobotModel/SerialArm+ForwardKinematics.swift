import Frames

extension SerialArm {
    /// The flange's pose in the base at joint positions `q` (rad or mm); about 0.1 µs.
    ///
    /// - Precondition: `q` has a number for each joint.
    @inlinable public func forwardKinematics(_ q: JointVector) -> Pose<Base, Flange> {
        precondition(q.count == jointCount, "joint positions of another arm")
        var X = Pose<Base, Link>.identity()
        for i in 0..<jointCount { X = advance(X, through: i, to: q[i]) }
        return X * X_LastFlange
    }

    /// The tool's pose in the base, with the tool at `X_FlangeTool` on the flange.
    @inlinable public func forwardKinematics(_ q: JointVector, tool X_FlangeTool: Pose<Flange, Tool>) -> Pose<
        Base, Tool
    > {
        forwardKinematics(q) * X_FlangeTool
    }

    /// The poses of all links in the base: of each joint's own frame, moved with its joint.
    public func linkPoses(_ q: JointVector) -> LinkPoses {
        precondition(q.count == jointCount, "joint positions of another arm")
        var poses = LinkPoses(count: jointCount)
        var X = Pose<Base, Link>.identity()
        for i in 0..<jointCount {
            X = advance(X, through: i, to: q[i])
            poses.poses[i] = X * Pose<Link, Link>(rotation: untwists[i], translation: .zero)
        }
        poses.flange = X * X_LastFlange
        return poses
    }

    /// Joint `i`'s turned frame in the base, from that of the joint before it.
    @inlinable func advance(_ X: Pose<Base, Link>, through i: Int, to position: Double) -> Pose<Base, Link> {
        let at = X * steps[i]
        if joints[i].kind == .prismatic {
            return Pose(rotation: at.rotation, translation: at.translation + at.rotation.matrix.columns.2 * position)
        }
        return Pose(rotation: at.rotation.turnedAboutZ(position), translation: at.translation)
    }
}

/// The poses of an arm's links and of its flange in the base, on the stack.
public struct LinkPoses: Sendable {
    public let count: Int
    /// Places from `count` on are not links of the arm.
    @usableFromInline var poses: InlineArray<8, Pose<Base, Link>>
    public fileprivate(set) var flange: Pose<Base, Flange>

    @usableFromInline init(count: Int) {
        self.count = count
        poses = InlineArray(repeating: .identity())
        flange = .identity()
    }

    /// The link that joint `i` moves, i in 0..<count.
    @inlinable public subscript(i: Int) -> Pose<Base, Link> {
        precondition(i >= 0 && i < count, "no such link")
        return poses[i]
    }
}
