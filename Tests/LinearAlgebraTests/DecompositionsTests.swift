import Frames
import LinearAlgebra
import Testing

@Suite struct DecompositionsTests {
    static func random(_ rows: Int, _ columns: Int, _ seed: UInt64) throws -> Matrix {
        var random = SeededGenerator(seed: seed)
        return try Matrix(
            rowCount: rows, columnCount: columns, columnMajor: (0..<(rows * columns)).map { _ in random.normal() })
    }

    /// The largest difference of two matrices, over the size of the first.
    static func difference(_ a: Matrix, _ b: Matrix) throws -> Double {
        try (a - b).largestMagnitude / max(a.largestMagnitude, 1e-300)
    }

    @Test(arguments: [(1, 1), (3, 2), (7, 3), (40, 1), (90, 5)])
    func solvesWhatItSays(n: Int, k: Int) throws {
        let (a, b) = (try Self.random(n, n, UInt64(n)), try Self.random(n, k, UInt64(n + 100)))
        let x = try a.solve(b)
        #expect(try Self.difference(b, a * x) < 1e-10)
        #expect(try Self.difference(.identity(n), a.inverse() * a) < 1e-9)
    }

    @Test func theHilbertMatrixHasItsKnownInverse() throws {
        // integers, from the closed form for n = 4 (Choi 1983)
        let hilbert = try Matrix(rows: (1...4).map { i in (1...4).map { 1 / Double(i + $0 - 1) } })
        let known = try Matrix(rows: [
            [16, -120, 240, -140], [-120, 1200, -2700, 1680], [240, -2700, 6480, -4200], [-140, 1680, -4200, 2800],
        ])
        #expect(try Self.difference(known, hilbert.inverse()) < 1e-11)
    }

    @Test(arguments: [(4, 4), (9, 4), (3, 8), (60, 20)])
    func leastSquaresResidualsArePerpendicular(m: Int, n: Int) throws {
        let (a, b) = (try Self.random(m, n, UInt64(m)), try Self.random(m, 2, 7))
        let answer = try a.leastSquares(b)
        let residual = try b - a * answer.solution
        #expect(try (a.transposed * residual).largestMagnitude < 1e-11 * Double(m))
        #expect(answer.rank == min(m, n))
    }

    @Test func aRankDeficientProblemGivesTheShortestAnswer() throws {
        let a = try Matrix(rows: [[1, 1], [2, 2], [3, 3]])
        let answer = try a.leastSquares(try Matrix(column: [2, 4, 6]))
        #expect(answer.rank == 1)
        #expect(try Self.difference(Matrix(column: [1, 1]), answer.solution) < 1e-12)
    }

    @Test(arguments: [(1, 1), (5, 3), (3, 5), (30, 30)])
    func singularValuesRebuildTheMatrix(m: Int, n: Int) throws {
        let a = try Self.random(m, n, UInt64(m * n))
        let s = try a.singularValues()
        let rebuilt = try s.u * Matrix.diagonal(s.values) * s.v.transposed
        #expect(try Self.difference(a, rebuilt) < 1e-12)
        #expect(try Self.difference(.identity(min(m, n)), s.u.transposed * s.u) < 1e-12)
        #expect(try Self.difference(.identity(min(m, n)), s.v.transposed * s.v) < 1e-12)
        #expect(zip(s.values, s.values.dropFirst()).allSatisfy { $0 >= $1 } && s.values.allSatisfy { $0 >= 0 })
        // the sum of squares of singular values is the square of the Frobenius norm
        let sum = s.values.reduce(0) { $0 + $1 * $1 }
        #expect(abs(sum.squareRoot() / a.frobeniusNorm - 1) < 1e-12)
    }

    @Test(arguments: [1, 2, 6, 35])
    func eigenvectorsAreTurnedIntoThemselves(n: Int) throws {
        let half = try Self.random(n, n, UInt64(n + 5))
        let a = try half + half.transposed
        let eigen = try a.symmetricEigen()
        let scaled = try eigen.vectors * Matrix.diagonal(eigen.values)
        #expect(try (a * eigen.vectors - scaled).largestMagnitude < 1e-11 * a.largestMagnitude * Double(n))
        let trace = (0..<n).reduce(0) { $0 + a[$1, $1] }
        #expect(abs(eigen.values.reduce(0, +) - trace) < 1e-11 * Double(n) * a.largestMagnitude)
        #expect(zip(eigen.values, eigen.values.dropFirst()).allSatisfy { $0 <= $1 })
    }

    @Test func choleskyIsTheRoot() throws {
        let half = try Self.random(12, 12, 3)
        let a = try half * half.transposed
        let l = try a.cholesky()
        #expect(try Self.difference(a, l * l.transposed) < 1e-12)
        #expect((0..<12).allSatisfy { i in ((i + 1)..<12).allSatisfy { l[i, $0] == 0 } })
    }

    @Test func refusesWhatHasNoAnswer() throws {
        let one = try Matrix(rows: [[1, 2], [2, 4]])
        #expect(throws: LinearAlgebraError.self) { try one.solve(Matrix(column: [1, 1])) }
        do { _ = try one.inverse() } catch { #expect(error == .singular(reciprocalCondition: 0)) }
        #expect(throws: LinearAlgebraError.notPositiveDefinite) { try Matrix(rows: [[1, 2], [2, 1]]).cholesky() }
        #expect(throws: LinearAlgebraError.notSymmetric(deviation: 0.5)) {
            try Matrix(rows: [[1, 2], [1, 1]]).cholesky()
        }
        #expect(throws: LinearAlgebraError.notFinite) { try Matrix(rows: [[.nan]]).singularValues() }
        let wide = try Matrix(rows: [[1, 2]])
        #expect(throws: LinearAlgebraError.notSquare(wide.shape)) { try wide.solve(wide) }
        #expect(throws: LinearAlgebraError.shapeMismatch(left: wide.shape, right: wide.shape)) { try wide * wide }
        #expect(throws: LinearAlgebraError.wrongCount(expected: 2, found: 1)) { try Matrix(rows: [[1, 2], [1]]) }
        #expect(throws: LinearAlgebraError.impossibleShape(MatrixShape(rows: 0, columns: 0))) { try Matrix(rows: []) }
    }

    @Test func theSameInputGivesTheSameBytes() throws {
        let a = try Self.random(120, 120, 1)
        let (first, second) = (try a * a, try a * a)
        #expect(first == second)
        #expect(try a.singularValues() == a.singularValues())
    }

    @Test func rowsAndColumnsAreWhereTheyShouldBe() throws {
        let a = try Matrix(rows: [[1, 2, 3], [4, 5, 6]])
        #expect(a.elements == [1, 4, 2, 5, 3, 6] && a[1, 2] == 6 && a.row(0) == [1, 2, 3] && a.column(1) == [2, 5])
        #expect(a.transposed == (try Matrix(rows: [[1, 4], [2, 5], [3, 6]])))
        #expect(try a * Matrix(column: [1, 0, -1]) == Matrix(column: [-2, -2]))
    }
}
