import Foundation

/// Normal numbers by the polar method from a xorshift generator (Marsaglia 2003): another family than the project's own,
/// so that a simulation shares nothing with what it judges.
public struct OtherNormal {
    private var state: UInt64

    /// - Precondition: `state` is not 0, which xorshift never leaves.
    public init(state: UInt64) {
        precondition(state != 0, "a xorshift generator cannot start from 0")
        self.state = state
    }

    /// In 0..<1.
    public mutating func uniform() -> Double {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Double(state >> 11) * 0x1p-53
    }

    /// Of mean 0 and variance 1.
    public mutating func callAsFunction() -> Double {
        while true {
            let (u, v) = (2 * uniform() - 1, 2 * uniform() - 1)
            let s = u * u + v * v
            if s > 0, s < 1 { return u * (-2 * log(s) / s).squareRoot() }
        }
    }
}
