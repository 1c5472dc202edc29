import Frames
import SmallMatrix
import Testing

/// Random problems; `SeededGenerator` shares no code with what is tested.
func randomMatrix(_ rows: Int, _ columns: Int, _ random: inout SeededGenerator) -> FixedMatrix {
    FixedMatrix(rows: rows, columns: columns) { _, _ in random.normal() }
}

func randomVector(_ count: Int, _ random: inout SeededGenerator) -> FixedVector {
    var x = FixedVector.zero
    for i in 0..<count { x[i] = random.normal() }
    return x
}

@Suite struct SolveTests {
    @Test(arguments: 1...8) func eliminationSolvesWhatItIsGiven(_ n: Int) throws {
        var random = SeededGenerator(seed: UInt64(n))
        for _ in 0..<200 {
            let (A, x) = (randomMatrix(n, n, &random), randomVector(n, &random))
            let found = try #require(A.solve(A * x))
            #expect(norm(A * found - A * x) < 1e-12 * (1 + norm(x)))
        }
    }

    @Test func eliminationNeedsItsPivots() throws {
        // The first pivot is 0: rows must be exchanged. x + y = 3 … by hand.
        let A = FixedMatrix(rows: 3, columns: 3) { [[0, 2, 1], [1, 0, 0], [3, 1, 2]][$0][$1] }
        let x = try #require(A.solve(FixedVector(7, 1, 11, 0, 0, 0, 0, 0)))
        #expect(norm(x - FixedVector(1, 2, 3, 0, 0, 0, 0, 0)) < 1e-14)
    }

    @Test func singularMatricesHaveNoAnswer() {
        let A = FixedMatrix(rows: 3, columns: 3) { i, j in Double(3 * i + j) }
        #expect(A.solve(FixedVector(1, 2, 4, 0, 0, 0, 0, 0)) == nil)
        #expect(FixedMatrix(rows: 2, columns: 2).solve(.zero) == nil)
        #expect(FixedMatrix(rows: 2, columns: 3).solve(.zero) == nil)
        #expect(FixedMatrix(rows: 2, columns: 2) { _, _ in .nan }.solve(.zero) == nil)
    }

    @Test(arguments: 1...8) func choleskyFactorMultipliesBack(_ n: Int) throws {
        var random = SeededGenerator(seed: UInt64(20 + n))
        for _ in 0..<100 {
            let A = randomMatrix(n, n, &random).gram(damping: 0.1)
            let L = try #require(A.cholesky())
            #expect((L * L.transposed - A).largestMagnitude < 1e-13 * A.largestMagnitude)
            for j in 0..<n { for i in 0..<j { #expect(L[i, j] == 0) } }
            let b = randomVector(n, &random)
            let x = try #require(A.solvePositiveDefinite(b))
            #expect(norm(A * x - b) < 1e-11 * norm(b) * A.largestMagnitude)
            #expect(norm(try #require(A.solve(b)) - x) < 1e-10 * (1 + norm(x)))
        }
    }

    @Test func choleskyRefusesIndefiniteMatrices() {
        let A = FixedMatrix(rows: 2, columns: 2) { [[1, 2], [2, 1]][$0][$1] }
        #expect(A.cholesky() == nil)
        #expect(A.solvePositiveDefinite(.zero) == nil)
        #expect(FixedMatrix(rows: 2, columns: 2) { _, _ in .nan }.cholesky() == nil)
        #expect(FixedMatrix(rows: 2, columns: 2) { i, j in i == j ? .infinity : 0 }.cholesky() == nil)
    }

    @Test func productsAndTransposes() {
        var random = SeededGenerator(seed: 30)
        let (A, B, x) = (randomMatrix(6, 7, &random), randomMatrix(7, 3, &random), randomVector(6, &random))
        let product = A * B
        for i in 0..<6 {
            for j in 0..<3 {
                let sum = (0..<7).reduce(0.0) { $0 + A[i, $1] * B[$1, j] }
                #expect(abs(product[i, j] - sum) < 1e-13)
            }
        }
        #expect(norm(A.transposeTimes(x) - A.transposed * x) < 1e-13)
        #expect((A.gram() - A.transposed * A).largestMagnitude < 1e-13)
        #expect((A + A - A * 2).largestMagnitude == 0)
        #expect((FixedMatrix.identity(6) * A - A).largestMagnitude == 0)
        var C = A
        C[column: 2] = FixedVector(repeating: 5)
        #expect(C[5, 2] == 5 && C[column: 2][6] == 0)
    }
}
