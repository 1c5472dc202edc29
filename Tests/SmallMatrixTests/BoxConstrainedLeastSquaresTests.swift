import Frames
import SmallMatrix
import Testing

@Suite struct BoxConstrainedLeastSquaresTests {
    struct Problem {
        var A: FixedMatrix
        var b: FixedVector
        var lower: FixedVector
        var upper: FixedVector
    }

    static func random(_ rows: Int, _ columns: Int, _ random: inout SeededGenerator) -> Problem {
        var (lower, upper) = (FixedVector.zero, FixedVector.zero)
        for i in 0..<columns {
            let (a, c) = (random.normal() * 0.5, random.normal() * 0.5)
            (lower[i], upper[i]) = (min(a, c), max(a, c))
            if random.uniform() < 0.1 { upper[i] = lower[i] }
            if random.uniform() < 0.1 { lower[i] = -.infinity }
        }
        return Problem(
            A: randomMatrix(rows, columns, &random), b: randomVector(rows, &random) * 2, lower: lower, upper: upper)
    }

    /// The conditions of Karush, Kuhn and Tucker: inside its bounds a variable has no slope, at a bound the slope points out.
    static func worstViolation(_ p: Problem, _ x: FixedVector, damping: Double) -> Double {
        let slope = p.A.transposeTimes(p.A * x - p.b) + x * (damping * damping)
        var worst = 0.0
        for i in 0..<p.A.columns {
            worst = max(worst, p.lower[i] - x[i], x[i] - p.upper[i])
            if x[i] > p.lower[i] { worst = max(worst, slope[i]) }
            if x[i] < p.upper[i] { worst = max(worst, -slope[i]) }
        }
        return worst
    }

    @Test(arguments: [(6, 6), (6, 7), (8, 8), (8, 3), (3, 7), (1, 1)])
    func meetsItsOptimalityConditions(_ rows: Int, _ columns: Int) {
        var random = SeededGenerator(seed: UInt64(1000 * rows + columns))
        for _ in 0..<1000 {
            let p = Self.random(rows, columns, &random)
            let answer = p.A.boxConstrainedLeastSquares(p.b, lower: p.lower, upper: p.upper, damping: 0.05)
            #expect(answer.status == .optimal)
            #expect(Self.worstViolation(p, answer.x, damping: 0.05) < 1e-9)
        }
    }

    /// Every choice of held bounds is tried: the best feasible one is the minimum.
    @Test func equalsTheBestOfAllActiveSets() throws {
        var random = SeededGenerator(seed: 50)
        for _ in 0..<60 {
            let p = Self.random(5, 4, &random)
            func cost(_ x: FixedVector) -> Double {
                let r = p.A * x - p.b
                return (r * r).sum() + 0.01 * (x * x).sum()
            }
            var best = Double.infinity
            for code in 0..<81 {
                let held = (0..<4).map { (code / [1, 3, 9, 27][$0]) % 3 }
                if let x = Self.minimum(p, held) { best = min(best, cost(x)) }
            }
            let answer = p.A.boxConstrainedLeastSquares(p.b, lower: p.lower, upper: p.upper, damping: 0.1)
            #expect(abs(cost(answer.x) - best) < 1e-9)
        }
    }

    /// The minimum with variables free (0), at the lower (1) or the upper bound (2), by elimination on the free ones.
    static func minimum(_ p: Problem, _ held: [Int]) -> FixedVector? {
        var x = FixedVector.zero
        for i in 0..<4 where held[i] > 0 {
            x[i] = held[i] == 1 ? p.lower[i] : p.upper[i]
            if !x[i].isFinite { return nil }
        }
        let free = (0..<4).filter { held[$0] == 0 }
        if !free.isEmpty {
            let F = FixedMatrix(rows: 5, columns: free.count) { p.A[$0, free[$1]] }
            guard let y = F.gram(damping: 0.01).solve(F.transposeTimes(p.b - p.A * x)) else { return nil }
            for (k, i) in free.enumerated() { x[i] = y[k] }
        }
        for i in 0..<4 where x[i] < p.lower[i] - 1e-12 || x[i] > p.upper[i] + 1e-12 { return nil }
        return x
    }

    @Test func badProblemsAreNamed() {
        let A = FixedMatrix.identity(2)
        let one = FixedVector(repeating: 1)
        #expect(A.boxConstrainedLeastSquares(one, lower: one, upper: .zero).status == .badProblem)
        #expect(A.boxConstrainedLeastSquares(one * .nan, lower: .zero, upper: one).status == .badProblem)
        #expect(A.boxConstrainedLeastSquares(one, lower: one * .nan, upper: one).status == .badProblem)
        let flat = FixedMatrix(rows: 2, columns: 2) { _, _ in 1 }
        #expect(flat.boxConstrainedLeastSquares(one, lower: -one, upper: one).status == .singular)
        var random = SeededGenerator(seed: 60)
        let few = Self.random(6, 6, &random)
        let cut = few.A.boxConstrainedLeastSquares(few.b, lower: few.lower, upper: few.upper, maximumSteps: 1)
        #expect(Self.worstBound(few, cut.x) <= 0)
    }

    static func worstBound(_ p: Problem, _ x: FixedVector) -> Double {
        (0..<p.A.columns).map { max(p.lower[$0] - x[$0], x[$0] - p.upper[$0]) }.max() ?? 0
    }
}
