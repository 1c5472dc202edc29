import Frames

/// Place and velocity from samples of the place: an α–β filter, the steady state of a Kalman filter for white acceleration.
///
/// Gains from the tracking index Λ, the acceleration's deviation times T² over the noise's (Kalata 1984); until they are
/// reached, those of a straight line through all that came.
struct RateFilter: Sendable {
    private(set) var place = Vector3.zero
    /// mm/s.
    private(set) var rate = Vector3.zero
    private(set) var time = 0.0
    private(set) var count = 0
    let alpha: Double
    let beta: Double

    init(index: Double) {
        let r = (4 + index - (8 * index + index * index).squareRoot()) / 4
        alpha = 1 - r * r
        beta = 2 * (2 - alpha) - 4 * (1 - alpha).squareRoot()
    }

    mutating func take(_ p: Vector3, at t: Double) {
        count += 1
        let n = Double(count)
        let a = max(alpha, 2 * (2 * n - 1) / (n * (n + 1))), b = max(beta, 6 / (n * (n + 1)))
        let dt = t - time
        let ahead = count == 1 ? p : place + rate * dt
        let missed = p - ahead
        place = ahead + missed * a
        if count > 1 { rate += missed * (b / dt) }
        time = t
    }

    func place(at t: Double) -> Vector3 { place + rate * (t - time) }

    /// Variance of `place(at:)` for noise of variance 1 and a place that moves as the filter expects, with samples every
    /// `interval` s (the filter's covariance in steady state).
    func variance(ahead: Double, interval: Double) -> Double {
        let h = ahead / interval
        return alpha + 2 * h * beta + h * h * beta * (2 * alpha - beta) / (2 * (1 - alpha))
    }
}
