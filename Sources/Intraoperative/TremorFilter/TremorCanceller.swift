/// Removes tremor from a hand's motion, causally: an answer depends on the samples so far alone, and allocates nothing.
///
/// ```swift
/// var canceller = TremorCanceller(.wflcKalman)
/// let wanted = canceller.filter(sample, at: time)        // mm in, mm out, once a sample
/// ```
///
/// Tremor is a tone whose frequency, amplitude and phase drift (Riviere, Rader and Thakor 1998, "Adaptive canceling of
/// physiological tremor"); the wanted motion is smooth (white snap) and now and then quick. Both are estimated together by
/// an extended Kalman filter, so that the wanted motion comes out without a filter's delay. Three such filters with
/// different ideas of how quick the hand is run side by side as an interacting multiple model (Blom and Bar-Shalom 1988),
/// which all axes share, since a hand that moves moves on all of them.
public struct TremorCanceller: Sendable {
    public let method: TremorFilterMethod
    private let model: TremorModel?
    private var axes: InlineArray<3, AxisBank>
    /// How likely each idea of the hand's quickness is.
    private var likely: SIMD4<Double>
    private var lastTime: Double?

    /// Samples further apart than this start the filter anew, s.
    static let greatestGap = 0.05

    public init(_ method: TremorFilterMethod) { self.init(method, model: TremorModel(method)) }

    init(_ method: TremorFilterMethod, model: TremorModel?) {
        self.method = method
        self.model = model
        axes = InlineArray(repeating: AxisBank())
        likely = TremorModel.firstGuess
    }

    public mutating func reset() { lastTime = nil }

    /// The wanted motion at time `t` (s, increasing) of the hand at `sample`, mm. What is not finite passes through.
    public mutating func filter(_ sample: SIMD3<Double>, at t: Double) -> SIMD3<Double> {
        guard let model, t.isFinite, (sample * 0) == .zero else { return sample }
        guard let last = lastTime, t > last, t - last <= Self.greatestGap else {
            for i in 0..<3 { axes[i].start(at: sample[i], model) }
            likely = TremorModel.firstGuess
            lastTime = t
            return sample
        }
        let dt = t - last
        lastTime = t
        let expected = model.transitions(likely, over: dt)
        var fit = SIMD4<Double>.zero
        for i in 0..<3 {
            axes[i].mix(from: likely, to: expected, model, over: dt)
            fit += axes[i].update(sample[i], dt, model)
        }
        likely = TremorModel.posterior(expected, logLikelihood: fit)
        return SIMD3(axes[0].wanted(likely), axes[1].wanted(likely), axes[2].wanted(likely))
    }
}
