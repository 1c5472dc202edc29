import Frames
import Glibc
import LinearAlgebra

/// Covariance matrix adaptation (Hansen 2016, "The CMA evolution strategy: a tutorial") in six dimensions: finds the
/// lowest value of a function that has neighbouring minima and no gradient.
struct EvolutionStrategy {
    /// Where the best value was found, and what it was.
    private(set) var best: (x: [Double], value: Double)
    private var mean: [Double]
    private var sigma: Double
    private var covariance = Matrix.identity(6)
    private var (pathSigma, pathC) = (Array(repeating: 0.0, count: 6), Array(repeating: 0.0, count: 6))
    private var random: SeededGenerator

    init(from mean: [Double], sigma: Double, seed: UInt64) {
        (self.mean, self.sigma) = (mean, sigma)
        best = (mean, .infinity)
        random = SeededGenerator(seed: seed)
    }

    /// So many generations of so many, or until steps are below `least`.
    mutating func run(generations: Int, size: Int, least: Double, _ value: ([Double]) -> Double) {
        let n = 6.0
        let parents = size / 2
        let raw = (0..<parents).map { log(Double(parents) + 0.5) - log(Double($0) + 1) }
        let total = raw.reduce(0, +)
        let weights = raw.map { $0 / total }
        let effective = 1 / weights.reduce(0) { $0 + $1 * $1 }
        let cSigma = (effective + 2) / (n + effective + 5)
        let damping = 1 + cSigma + 2 * max(0, ((effective - 1) / (n + 1)).squareRoot() - 1)
        let cC = (4 + effective / n) / (n + 4 + 2 * effective / n)
        let c1 = 2 / ((n + 1.3) * (n + 1.3) + effective)
        let cMu = min(1 - c1, 2 * (effective - 2 + 1 / effective) / ((n + 2) * (n + 2) + effective))
        let expected = n.squareRoot() * (1 - 1 / (4 * n) + 1 / (21 * n * n))
        for generation in 0..<generations {
            guard let eigen = try? covariance.symmetricEigen() else { return }
            let roots = eigen.values.map { max($0, 1e-20).squareRoot() }
            guard sigma * (roots.max() ?? 0) > least else { return }
            var tried: [(z: [Double], y: [Double], value: Double)] = []
            for _ in 0..<size {
                let z = (0..<6).map { _ in random.normal() }
                let y = (0..<6).map { i in (0..<6).reduce(0) { $0 + eigen.vectors[i, $1] * roots[$1] * z[$1] } }
                let x = (0..<6).map { mean[$0] + sigma * y[$0] }
                let found = value(x)
                if found < best.value { best = (x, found) }
                tried.append((z, y, found))
            }
            tried.sort { $0.value < $1.value }
            let step = (0..<6).map { i in (0..<parents).reduce(0) { $0 + weights[$1] * tried[$1].y[i] } }
            let whiteStep = (0..<6).map { i in
                (0..<6).reduce(0) { s, j in
                    s + eigen.vectors[i, j] * (0..<parents).reduce(0) { $0 + weights[$1] * tried[$1].z[j] }
                }
            }
            for i in 0..<6 {
                mean[i] += sigma * step[i]
                pathSigma[i] =
                    (1 - cSigma) * pathSigma[i] + (cSigma * (2 - cSigma) * effective).squareRoot() * whiteStep[i]
            }
            let norm = pathSigma.reduce(0) { $0 + $1 * $1 }.squareRoot()
            let decay = 1 - pow(1 - cSigma, 2 * Double(generation + 1))
            let moves: Double = norm / decay.squareRoot() < (1.4 + 2 / (n + 1)) * expected ? 1 : 0
            for i in 0..<6 {
                pathC[i] = (1 - cC) * pathC[i] + moves * (cC * (2 - cC) * effective).squareRoot() * step[i]
            }
            for i in 0..<6 {
                for j in 0..<6 {
                    let rank = (0..<parents).reduce(0) { $0 + weights[$1] * tried[$1].y[i] * tried[$1].y[j] }
                    covariance[i, j] =
                        (1 - c1 - cMu) * covariance[i, j] + c1 * pathC[i] * pathC[j] + cMu * rank
                }
            }
            sigma *= exp((cSigma / damping) * (norm / expected - 1))
        }
    }
}
