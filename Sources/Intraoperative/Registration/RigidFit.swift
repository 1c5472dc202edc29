import Frames

/// The rigid motion that takes one set of points nearest to another: no scale, no mirror.
enum RigidFit {
    /// Least squares by the singular values of the covariance (Arun, Huang, Blostein 1987), with the sign that keeps
    /// it a rotation (Umeyama 1991). The points must have been checked.
    static func pose<A: Frame, B: Frame>(moving: [Point<B>], fixed: [Point<A>]) -> Pose<A, B> {
        let n = Double(moving.count)
        let p = moving.reduce(Vector3.zero) { $0 + $1.coordinates } / n
        let q = fixed.reduce(Vector3.zero) { $0 + $1.coordinates } / n
        var covariance = Matrix3.zero
        for (m, f) in zip(moving, fixed) { covariance = covariance + .outer(f.coordinates - q, m.coordinates - p) }
        let s = SingularValues3(covariance)
        let sign: Double = s.u.determinant * s.v.determinant < 0 ? -1 : 1
        let turn = s.u * Matrix3(diagonal: Vector3(1, 1, sign)) * s.v.transposed
        let rotation = Rotation<A, B>(Quaternion(turn))
        return Pose(rotation: rotation, translation: q - rotation.matrix * p)
    }

    /// The same with a mirror allowed: only to see whether the data are mirrored. RMS residual, mm.
    static func mirroredResidual<A: Frame, B: Frame>(moving: [Point<B>], fixed: [Point<A>]) -> Double {
        residual(moving: moving.map { Point<B>($0.coordinates * Vector3(-1, 1, 1)) }, fixed: fixed)
    }

    static func residual<A: Frame, B: Frame>(moving: [Point<B>], fixed: [Point<A>]) -> Double {
        rms(residuals(pose(moving: moving, fixed: fixed), moving: moving, fixed: fixed))
    }

    /// Where the points come to lie, less where they should.
    static func residuals<A: Frame, B: Frame>(
        _ X_AB: Pose<A, B>, moving: [Point<B>], fixed: [Point<A>]
    ) -> [Displacement<A>] {
        zip(moving, fixed).map { X_AB * $0 - $1 }
    }

    static func rms<A: Frame>(_ errors: [Displacement<A>]) -> Double {
        (errors.reduce(0) { $0 + squaredLength($1.vector) } / Double(max(errors.count, 1))).squareRoot()
    }

    /// RMS distances of points from their best line (across) and from their middle along it.
    static func spread<F: Frame>(_ points: [Point<F>]) -> (across: Double, along: Double) {
        let n = Double(points.count)
        let mean = points.reduce(Vector3.zero) { $0 + $1.coordinates } / n
        let scatter =
            points.reduce(Matrix3.zero) { $0 + .outer($1.coordinates - mean, $1.coordinates - mean) } * (1 / n)
        let s = SingularValues3(scatter).values
        return ((s.y + s.z).squareRoot(), s.x.squareRoot())
    }
}
