import Frames

/// An offset that fades to nothing with continuous velocity and acceleration, so that a correction never jumps.
///
/// A quintic polynomial from the offset's own value and derivatives to zero (minimum jerk, Flash and Hogan 1985).
struct FadingOffset: Sendable {
    let fadeTime: Double
    private var start = Vector3.zero
    private var startRate = Vector3.zero
    private var startCurve = Vector3.zero
    private var startTime = -Double.infinity

    init(fadeTime: Double) { self.fadeTime = fadeTime }

    /// Value, rate and second derivative at time `t`.
    func value(at t: Double) -> (Vector3, Vector3, Vector3) {
        let elapsed = t - startTime
        guard elapsed < fadeTime else { return (.zero, .zero, .zero) }
        let (s, T) = (max(elapsed, 0), fadeTime)
        let c3 = (start * -10 - startRate * (6 * T) - startCurve * (1.5 * T * T)) / (T * T * T)
        let c4 = (start * 15 + startRate * (8 * T) + startCurve * (1.5 * T * T)) / (T * T * T * T)
        let c5 = (start * -6 - startRate * (3 * T) - startCurve * (0.5 * T * T)) / (T * T * T * T * T)
        let head = start + startRate * s + startCurve * (s * s / 2)
        let value = head + (c3 + c4 * s + c5 * (s * s)) * (s * s * s)
        let rate = startRate + startCurve * s + (c3 * 3 + c4 * (4 * s) + c5 * (5 * s * s)) * (s * s)
        let curve = startCurve + (c3 * 6 + c4 * (12 * s) + c5 * (20 * s * s)) * s
        return (value, rate, curve)
    }

    /// Adds a jump (and a jump of rate) at time `t`, and starts to fade anew.
    mutating func add(_ jump: Vector3, rate: Vector3, at t: Double) {
        let (value, oldRate, curve) = value(at: t)
        (start, startRate, startCurve, startTime) = (value + jump, oldRate + rate, curve, t)
    }

    mutating func clear() { startTime = -.infinity }
}
