import Frames
import Glibc
import LinearAlgebra
import Uncertainty

/// What the points tell about the pose: its mean and covariance under their likelihood, not only the curvature at its peak.
///
/// Few points on a bent surface leave a likelihood that is no ellipsoid: a doubtful stray gives it a second top, an edge a
/// cut-off slope. It is integrated by importance sampling in two rounds (Cappé, Guillin, Marin and Robert 2004): first
/// from broad t-distributions round the tops found, then from what these samples showed. Many points make it an ellipsoid,
/// and its curvature is enough.
struct SurfacePosterior {
    /// The mean.
    private(set) var pose: Pose<CT, Touched>
    /// Nothing where some motion is free.
    private(set) var covariance: PoseCovariance<CT, Touched>?
    private(set) var constraints: [SurfaceConstraint] = []
    private(set) var contacts: [SurfaceFit.Contact]

    /// Beyond so many points the curvature is enough; below, at most so many distances are worked out a round.
    private static let mostPoints = 400
    private static let distances = 40_000
    /// A motion freer than this is told as it is, mm; the surface is not looked at there.
    private static let free = 4.0

    init(_ fit: SurfaceFit, _ found: [SurfaceSearch.Candidate]) {
        pose = found[0].pose
        contacts = found[0].contacts
        if contacts.count != fit.points.count {
            contacts = fit.contacts(pose, .exact, loss: .stray(deviation: found[0].deviation))
        }
        let variance = found[0].deviation * found[0].deviation
        tell(fit.information(contacts, pose, variance: variance), variance, fit)
        guard fit.points.count <= Self.mostPoints, let loosest = constraints.first, loosest.deviation < Self.free else {
            return
        }
        let first = found[0].cost
        let tops = found.filter { $0.cost < first + 16 }.compactMap { Top(fit, $0, round: found[0].pose) }
        guard var sampler = tops.isEmpty ? nil : PoseSampler(fit, found[0], tops) else { return }
        let count = max(300, min(2000, Self.distances / fit.points.count))
        guard let rough = sampler.round(count, widened: 1.5) else { return }
        sampler.tops = [rough.top] + tops
        guard let fine = sampler.round(count, widened: 1.2), fine.effective > 40 else {
            take(rough, found[0].deviation, fit)
            return
        }
        take(fine, found[0].deviation, fit)
    }

    private mutating func tell(_ information: PoseInformation<CT>, _ variance: Double, _ fit: SurfaceFit) {
        covariance = try? information.covariance()
        let modes = (try? information.modes(arm: fit.arm)) ?? []
        let repeats = max(Double(fit.points.count) / Double(fit.options.independentPoints), 1)
        constraints = modes.map { mode in
            let free = mode.stiffness <= 1e-9 * (modes.last?.stiffness ?? 0)
            return SurfaceConstraint(
                rotation: mode.rotation, translation: mode.translation, centre: information.centre, arm: fit.arm,
                deviation: free || mode.stiffness <= 0 ? .infinity : (variance * repeats / mode.stiffness).squareRoot())
        }
    }

    /// The samples' mean and covariance, and its axes as the motions that are left, the loosest first.
    private mutating func take(_ samples: PoseSampler.Round, _ deviation: Double, _ fit: SurfaceFit) {
        let centre = Point<CT>(pose.rotation.matrix * fit.middle + pose.translation)
        let m = samples.top.mean
        let mean = PoseChange(
            rotation: Vector3(m[0], m[1], m[2]) / fit.arm, translation: Vector3(m[3], m[4], m[5]), centre: centre
        ).applied(to: pose)
        // where what is likely is bent like a ball's turns, its mean is not likely itself: the peak stays
        guard fit.cost(mean, .exact, deviation: deviation) < fit.cost(pose, .exact, deviation: deviation) + 6 else {
            return
        }
        pose = mean
        contacts = fit.contacts(pose, .exact, loss: .stray(deviation: deviation))
        tell(samples.top.covariance, fit)
    }

    /// The covariance of turns times the points' arm, and shifts.
    private mutating func tell(_ c: Matrix, _ fit: SurfaceFit) {
        let moved = Point<CT>(pose.rotation.matrix * fit.middle + pose.translation)
        func block(_ i: Int, _ j: Int, _ scale: Double) -> Matrix3 {
            func row(_ k: Int) -> Vector3 { Vector3(c[i + k, j], c[i + k, j + 1], c[i + k, j + 2]) * scale }
            return Matrix3(rows: row(0), row(1), row(2))
        }
        covariance = PoseCovariance(
            centre: moved, rotation: block(0, 0, 1 / (fit.arm * fit.arm)), cross: block(0, 3, 1 / fit.arm),
            translation: block(3, 3, 1))
        guard let eigen = try? c.symmetricEigen() else { return }
        constraints = (0..<6).reversed().map { k in
            let v = eigen.vectors.column(k)
            return SurfaceConstraint(
                rotation: Vector3(v[0], v[1], v[2]) / fit.arm, translation: Vector3(v[3], v[4], v[5]), centre: moved,
                arm: fit.arm, deviation: max(eigen.values[k], 0).squareRoot())
        }
    }
}

/// A normal distribution of small motions about a pose: six numbers, turns times the points' arm, then shifts, mm.
struct Top {
    let mean: [Double]
    let covariance: Matrix
    /// Lower triangular, covariance = L Lᵀ; row by row.
    let root: [Double]
    let logVolume: Double

