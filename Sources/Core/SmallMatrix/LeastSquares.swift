extension FixedMatrix {
    /// The x that minimises ‖A x − b‖, by Householder reflections (Golub and Van Loan, *Matrix Computations*, 5.3).
    ///
    /// - Returns: `nil` where A has fewer rows than columns, or its columns depend on each other to `smallest`.
    @inlinable public func leastSquares(_ b: FixedVector, smallest: Double = 1e-13) -> FixedVector? {
        guard rows >= columns, columns > 0 else { return nil }
        var A = self
        var y = b
        for i in rows..<8 { y[i] = 0 }
        let least = smallest * largestMagnitude
        for k in 0..<columns {
            var v = A.storage[k]
            for i in 0..<k { v[i] = 0 }
            let size = norm(v)
            guard size > least else { return nil }
            v[k] += v[k] < 0 ? -size : size
            let scale = 2 / (v * v).sum()
            for j in k..<columns { A.storage[j] -= v * (scale * (v * A.storage[j]).sum()) }
            y -= v * (scale * (v * y).sum())
        }
        var x = FixedVector.zero
        for k in (0..<columns).reversed() {
            var sum = y[k]
            for j in (k + 1)..<max(k + 1, columns) { sum -= A.storage[j][k] * x[j] }
            x[k] = sum / A.storage[k][k]
        }
        return x
    }

    /// The x that minimises ‖A x − b‖² + damping² ‖x‖²: a step that stays finite where A is singular
    /// (Nakamura and Hanafusa 1986; Wampler 1986).
    ///
    /// - Returns: `nil` where `damping` is 0 and A is singular, or a number is not finite.
    @inlinable public func dampedLeastSquares(_ b: FixedVector, damping: Double) -> FixedVector? {
        // The smaller of the two equal forms: Aᵀ(A Aᵀ + d²I)⁻¹ b for wide matrices, (AᵀA + d²I)⁻¹ Aᵀ b for tall ones.
        if rows < columns {
            let wide = transposed
            guard let y = wide.gram(damping: damping * damping).solvePositiveDefinite(b) else { return nil }
            return transposeTimes(y)
        }
        return gram(damping: damping * damping).solvePositiveDefinite(transposeTimes(b))
    }

    /// The damped pseudo-inverse Aᵀ(A Aᵀ + damping² I)⁻¹; with damping 0 the Moore–Penrose inverse of a full-rank A.
    ///
    /// - Returns: `nil` as `dampedLeastSquares`.
    @inlinable public func dampedPseudoInverse(damping: Double) -> FixedMatrix? {
        let isWide = rows < columns
        let G = isWide ? transposed.gram(damping: damping * damping) : gram(damping: damping * damping)
        var inverse = FixedMatrix(rows: columns, columns: rows)
        for j in 0..<rows {
            var unit = FixedVector.zero
            unit[j] = 1
            guard let y = G.solvePositiveDefinite(isWide ? unit : transposeTimes(unit)) else { return nil }
            inverse[column: j] = isWide ? transposeTimes(y) : y
        }
        return inverse
    }
}
