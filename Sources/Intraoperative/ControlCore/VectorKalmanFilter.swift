import Frames

/// A Kalman filter of three alike axes with constant velocity and white acceleration: one covariance serves all three.
///
/// Bar-Shalom, Li and Kirubarajan, *Estimation with Applications to Tracking and Navigation* (2001), section 6.2.2.
struct VectorKalmanFilter: Sendable {
    /// Standard deviation of a measurement on each axis.
    let noise: Double
    /// Spectral density of the white acceleration, unit²/s³: how readily the rate changes.
    let agility: Double
    private(set) var value = Vector3.zero
    private(set) var rate = Vector3.zero
    // Covariance of value and rate on each axis.
    private var (pvv, pvr, prr) = (0.0, 0.0, 0.0)

    init(noise: Double, agility: Double) {
        self.noise = noise
        self.agility = agility
    }

    /// Starts at a first measurement; the rate is unknown to `rateSpread` on each axis.
    mutating func start(at measurement: Vector3, rateSpread: Double) {
        value = measurement
        rate = .zero
        (pvv, pvr, prr) = (noise * noise, 0, rateSpread * rateSpread)
    }

    mutating func predict(_ dt: Double) {
        value += rate * dt
        pvv += dt * (2 * pvr + dt * prr) + agility * dt * dt * dt / 3
        pvr += dt * prr + agility * dt * dt / 2
        prr += agility * dt
    }

    /// Squared distance of an innovation in standard deviations, over the three axes.
    func squaredDistance(_ innovation: Vector3) -> Double { squaredLength(innovation) / (pvv + noise * noise) }

    /// Takes up a measurement that differs by `innovation` from `value`.
    mutating func update(_ innovation: Vector3) {
        let spread = pvv + noise * noise
        let (gainValue, gainRate) = (pvv / spread, pvr / spread)
        value += innovation * gainValue
        rate += innovation * gainRate
        prr -= gainRate * pvr
        pvr *= 1 - gainValue
        pvv *= 1 - gainValue
    }

    /// Sets the value to zero and keeps rate and covariance: for rotations, whose value is kept elsewhere.
    mutating func takeValue() -> Vector3 {
        defer { value = .zero }
        return value
    }
}
