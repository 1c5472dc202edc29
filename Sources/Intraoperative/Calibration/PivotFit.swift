import Frames
import LinearAlgebra

/// One weighted solution of R t + p = w.
struct PivotFit {
    var tip = Vector3.zero
    var pivot = Vector3.zero
    var weights: [Double]
    var rms = 0.0
    var covariance = Matrix3.zero
    /// Trace of the hole's covariance, mm².
    var pivotVariance = 0.0

    /// Tukey's biweight at 4.685 deviations, those estimated by the median (Holland and Welsch 1977).
    static func robust<A: Frame>(_ poses: [Pose<A, Marker>]) throws(CalibrationError) -> PivotFit {
        var fit = PivotFit(weights: Array(repeating: 1, count: poses.count))
        try fit.solve(poses)
        for _ in 0..<30 {
            let away = poses.map { length($0.rotation.matrix * fit.tip + $0.translation - fit.pivot) }
            // the median length of a normal error in three dimensions is 1.538 deviations of one axis
            let scale = max(away.sorted()[away.count / 2] / 1.538, 1e-9)
            let before = fit.tip
            fit.weights = away.map { distance in
                let u = distance / (4.685 * scale)
                return u < 1 ? (1 - u * u) * (1 - u * u) : 0
            }
            try fit.solve(poses)
            if length(fit.tip - before) < 1e-9 { break }
        }
        return fit
    }

    /// The normal equations of [R −I][t; w] = −p, reduced to the tip: with weighted means R̄ and p̄,
    /// Σ w (R − R̄)ᵀ(R − R̄) t = −Σ w (R − R̄)ᵀ(p − p̄).
    private mutating func solve<A: Frame>(_ poses: [Pose<A, Marker>]) throws(CalibrationError) {
        let total = weights.reduce(0, +)
        guard total > 3 else { throw .tooFewPoses(found: Int(total), needed: 4) }
        var (turn, place) = (Matrix3.zero, Vector3.zero)
        for (pose, w) in zip(poses, weights) {
            turn = turn + pose.rotation.matrix * (w / total)
            place += pose.translation * (w / total)
        }
        var (normal, right) = (Matrix3.zero, Vector3.zero)
        for (pose, w) in zip(poses, weights) {
            let away = pose.rotation.matrix - turn
            normal = normal + away.transposed * away * w
            right -= away.transposed * (pose.translation - place) * w
        }
        guard let inverse = normal.inverse, inverse.isFinite else {
            throw .numerical(.singular(reciprocalCondition: 0))
        }
        tip = inverse * right
        pivot = turn * tip + place
        let squares = zip(poses, weights).reduce(0.0) { sum, one in
            sum + one.1 * squaredLength(one.0.rotation.matrix * tip + one.0.translation - pivot)
        }
        rms = (squares / total).squareRoot()
        let variance = squares / max(3 * total - 6, 1)
        covariance = (inverse + inverse.transposed) * (variance / 2)
        pivotVariance = (turn * covariance * turn.transposed).trace + 3 * variance / total
    }
}
