import Glibc

/// An extended Kalman filter of one axis: wanted position, velocity, acceleration, jerk; the tone and its quadrature; the
/// tone's angular frequency.
struct ToneFilter: Sendable {
    static let size = 7
    private(set) var state = SIMD8<Double>.zero
    /// Rows of the covariance.
    private var P = InlineArray<7, SIMD8<Double>>(repeating: .zero)

    init() {}

    init(mixing filters: InlineArray<3, ToneFilter>, _ weights: SIMD4<Double>) {
        for m in 0..<TremorModel.modes { state += filters[m].state * weights[m] }
        for m in 0..<TremorModel.modes {
            let off = filters[m].state - state
            for i in 0..<Self.size { P[i] += (filters[m].P[i] + off * off[i]) * weights[m] }
        }
    }

    mutating func start(at sample: Double, _ model: TremorModel) {
        self = ToneFilter()
        state[0] = sample
        state[6] = model.centre
        let spread: InlineArray<7, Double> = [
            model.amplitude, 20, 200, 2000, model.amplitude, model.amplitude, model.spread,
        ]
        for i in 0..<Self.size { P[i][i] = spread[i] * spread[i] }
    }

    mutating func predict(_ dt: Double, snap: Double, _ model: TremorModel) {
        let (s, c) = (sin(state[6] * dt), cos(state[6] * dt))
        let tone = c * state[4] - s * state[5]
        let quadrature = s * state[4] + c * state[5]
        let (d2, d3) = (dt * dt / 2, dt * dt * dt / 6)
        // Twice the rows of F P, with a transposition between: F P Fᵀ.
        for round in 0..<2 {
            P[0] += P[1] * dt + P[2] * d2 + P[3] * d3
            P[1] += P[2] * dt + P[3] * d2
            P[2] += P[3] * dt
            let row4 = P[4] * c - P[5] * s - P[6] * (dt * quadrature)
            P[5] = P[4] * s + P[5] * c + P[6] * (dt * tone)
            P[4] = row4
            if round == 0 { transpose() }
        }
        state[0] += state[1] * dt + state[2] * d2 + state[3] * d3
        state[1] += state[2] * dt + state[3] * d2
        state[2] += state[3] * dt
        (state[4], state[5]) = (tone, quadrature)
        P[3][3] += snap * dt
        P[4][4] += model.amplitudeDrift * dt
        P[5][5] += model.amplitudeDrift * dt
        P[6][6] += model.frequencyDrift * dt
    }

    private mutating func transpose() {
        for i in 0..<Self.size {
            for j in 0..<i { (P[i][j], P[j][i]) = (P[j][i], P[i][j]) }
        }
    }

    /// Against the drift of rounding, which would end in a covariance that is none.
    private mutating func symmetrize() {
        for i in 0..<Self.size {
            for j in 0..<i {
                let mean = (P[i][j] + P[j][i]) / 2
                (P[i][j], P[j][i]) = (mean, mean)
            }
            P[i][i] = max(P[i][i], 1e-18)
        }
    }

    /// Takes up a sample; the logarithm of its likelihood.
    mutating func update(_ sample: Double, _ model: TremorModel) -> Double {
        let cross = P[0] + P[4]
        let variance = cross[0] + cross[4] + model.noise * model.noise
        let error = sample - state[0] - state[4]
        let gain = cross / variance
        state += gain * error
        for i in 0..<Self.size { P[i] -= cross * gain[i] }
        symmetrize()
        state[6] = min(max(state[6], 2 * .pi * model.low), 2 * .pi * model.high)
        return -0.5 * (error * error / variance + log(variance))
    }
}
