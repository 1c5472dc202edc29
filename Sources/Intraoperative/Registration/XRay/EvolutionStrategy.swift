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
        let rates = Rates(size: size)
        for generation in 0..<generations {
            guard let eigen = try? covariance.symmetricEigen() else { return }
            let axes = Axes(vectors: eigen.vectors, roots: eigen.values.map { max($0, 1e-20).squareRoot() })
            guard sigma * (axes.roots.max() ?? 0) > least else { return }
            let tried = (0..<size).map { _ in attempt(axes, value) }.sorted { $0.value < $1.value }
            adapt(Array(tried.prefix(rates.weights.count)), axes, rates, generation)
        }
    }

    /// Weights and learning rates, as the tutorial's table 1 gives them.
    private struct Rates {
        let weights: [Double]
        let effective: Double
        let cSigma: Double, damping: Double
        let cC: Double, c1: Double, cMu: Double
        /// The length of a normal vector, expected.
        let expected: Double

        init(size: Int) {
            let n = 6.0
            let parents = size / 2
            let raw = (0..<parents).map { log(Double(parents) + 0.5) - log(Double($0) + 1) }
            let total = raw.reduce(0, +)
            weights = raw.map { $0 / total }
            effective = 1 / weights.reduce(0) { $0 + $1 * $1 }
            cSigma = (effective + 2) / (n + effective + 5)
            damping = 1 + cSigma + 2 * max(0, ((effective - 1) / (n + 1)).squareRoot() - 1)
            cC = (4 + effective / n) / (n + 4 + 2 * effective / n)
            c1 = 2 / ((n + 1.3) * (n + 1.3) + effective)
            cMu = min(1 - c1, 2 * (effective - 2 + 1 / effective) / ((n + 2) * (n + 2) + effective))
            expected = n.squareRoot() * (1 - 1 / (4 * n) + 1 / (21 * n * n))
        }
    }

    /// The covariance's axes, and the standard deviation along each.
    private struct Axes {
        let vectors: Matrix
        let roots: [Double]

        func turned(_ z: [Double]) -> [Double] {
            (0..<6).map { i in (0..<6).reduce(0) { $0 + vectors[i, $1] * z[$1] } }
        }
    }

    private struct Attempt {
        /// From a normal distribution, and stretched by the covariance.
        let z: [Double], y: [Double]
        let value: Double
    }

    private mutating func attempt(_ axes: Axes, _ value: ([Double]) -> Double) -> Attempt {
        let z = (0..<6).map { _ in random.normal() }
        let y = axes.turned((0..<6).map { axes.roots[$0] * z[$0] })
        let x = (0..<6).map { mean[$0] + sigma * y[$0] }
        let found = value(x)
        if found < best.value { best = (x, found) }
        return Attempt(z: z, y: y, value: found)
    }

    /// Moves towards the best of a generation, and learns the shape and the size of the next steps.
    private mutating func adapt(_ parents: [Attempt], _ axes: Axes, _ rates: Rates, _ generation: Int) {
        func weighted(_ of: (Attempt) -> Double) -> Double {
            zip(rates.weights, parents).reduce(0) { $0 + $1.0 * of($1.1) }
        }
        let step = (0..<6).map { i in weighted { $0.y[i] } }
        let white = axes.turned((0..<6).map { i in weighted { $0.z[i] } })
        let (cSigma, cC) = (rates.cSigma, rates.cC)
        for i in 0..<6 {
            mean[i] += sigma * step[i]
            pathSigma[i] =
                (1 - cSigma) * pathSigma[i] + (cSigma * (2 - cSigma) * rates.effective).squareRoot() * white[i]
        }
        let norm = pathSigma.reduce(0) { $0 + $1 * $1 }.squareRoot()
        let decay = 1 - pow(1 - cSigma, 2 * Double(generation + 1))
        let moves: Double = norm / decay.squareRoot() < (1.4 + 2.0 / 7) * rates.expected ? 1 : 0
        for i in 0..<6 {
            pathC[i] = (1 - cC) * pathC[i] + moves * (cC * (2 - cC) * rates.effective).squareRoot() * step[i]
        }
        learn(rates) { i, j in weighted { $0.y[i] * $0.y[j] } }
        sigma *= exp((cSigma / rates.damping) * (norm / rates.expected - 1))
    }

    private mutating func learn(_ rates: Rates, _ rank: (Int, Int) -> Double) {
        for i in 0..<6 {
            for j in 0..<6 {
                covariance[i, j] =
                    (1 - rates.c1 - rates.cMu) * covariance[i, j] + rates.c1 * pathC[i] * pathC[j]
                    + rates.cMu * rank(i, j)
            }
        }
    }
}
