/// The filters of one axis, one for each idea of how quick the hand is.
struct AxisBank: Sendable {
    private var filters = InlineArray<3, ToneFilter>(repeating: ToneFilter())

    mutating func start(at sample: Double, _ model: TremorModel) {
        for m in 0..<TremorModel.modes { filters[m].start(at: sample, model) }
    }

    /// The interaction: each filter starts from all of them, weighted by how likely the hand came from there.
    mutating func mix(from likely: SIMD4<Double>, to expected: SIMD4<Double>, _ model: TremorModel, over dt: Double) {
        let before = filters
        for to in 0..<TremorModel.modes {
            var weights = SIMD4<Double>.zero
            for from in 0..<TremorModel.modes {
                weights[from] = likely[from] * model.chance(from, to, over: dt) / expected[to]
            }
            filters[to] = ToneFilter(mixing: before, weights)
        }
    }

    /// Predicts and takes up a sample; the logarithm of each filter's likelihood.
    mutating func update(_ sample: Double, _ dt: Double, _ model: TremorModel) -> SIMD4<Double> {
        var fit = SIMD4<Double>.zero
        for m in 0..<TremorModel.modes {
            filters[m].predict(dt, snap: model.snap[m], model)
            fit[m] = filters[m].update(sample, model)
        }
        return fit
    }

    func wanted(_ likely: SIMD4<Double>) -> Double {
        var sum = 0.0
        for m in 0..<TremorModel.modes { sum += likely[m] * filters[m].state[0] }
        return sum
    }
}
