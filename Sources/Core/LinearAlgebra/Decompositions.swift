import CEigen

/// A = U diag(s) Vᵀ.
public struct SingularValues: Equatable, Sendable {
    /// m × k with orthonormal columns, k = min(m, n).
    public let u: Matrix
    /// Singular values, the largest first.
    public let values: [Double]
    /// n × k with orthonormal columns.
    public let v: Matrix

    /// Singular values above `tolerance` times the largest.
    public func rank(tolerance: Double = 1e-12) -> Int { values.count { $0 > tolerance * (values.first ?? 0) } }
    /// The largest over the smallest singular value; infinite for a singular matrix.
    public var condition: Double { (values.first ?? 0) / (values.last ?? 0) }
}

/// A = Q diag(w) Qᵀ of a symmetric matrix.
public struct SymmetricEigen: Equatable, Sendable {
    /// Eigenvalues, the smallest first.
    public let values: [Double]
    /// Eigenvectors as columns, in the same order.
    public let vectors: Matrix
}

/// The answer of a least-squares problem.
public struct LeastSquares: Equatable, Sendable {
    /// The solution of smallest norm, n × k.
    public let solution: Matrix
    /// The rank of the matrix: below n, other solutions fit as well.
    public let rank: Int
}

extension Matrix {
    /// x with A x = b, for a square A; b may have several columns. LU with partial pivoting.
    ///
    /// - Throws: `.notSquare`, `.shapeMismatch`, `.notFinite`, or `.singular` below `leastReciprocalCondition`.
    public func solve(_ b: Matrix, leastReciprocalCondition: Double = 1e-14) throws(LinearAlgebraError) -> Matrix {
        try requireSquare()
        guard b.rowCount == rowCount else { throw .shapeMismatch(left: shape, right: b.shape) }
        try requireFinite(b)
        var rcond = 0.0
        var x = [Double](repeating: 0, count: rowCount * b.columnCount)
        let status = ceigen_solve(
            Int32(rowCount), Int32(b.columnCount), elements, b.elements, leastReciprocalCondition, &x, &rcond)
        try check(status, reciprocalCondition: rcond)
        return Matrix(trusted: x, rowCount, b.columnCount)
    }

    /// A⁻¹; prefer `solve`.
    public func inverse() throws(LinearAlgebraError) -> Matrix { try solve(.identity(rowCount)) }

    /// The x of smallest norm that minimises ‖A x − b‖, by complete orthogonal decomposition.
    ///
    /// - Parameter tolerance: pivots below this part of the largest count as zero.
    public func leastSquares(_ b: Matrix, tolerance: Double = 1e-12) throws(LinearAlgebraError) -> LeastSquares {
        guard b.rowCount == rowCount else { throw .shapeMismatch(left: shape, right: b.shape) }
        try requireFinite(b)
        var rank: Int32 = 0
        var x = [Double](repeating: 0, count: columnCount * b.columnCount)
        let status = ceigen_least_squares(
            Int32(rowCount), Int32(columnCount), Int32(b.columnCount), elements, b.elements, tolerance, &x, &rank)
        try check(status)
        return LeastSquares(solution: Matrix(trusted: x, columnCount, b.columnCount), rank: Int(rank))
    }

    public func singularValues() throws(LinearAlgebraError) -> SingularValues {
        try requireFinite()
        let k = min(rowCount, columnCount)
        var u = [Double](repeating: 0, count: rowCount * k)
        var s = [Double](repeating: 0, count: k)
        var v = [Double](repeating: 0, count: columnCount * k)
        try check(ceigen_singular_values(Int32(rowCount), Int32(columnCount), elements, &u, &s, &v))
        return SingularValues(u: Matrix(trusted: u, rowCount, k), values: s, v: Matrix(trusted: v, columnCount, k))
    }

    /// - Throws: `.notSymmetric` where elements differ by more than 1e-9 of the largest.
    public func symmetricEigen() throws(LinearAlgebraError) -> SymmetricEigen {
        try requireSymmetric()
        var w = [Double](repeating: 0, count: rowCount)
        var q = [Double](repeating: 0, count: rowCount * rowCount)
        try check(ceigen_symmetric_eigen(Int32(rowCount), elements, &w, &q))
        return SymmetricEigen(values: w, vectors: Matrix(trusted: q, rowCount, rowCount))
    }

    /// The lower triangular L with A = L Lᵀ.
    ///
    /// - Throws: `.notPositiveDefinite`, `.notSymmetric`.
    public func cholesky() throws(LinearAlgebraError) -> Matrix {
        try requireSymmetric()
        var l = [Double](repeating: 0, count: rowCount * rowCount)
        try check(ceigen_cholesky(Int32(rowCount), elements, &l))
        return Matrix(trusted: l, rowCount, rowCount)
    }
}

extension Matrix {
    private func requireSquare() throws(LinearAlgebraError) {
        guard rowCount == columnCount else { throw .notSquare(shape) }
    }

    private func requireFinite(_ other: Matrix? = nil) throws(LinearAlgebraError) {
        OneThread.set
        guard isFinite, other?.isFinite ?? true else { throw .notFinite }
    }

    private func requireSymmetric() throws(LinearAlgebraError) {
        try requireSquare()
        try requireFinite()
        var off = 0.0
        for i in 0..<rowCount { for j in 0..<i { off = max(off, abs(self[i, j] - self[j, i])) } }
        let largest = largestMagnitude
        guard off <= 1e-9 * largest else { throw .notSymmetric(deviation: off / largest) }
    }

    private func check(_ status: Int32, reciprocalCondition: Double = 0) throws(LinearAlgebraError) {
        switch Int(status) {
        case Int(CEIGEN_OK): return
        case Int(CEIGEN_SINGULAR): throw .singular(reciprocalCondition: reciprocalCondition)
        case Int(CEIGEN_NOT_POSITIVE_DEFINITE): throw .notPositiveDefinite
        case Int(CEIGEN_NOT_FINITE): throw .notFinite
        case Int(CEIGEN_NO_MEMORY): throw .outOfMemory
        case Int(CEIGEN_BAD_SHAPE): throw .impossibleShape(shape)
        default: throw .noConvergence
        }
    }
}
