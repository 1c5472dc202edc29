import Frames
import LinearAlgebra

/// The solution of A X = Z B and how it is bettered.
struct HandEyeFit<Seen: Frame, Camera: Frame> {
    let arm: [Pose<Base, Flange>]
    let seen: [Pose<Camera, Seen>]
    private(set) var X: Pose<Flange, Seen>
    private(set) var Z: Pose<Base, Camera>

    init(arm: [Pose<Base, Flange>], seen: [Pose<Camera, Seen>]) throws(CalibrationError) {
        (self.arm, self.seen) = (arm, seen)
        let (x, z) = try Self.rotations(arm, seen)
        (X, Z) = try Self.translations(arm, seen, x, z)
    }

    /// R_A R_X = R_Z R_B for all pairs: the matrix K that sums R_B ⊗ R_A takes vec(R_X) to a multiple of vec(R_Z), so
    /// both are its first singular vectors.
    private static func rotations(
        _ arm: [Pose<Base, Flange>], _ seen: [Pose<Camera, Seen>]
    ) throws(CalibrationError) -> (Rotation<Flange, Seen>, Rotation<Base, Camera>) {
        var k = [Double](repeating: 0, count: 81)
        for (a, b) in zip(arm, seen) {
            let (ra, rb) = (a.rotation.matrix, b.rotation.matrix)
            // vec(R_Z) = (R_B ⊗ R_A) vec(R_X), columns stacked
            for i in 0..<3 {
                for j in 0..<3 {
                    for m in 0..<3 { for n in 0..<3 { k[(3 * j + n) * 9 + 3 * i + m] += rb[i, j] * ra[m, n] } }
                }
            }
        }
        let values = try numerical { () throws(LinearAlgebraError) in
            try Matrix(rowCount: 9, columnCount: 9, columnMajor: k).singularValues()
        }
        func rotation(_ v: [Double]) throws(CalibrationError) -> Matrix3 {
            let m = Matrix3(
                columns: Vector3(v[0], v[1], v[2]), Vector3(v[3], v[4], v[5]), Vector3(v[6], v[7], v[8]))
            return try nearest(m.determinant < 0 ? m * -1 : m)
        }
        return (
            Rotation(Quaternion(try rotation(values.v.column(0)))),
            Rotation(Quaternion(try rotation(values.u.column(0))))
        )
    }

    /// The rotation nearest to a matrix with a positive determinant.
    private static func nearest(_ m: Matrix3) throws(CalibrationError) -> Matrix3 {
        let s = try numerical { () throws(LinearAlgebraError) in
            try Matrix(rows: (0..<3).map { i in (0..<3).map { m[i, $0] } }).singularValues()
        }
        func matrix(_ a: Matrix) -> Matrix3 {
            Matrix3(
                rows: Vector3(a[0, 0], a[0, 1], a[0, 2]), Vector3(a[1, 0], a[1, 1], a[1, 2]),
                Vector3(a[2, 0], a[2, 1], a[2, 2]))
        }
        return matrix(s.u) * matrix(s.v).transposed
    }

    /// R_A t_X − t_Z = R_Z t_B − t_A for all pairs.
    private static func translations(
        _ arm: [Pose<Base, Flange>], _ seen: [Pose<Camera, Seen>], _ x: Rotation<Flange, Seen>,
        _ z: Rotation<Base, Camera>
    ) throws(CalibrationError) -> (Pose<Flange, Seen>, Pose<Base, Camera>) {
        var (rows, right): ([[Double]], [Double]) = ([], [])
        for (a, b) in zip(arm, seen) {
            let wanted = z.matrix * b.translation - a.translation
            for i in 0..<3 {
                rows.append((0..<3).map { a.rotation.matrix[i, $0] } + (0..<3).map { $0 == i ? -1 : 0 })
                right.append(wanted[i])
            }
        }
        let t = try numerical { () throws(LinearAlgebraError) in
            try Matrix(rows: rows).leastSquares(Matrix(column: right)).solution.column(0)
        }
        return (
            Pose(rotation: x, translation: Vector3(t[0], t[1], t[2])),
            Pose(rotation: z, translation: Vector3(t[3], t[4], t[5]))
        )
    }

