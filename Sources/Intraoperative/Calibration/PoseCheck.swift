import Frames
import LinearAlgebra

enum PoseCheck {
    /// Beyond this a pose is no measurement of anything in an operating room, mm.
    static let farthest = 1e5

    static func check<A: Frame, B: Frame>(_ poses: [Pose<A, B>], atLeast needed: Int) throws(CalibrationError) {
        guard poses.count >= needed else { throw .tooFewPoses(found: poses.count, needed: needed) }
        let bad = poses.firstIndex { !$0.isFinite || length($0.translation) > farthest }
        if let bad { throw .notFinite(index: bad) }
    }
}

/// How much a set of orientations moves each direction of the body.
struct OrientationSpread {
    /// Mean squared motion of a unit vector along each principal direction, the least first.
    let values: [Double]
    /// The principal directions in the body, in the same order.
    let directions: [Vector3]

    /// With R̄ the mean matrix, the mean of (R − R̄)ᵀ(R − R̄) is I − R̄ᵀR̄.
    init<A: Frame, B: Frame>(_ poses: [Pose<A, B>]) throws(CalibrationError) {
        var sum = Matrix3.zero
        for pose in poses { sum = sum + pose.rotation.matrix }
        let mean = sum * (1 / Double(poses.count))
        let scatter = Matrix3.identity - mean.transposed * mean
        let eigen = try numerical { () throws(LinearAlgebraError) in
            try Matrix(rows: (0..<3).map { i in (0..<3).map { (scatter[i, $0] + scatter[$0, i]) / 2 } })
                .symmetricEigen()
        }
        values = eigen.values.map { max($0, 0) }
        directions = (0..<3).map {
            let v = eigen.vectors.column($0)
            return Vector3(v[0], v[1], v[2])
        }
    }
}
