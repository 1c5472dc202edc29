import Frames
import SmallMatrix
import Testing

@Suite struct LeastSquaresTests {
    /// The residual of a least squares answer is perpendicular to every column.
    @Test(arguments: [(8, 3), (6, 6), (8, 8), (5, 1), (7, 4)]) func residualIsPerpendicular(_ rows: Int, _ columns: Int)
        throws
    {
        var random = SeededGenerator(seed: UInt64(10 * rows + columns))
        for _ in 0..<100 {
            let (A, b) = (randomMatrix(rows, columns, &random), randomVector(rows, &random))
            let x = try #require(A.leastSquares(b))
            #expect(norm(A.transposeTimes(A * x - b)) < 1e-12 * (1 + norm(x)))
        }
    }

    @Test func dependentColumnsHaveNoAnswer() {
        let A = FixedMatrix(rows: 4, columns: 2) { i, j in Double(i + 1) * (j == 0 ? 1 : 2) }
        #expect(A.leastSquares(FixedVector(1, 2, 3, 5, 0, 0, 0, 0)) == nil)
        #expect(FixedMatrix(rows: 2, columns: 3).leastSquares(.zero) == nil)
    }

    /// (AᵀA + d²I) x = Aᵀb for every shape, whichever of the two equal forms is used.
    @Test(arguments: [(6, 7), (6, 6), (6, 4), (3, 8), (8, 3)]) func dampedAnswerMeetsItsEquation(
        _ rows: Int, _ columns: Int
    ) throws {
        var random = SeededGenerator(seed: UInt64(100 * rows + columns))
        for damping in [0.5, 0.01] {
            for _ in 0..<50 {
                let (A, b) = (randomMatrix(rows, columns, &random), randomVector(rows, &random))
                let x = try #require(A.dampedLeastSquares(b, damping: damping))
                let left = A.transposeTimes(A * x) + x * (damping * damping)
                #expect(norm(left - A.transposeTimes(b)) < 1e-10)
                let P = try #require(A.dampedPseudoInverse(damping: damping))
                #expect(norm(P * b - x) < 1e-9 * (1 + norm(x)))
            }
        }
    }

    /// The four conditions of Penrose, for a 6×7 matrix of full rank.
    @Test func undampedPseudoInverseIsPenrose() throws {
        var random = SeededGenerator(seed: 40)
        for _ in 0..<50 {
            let A = randomMatrix(6, 7, &random)
            let P = try #require(A.dampedPseudoInverse(damping: 0))
            #expect((A * P * A - A).largestMagnitude < 1e-9)
            #expect((P * A * P - P).largestMagnitude < 1e-9 * max(1, P.largestMagnitude))
            #expect((A * P - (A * P).transposed).largestMagnitude < 1e-9)
            #expect((P * A - (P * A).transposed).largestMagnitude < 1e-9)
        }
    }

    @Test func dampingBoundsTheStepOfASingularMatrix() throws {
        // Rank 1: without damping there is no answer, with damping d no step is longer than ‖b‖/(2d).
        let A = FixedMatrix(rows: 6, columns: 6) { i, j in i == 0 && j == 0 ? 1e-3 : 0 }
        let b = FixedVector(1, 1, 1, 1, 1, 1, 0, 0)
        #expect(A.dampedLeastSquares(b, damping: 0) == nil)
        let x = try #require(A.dampedLeastSquares(b, damping: 0.01))
        #expect(norm(x) <= norm(b) / 0.02)
        #expect(abs(x[0] - 1e-3 / (1e-6 + 1e-4)) < 1e-9)
    }
}
