/// Makes a smooth reference of set-points that come once a cycle, and of their absence, within a joint's limits.
struct SetPointFollower: Sendable {
    /// How fast a deviation from the set-points is made up, 1/s.
    static let rate = 250.0

    let speed: Double
    let acceleration: Double
    var reference: JointReference

    /// Towards a target that moves with `velocity`: one period of `dt` seconds.
    mutating func follow(position: Double, velocity: Double, dt: Double) {
        let error = position - reference.position
        let most = (acceleration * abs(error)).squareRoot()
        let correction = min(max(Self.rate * error, -most), most)
        approach(min(max(velocity + correction, -speed), speed), dt: dt)
    }

    /// To standstill at the joint's acceleration, then stay.
    mutating func stop(dt: Double) { approach(0, dt: dt) }

    private mutating func approach(_ velocity: Double, dt: Double) {
        let wanted = (velocity - reference.velocity) / dt
        reference.acceleration = min(max(wanted, -acceleration), acceleration)
        let before = reference.velocity
        reference.velocity = abs(wanted) <= acceleration ? velocity : before + reference.acceleration * dt
        reference.position += (before + reference.velocity) / 2 * dt
    }
}
