/// How a constrained least squares problem ended.
public enum LeastSquaresStatus: UInt8, Sendable {
    /// The minimum within the bounds.
    case optimal
    /// The number of steps ran out; the answer is within the bounds, but not the best.
    case stepsRanOut
    /// The free columns depend on each other: give a damping. The answer is within the bounds.
    case singular
    /// A lower bound is above its upper one, or a number is not finite. The answer is 0.
    case badProblem
}

/// The answer of `FixedMatrix.boxConstrainedLeastSquares`.
@frozen public struct BoxConstrainedAnswer: Sendable {
    public var x: FixedVector
    public var status: LeastSquaresStatus
    public var steps: Int

    @inlinable init(x: FixedVector, status: LeastSquaresStatus, steps: Int) {
        (self.x, self.status, self.steps) = (x, status, steps)
    }
}

extension FixedMatrix {
    /// The x that minimises ‖A x − b‖² + damping² ‖x‖² with lower ≤ x ≤ upper, in at most `maximumSteps` steps.
    ///
    /// A primal active set method (Nocedal and Wright, *Numerical Optimization*, algorithm 16.3): every iterate is within
    /// the bounds, so that the answer is so also when the steps run out. Bounds may be infinite.
    @inlinable public func boxConstrainedLeastSquares(
        _ b: FixedVector, lower: FixedVector, upper: FixedVector, damping: Double = 0, maximumSteps: Int = 40
    ) -> BoxConstrainedAnswer {
        let H = gram(damping: damping * damping)
        let g = transposeTimes(b)
        var state = BoxSearch(lower: lower, upper: upper, count: columns)
        guard state.isFeasible, H.isFinite, g.isFinite(columns) else {
            return BoxConstrainedAnswer(x: .zero, status: .badProblem, steps: 0)
        }
        for step in 0..<maximumSteps {
            guard let goal = H.minimum(g, with: state) else {
                return BoxConstrainedAnswer(x: state.x, status: .singular, steps: step)
            }
            if state.advance(to: goal) { continue }
            if !state.release(slope: H * state.x - g, scale: H.largestMagnitude) {
                return BoxConstrainedAnswer(x: state.x, status: .optimal, steps: step + 1)
            }
        }
        return BoxConstrainedAnswer(x: state.x, status: .stepsRanOut, steps: maximumSteps)
    }

    /// The minimum of ½xᵀHx − gᵀx over the free variables, the held ones staying where they are.
    @inlinable func minimum(_ g: FixedVector, with state: BoxSearch) -> FixedVector? {
        var free = self
        var right = g
        for j in 0..<columns where state.held[j] != 0 {
            right -= storage[j] * state.x[j]
            free.storage[j] = .zero
            for i in 0..<columns { free.storage[i][j] = 0 }
            free.storage[j][j] = 1
        }
        for j in 0..<columns where state.held[j] != 0 { right[j] = state.x[j] }
        return free.solvePositiveDefinite(right)
    }
}

/// Where an active set search is, and which variables its bounds hold: −1 at the lower, 1 at the upper, 0 free.
@frozen @usableFromInline struct BoxSearch {
    @usableFromInline var x = FixedVector.zero
    @usableFromInline var held = SIMD8<Int8>.zero
    @usableFromInline let lower: FixedVector
    @usableFromInline let upper: FixedVector
    @usableFromInline let count: Int

    @inlinable init(lower: FixedVector, upper: FixedVector, count: Int) {
        (self.lower, self.upper, self.count) = (lower, upper, count)
        for i in 0..<count { x[i] = min(max(0, lower[i]), upper[i]) }
    }

    @inlinable var isFeasible: Bool {
        for i in 0..<count where !(lower[i] <= upper[i]) || !x[i].isFinite { return false }
        return true
    }

    /// Goes towards `goal` as far as the bounds allow; `true` where a bound stopped it, which then holds.
    @inlinable mutating func advance(to goal: FixedVector) -> Bool {
        var share = 1.0
        var blocking = -1
        for i in 0..<count where held[i] == 0 {
            let bound = goal[i] < lower[i] ? lower[i] : goal[i] > upper[i] ? upper[i] : goal[i]
            guard bound != goal[i] else { continue }
            let reached = (bound - x[i]) / (goal[i] - x[i])
            if reached < share { (share, blocking) = (max(0, reached), i) }
        }
        for i in 0..<count where held[i] == 0 {
            x[i] = min(max(x[i] + (goal[i] - x[i]) * share, lower[i]), upper[i])
        }
        guard blocking >= 0 else { return false }
        held[blocking] = goal[blocking] < lower[blocking] ? -1 : 1
        x[blocking] = held[blocking] < 0 ? lower[blocking] : upper[blocking]
        return true
    }

    /// Frees the held variable that gains most by leaving its bound; `false` where none does, so that x is the minimum.
    @inlinable mutating func release(slope: FixedVector, scale: Double) -> Bool {
        var most = 1e-12 * max(scale, 1e-300)
        var freed = -1
        for i in 0..<count where held[i] != 0 && lower[i] < upper[i] {
            let gain = held[i] < 0 ? -slope[i] : slope[i]
            if gain > most { (most, freed) = (gain, i) }
        }
        guard freed >= 0 else { return false }
        held[freed] = 0
        return true
    }
}

extension FixedVector {
    @inlinable func isFinite(_ count: Int) -> Bool {
        for i in 0..<count where !self[i].isFinite { return false }
        return true
    }
}
