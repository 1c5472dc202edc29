/// Minimises without derivatives by steps along each axis and halving (Hooke and Jeeves 1961). Deterministic.
struct PatternSearch {
    /// The first step along each parameter, and how often it may be halved.
    var steps: [Double]
    var halvings = 6
    var mostEvaluations = 2000

    /// - Returns: the best parameters and their value; never worse than the start's.
    func minimise(from start: [Double], _ value: ([Double]) -> Double) -> (parameters: [Double], value: Double) {
        var (best, lowest) = (start, value(start))
        var scale = 1.0
        var (halved, evaluations) = (0, 1)
        while halved <= halvings, evaluations < mostEvaluations {
            let (base, before) = (best, lowest)
            explore(&best, &lowest, scale, &evaluations, value)
            guard lowest < before else {
                scale /= 2
                halved += 1
                continue
            }
            let further = zip(best, base).map { 2 * $0 - $1 }
            let reached = value(further)
            evaluations += 1
            if reached < lowest { (best, lowest) = (further, reached) }
        }
        return (best, lowest)
    }

    private func explore(
        _ best: inout [Double], _ lowest: inout Double, _ scale: Double, _ evaluations: inout Int,
        _ value: ([Double]) -> Double
    ) {
        for i in best.indices {
            for sign in [1.0, -1.0] {
                var trial = best
                trial[i] += sign * steps[i] * scale
                let reached = value(trial)
                evaluations += 1
                if reached < lowest {
                    (best, lowest) = (trial, reached)
                    break
                }
            }
        }
    }
}
