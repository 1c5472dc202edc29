import Frames

/// How fast the arm's end moves for each joint's speed: 6×n, on the stack.
///
/// Rows 0–2 are the linear velocity (mm/s), rows 3–5 the angular velocity (rad/s), both in base coordinates; column i is for
/// joint i at 1 rad/s or 1 mm/s. The geometric Jacobian of Siciliano et al., *Robotics* (2009), section 3.1.
@frozen public struct Jacobian: Sendable {
    /// Columns from `count` on are 0; so are elements 6 and 7 of each column.
    public var columns: InlineArray<8, SIMD8<Double>>
    public let count: Int

    @inlinable public init(count: Int) {
        columns = InlineArray(repeating: .zero)
        self.count = count
    }

    @inlinable public subscript(row: Int, column: Int) -> Double {
        get { columns[column][row] }
        set { columns[column][row] = newValue }
    }

    /// The end's velocity for joint speeds: linear (mm/s) and angular (rad/s), in base coordinates.
    @inlinable public func velocity(_ speeds: JointVector) -> (linear: Vector3, angular: Vector3) {
        var sum = SIMD8<Double>.zero
        for i in 0..<count { sum += columns[i] * speeds[i] }
        return (Vector3(sum[0], sum[1], sum[2]), Vector3(sum[3], sum[4], sum[5]))
    }

    @inlinable mutating func setColumn(_ i: Int, linear: Vector3, angular: Vector3) {
        columns[i] = SIMD8(linear.x, linear.y, linear.z, angular.x, angular.y, angular.z, 0, 0)
    }
}

extension SerialArm {
    /// The Jacobian of the flange's origin at joint positions `q`.
    @inlinable public func jacobian(_ q: JointVector) -> Jacobian { kinematics(q).jacobian }

    /// The Jacobian of the tool's origin, its tip, at joint positions `q`.
    @inlinable public func jacobian(_ q: JointVector, tool X_FlangeTool: Pose<Flange, Tool>) -> Jacobian {
        kinematics(q, tool: X_FlangeTool).jacobian
    }

    /// The flange's pose and Jacobian in one pass.
    @inlinable public func kinematics(_ q: JointVector) -> (X_BaseFlange: Pose<Base, Flange>, jacobian: Jacobian) {
        endKinematics(q, end: X_LastFlange)
    }

    /// The tool's pose and Jacobian in one pass.
    @inlinable public func kinematics(
        _ q: JointVector, tool X_FlangeTool: Pose<Flange, Tool>
    ) -> (X_BaseTool: Pose<Base, Tool>, jacobian: Jacobian) {
        endKinematics(q, end: X_LastFlange * X_FlangeTool)
    }

    @inlinable func endKinematics<End: Frame>(
        _ q: JointVector, end X_LastEnd: Pose<Link, End>
    ) -> (Pose<Base, End>, Jacobian) {
        precondition(q.count == jointCount, "joint positions of another arm")
        var origins = InlineArray<8, Vector3>(repeating: .zero)
        var axes = InlineArray<8, Vector3>(repeating: .zero)
        var X = Pose<Base, Link>.identity()
        for i in 0..<jointCount {
            X = advance(X, through: i, to: q[i])
            origins[i] = X.translation
            axes[i] = X.rotation.matrix.columns.2
        }
        let end = X * X_LastEnd
        var jacobian = Jacobian(count: jointCount)
        for i in 0..<jointCount {
            if joints[i].kind == .prismatic {
                jacobian.setColumn(i, linear: axes[i], angular: .zero)
            } else {
                jacobian.setColumn(i, linear: cross(axes[i], end.translation - origins[i]), angular: axes[i])
            }
        }
        return (end, jacobian)
    }
}