    /// By how much A X is off from Z B, in Z B's place and the base's axes.
    var residuals: [(rotation: Vector3, translation: Vector3)] {
        zip(arm, seen).map { a, b in
            let (left, right) = (a * X, Z * b)
            return ((left.rotation * right.rotation.inverse).rotationVector, left.translation - right.translation)
        }
    }

    /// Standard deviations an axis of what is left, and the errors to expect of the answer.
    struct Scatter {
        var rotation = 1.0
        var translation = 1.0
        var flangeError = 0.0
        var baseError = 0.0
    }

    /// Gauss and Newton's steps in both poses, the weights renewed from the residuals.
    mutating func refine() throws(CalibrationError) -> Scatter {
        var scatter = Scatter()
        for _ in 0..<30 {
            let left = residuals
            let freedom = max(Double(3 * left.count - 6), 1)
            let squares = left.reduce((0.0, 0.0)) {
                ($0.0 + squaredLength($1.rotation), $0.1 + squaredLength($1.translation))
            }
            // a floor keeps weights finite where the data are exact
            scatter.rotation = max((squares.0 / freedom).squareRoot(), 1e-9)
            scatter.translation = max((squares.1 / freedom).squareRoot(), 1e-7)
            let (step, covariance) = try step(left, scatter)
            X = Pose(
                rotation: (X.rotation * Rotation<Seen, Seen>(rotationVector: Vector3(step[0], step[1], step[2])))
                    .renormalized,
                translation: X.translation + Vector3(step[3], step[4], step[5]))
            Z = Pose(
                rotation: (Rotation<Base, Base>(rotationVector: Vector3(step[6], step[7], step[8])) * Z.rotation)
                    .renormalized,
                translation: Z.translation + Vector3(step[9], step[10], step[11]))
            scatter.flangeError = (3..<6).reduce(0) { $0 + covariance[$1, $1] }.squareRoot()
            scatter.baseError = (9..<12).reduce(0) { $0 + covariance[$1, $1] }.squareRoot()
            if step.allSatisfy({ abs($0) < 1e-10 }) { break }
        }
        return scatter
    }

    /// One step: X turned in its own axes and shifted in the flange's, Z turned and shifted in the base's.
    private func step(
        _ left: [(rotation: Vector3, translation: Vector3)], _ scatter: Scatter
    ) throws(CalibrationError) -> (step: [Double], covariance: Matrix) {
        var sum = NormalEquations(12)
        let (weightTurn, weightShift) = (
            1 / (scatter.rotation * scatter.rotation), 1 / (scatter.translation * scatter.translation)
        )
        for (i, (a, b)) in zip(arm, seen).enumerated() {
            let (turn, lever) = (a.rotation.matrix, Matrix3.skew(Z.rotation.matrix * b.translation))
            let ax = turn * X.rotation.matrix
            for k in 0..<3 {
                let unit = (0..<3).map { $0 == k ? -1.0 : 0 }
                sum.add(
                    (0..<3).map { ax[k, $0] } + [0, 0, 0] + unit + [0, 0, 0], wanted: -left[i].rotation[k],
                    weight: weightTurn)
                sum.add(
                    [0, 0, 0] + (0..<3).map { turn[k, $0] } + (0..<3).map { lever[k, $0] } + unit,
                    wanted: -left[i].translation[k], weight: weightShift)
            }
        }
        let (normal, right) = (sum.normal, sum.right)
        return try numerical { () throws(LinearAlgebraError) in
            let inverse = try normal.solve(.identity(12), leastReciprocalCondition: 1e-18)
            return ((0..<12).map { i in (0..<12).reduce(0) { $0 + inverse[i, $1] * right[$1] } }, inverse)
        }
    }
}
