import Frames

/// A = U diag(s) Vᵀ of a 3×3 matrix, U and V orthogonal (either may mirror), s falling.
///
/// One-sided Jacobi (Hestenes 1958; Demmel and Veselić 1992): accurate also for small singular values.
struct SingularValues3 {
    let u: Matrix3
    let values: Vector3
    let v: Matrix3

    init(_ a: Matrix3) {
        var columns = [a.columns.0, a.columns.1, a.columns.2]
        var turns = [Vector3(1, 0, 0), Vector3(0, 1, 0), Vector3(0, 0, 1)]
        for _ in 0..<40 {
            var worst = 0.0
            for (i, j) in [(0, 1), (0, 2), (1, 2)] {
                let (alpha, beta) = (squaredLength(columns[i]), squaredLength(columns[j]))
                let gamma = dot(columns[i], columns[j])
                guard gamma != 0 else { continue }
                worst = max(worst, abs(gamma) / (alpha * beta).squareRoot())
                let zeta = (beta - alpha) / (2 * gamma)
                let t = (zeta < 0 ? -1 : 1) / (abs(zeta) + (1 + zeta * zeta).squareRoot())
                let c = 1 / (1 + t * t).squareRoot()
                (columns[i], columns[j]) = (
                    columns[i] * c - columns[j] * (c * t), columns[i] * (c * t) + columns[j] * c
                )
                (turns[i], turns[j]) = (turns[i] * c - turns[j] * (c * t), turns[i] * (c * t) + turns[j] * c)
            }
            if worst < 1e-15 { break }
        }
        let order = [0, 1, 2].sorted { squaredLength(columns[$0]) > squaredLength(columns[$1]) }
        let lengths = order.map { length(columns[$0]) }
        values = Vector3(lengths[0], lengths[1], lengths[2])
        v = Matrix3(columns: turns[order[0]], turns[order[1]], turns[order[2]])
        u = Self.basis(order.map { columns[$0] }, lengths)
    }

    /// Unit columns; what a singular value of zero leaves open is completed at right angles.
    private static func basis(_ columns: [Vector3], _ lengths: [Double]) -> Matrix3 {
        let least = max(lengths[0] * 1e-14, 1e-300)
        guard lengths[0] > least else { return .identity }
        let first = columns[0] / lengths[0]
        let second = lengths[1] > least ? columns[1] / lengths[1] : perpendicular(to: first)
        let third = lengths[2] > least ? columns[2] / lengths[2] : cross(first, second)
        return Matrix3(columns: first, second, third)
    }
}
