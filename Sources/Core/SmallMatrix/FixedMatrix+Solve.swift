extension FixedMatrix {
    /// The solution of A x = b by elimination with partial pivoting (Golub and Van Loan, *Matrix Computations*, 3.4).
    ///
    /// - Returns: `nil` where A is not square, or a pivot is below `smallest` times A's largest element.
    @inlinable public func solve(_ b: FixedVector, smallest: Double = 1e-14) -> FixedVector? {
        guard rows == columns, rows > 0 else { return nil }
        var A = self
        var x = b
        let least = smallest * largestMagnitude
        for k in 0..<rows {
            var pivot = k
            for i in (k + 1)..<max(k + 1, rows) where abs(A.storage[k][i]) > abs(A.storage[k][pivot]) { pivot = i }
            guard abs(A.storage[k][pivot]) > least else { return nil }
            if pivot != k {
                for j in k..<rows { A.swapRows(k, pivot, inColumn: j) }
                (x[k], x[pivot]) = (x[pivot], x[k])
            }
            for i in (k + 1)..<max(k + 1, rows) {
                let factor = A.storage[k][i] / A.storage[k][k]
                for j in k..<rows { A.storage[j][i] -= factor * A.storage[j][k] }
                x[i] -= factor * x[k]
            }
        }
        for k in (0..<rows).reversed() {
            for j in (k + 1)..<max(k + 1, rows) { x[k] -= A.storage[j][k] * x[j] }
            x[k] /= A.storage[k][k]
        }
        return x
    }

    @inlinable mutating func swapRows(_ a: Int, _ b: Int, inColumn j: Int) {
        let held = storage[j][a]
        storage[j][a] = storage[j][b]
        storage[j][b] = held
    }

    /// The lower triangular L with L Lᵀ = A, for a symmetric positive definite A, whose lower triangle alone is read.
    ///
    /// - Returns: `nil` where A is not square, or not positive definite beyond rounding.
    @inlinable public func cholesky() -> FixedMatrix? {
        var L = self
        guard rows == columns, L.factorise() else { return nil }
        for j in 1..<max(1, rows) { for i in 0..<j { L.storage[j][i] = 0 } }
        return L
    }

    /// The solution of A x = b for a symmetric positive definite A; `nil` where it is not.
    @inlinable public func solvePositiveDefinite(_ b: FixedVector) -> FixedVector? {
        var L = self
        guard rows == columns, L.factorise() else { return nil }
        return L.solveFactorised(b)
    }

    /// Puts the Cholesky factor into the lower triangle; `false` where there is none. Works on the stored numbers directly:
    /// setting single lanes of a SIMD vector by a variable index would copy the vector each time.
    @inlinable mutating func factorise() -> Bool {
        let n = rows
        return withUnsafeMutableBytes(of: &storage) { bytes in
            let a = bytes.assumingMemoryBound(to: Double.self)
            var largest = 0.0
            for j in 0..<n { largest = max(largest, a[9 * j]) }
            for j in 0..<n {
                for k in 0..<j {
                    let factor = a[8 * k + j]
                    for i in j..<n { a[8 * j + i] -= factor * a[8 * k + i] }
                }
                let pivot = a[8 * j + j]
                guard pivot > 4e-15 * largest, pivot.isFinite else { return false }
                let scale = 1 / pivot.squareRoot()
                for i in j..<n { a[8 * j + i] *= scale }
            }
            return true
        }
    }

    /// x with L Lᵀ x = b, L being this matrix's lower triangle.
    @inlinable func solveFactorised(_ b: FixedVector) -> FixedVector {
        let n = rows
        var x = FixedVector.zero
        withUnsafeBytes(of: storage) { bytes in
            withUnsafeMutableBytes(of: &x) { answer in
                let L = bytes.assumingMemoryBound(to: Double.self)
                let x = answer.assumingMemoryBound(to: Double.self)
                for k in 0..<n { x[k] = b[k] }
                for k in 0..<n {
                    x[k] /= L[8 * k + k]
                    for i in (k + 1)..<max(k + 1, n) { x[i] -= L[8 * k + i] * x[k] }
                }
                for k in (0..<n).reversed() {
                    var sum = x[k]
                    for i in (k + 1)..<max(k + 1, n) { sum -= L[8 * k + i] * x[i] }
                    x[k] = sum / L[8 * k + k]
                }
            }
        }
        return x
    }
}