    init?(mean: [Double], covariance: Matrix) {
        guard let root = try? covariance.cholesky() else { return nil }
        (self.mean, self.covariance) = (mean, covariance)
        self.root = (0..<36).map { root[$0 / 6, $0 % 6] }
        logVolume = (0..<6).reduce(0) { $0 + log(root[$1, $1]) }
    }

    /// The curvature of the likelihood at a candidate, seen from `reference`.
    init?(_ fit: SurfaceFit, _ candidate: SurfaceSearch.Candidate, round reference: Pose<CT, Touched>) {
        let contacts = fit.contacts(candidate.pose, .exact, loss: .stray(deviation: candidate.deviation))
        let variance = candidate.deviation * candidate.deviation
        let information = fit.information(contacts, candidate.pose, variance: variance)
        guard let modes = try? information.modes(arm: fit.arm) else { return nil }
        var covariance = Matrix.diagonal(Array(repeating: 0, count: 6))
        for mode in modes {
            let v = [
                mode.rotation.x, mode.rotation.y, mode.rotation.z, mode.translation.x / fit.arm,
                mode.translation.y / fit.arm, mode.translation.z / fit.arm,
            ].map { $0 * fit.arm }
            // what is nearly free is not looked at beyond 3 mm
            let spread = 1 / (mode.stiffness / variance + 1 / 9)
            for i in 0..<6 { for j in 0..<6 { covariance[i, j] += spread * v[i] * v[j] } }
        }
        let turn = (candidate.pose.rotation * reference.rotation.inverse).rotationVector * fit.arm
        let shift = (candidate.pose * Point(fit.middle)) - (reference * Point(fit.middle))
        self.init(
            mean: [turn.x, turn.y, turn.z, shift.vector.x, shift.vector.y, shift.vector.z], covariance: covariance)
    }

    /// Squared distance in standard deviations, each widened.
    func squaredDistance(_ x: [Double], widened: Double) -> Double {
        var (sum, y) = (0.0, SIMD8<Double>.zero)
        for i in 0..<6 {
            var left = x[i] - mean[i]
            for j in 0..<i { left -= root[6 * i + j] * y[j] }
            y[i] = left / root[6 * i + i]
            sum += y[i] * y[i]
        }
        return sum / (widened * widened)
    }
}

/// Draws poses from a mixture of t-distributions and weighs them by the points' likelihood.
struct PoseSampler {
    let fit: SurfaceFit
    let reference: Pose<CT, Touched>
    let deviation: Double
    var tops: [Top]
    private var random: SeededGenerator
    /// Degrees of freedom: tails heavy enough that no likelihood falls more slowly.
    private static let freedom = 6.0

    struct Round {
        let top: Top
        /// So many independent samples would tell as much (Kong 1992).
        let effective: Double
    }

    init(_ fit: SurfaceFit, _ best: SurfaceSearch.Candidate, _ tops: [Top]) {
        (self.fit, reference, deviation, self.tops) = (fit, best.pose, best.deviation, tops)
        random = SeededGenerator(seed: fit.options.seed &+ 101)
    }

    mutating func round(_ count: Int, widened: Double) -> Round? {
        let centre = Point<CT>(reference.rotation.matrix * fit.middle + reference.translation)
        var samples: [(x: [Double], log: Double)] = []
        for i in 0..<count {
            let x = draw(tops[i % tops.count], widened)
            let pose = PoseChange(
                rotation: Vector3(x[0], x[1], x[2]) / fit.arm, translation: Vector3(x[3], x[4], x[5]), centre: centre
            ).applied(to: reference)
            samples.append((x, -0.5 * fit.cost(pose, .exact, deviation: deviation) - proposal(x, widened)))
        }
        let greatest = samples.reduce(-Double.infinity) { max($0, $1.log) }
        let weights = samples.map { exp($0.log - greatest) }
        let sum = weights.reduce(0, +)
        guard sum > 0, sum.isFinite else { return nil }
        let mean = (0..<6).map { k in zip(samples, weights).reduce(0) { $0 + $1.0.x[k] * $1.1 } / sum }
        var covariance = Matrix.diagonal(Array(repeating: 1e-10, count: 6))
        for (sample, weight) in zip(samples, weights) {
            let off = (0..<6).map { sample.x[$0] - mean[$0] }
            for i in 0..<6 { for j in 0..<6 { covariance[i, j] += weight / sum * off[i] * off[j] } }
        }
        let effective = sum * sum / weights.reduce(0) { $0 + $1 * $1 }
        return Top(mean: mean, covariance: covariance).map { Round(top: $0, effective: effective) }
    }

    private mutating func draw(_ top: Top, _ widened: Double) -> [Double] {
        let z = (0..<6).map { _ in random.normal() }
        let chi = (0..<Int(Self.freedom)).reduce(0.0) { sum, _ in
            let n = random.normal()
            return sum + n * n
        }
        let scale = widened * (Self.freedom / max(chi, 1e-9)).squareRoot()
        return (0..<6).map { i in top.mean[i] + scale * (0...i).reduce(0) { $0 + top.root[6 * i + $1] * z[$1] } }
    }

    /// The logarithm of the density from which the samples come, but for a constant.
    private func proposal(_ x: [Double], _ widened: Double) -> Double {
        let terms = tops.map { top in
            -top.logVolume - 0.5 * (Self.freedom + 6)
                * log(1 + top.squaredDistance(x, widened: widened) / Self.freedom)
        }
        let greatest = terms.max() ?? 0
        return greatest + log(terms.reduce(0) { $0 + exp($1 - greatest) })
    }
}
