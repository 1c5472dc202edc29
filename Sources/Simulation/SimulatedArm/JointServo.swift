import Frames
import RobotDescription
import RobotModel

/// One joint: what it weighs and rubs, its motor, its two encoders and its servo. Units rad or mm, and seconds.
///
/// Everything is divided by the inertia, so efforts are accelerations. Coulomb friction holds a resting joint
/// (Karnopp 1985). The servo is position and speed feedback with feed-forward, on the motor's encoder.
struct JointServo: Sendable {
    /// Undamped frequency of the position loop, rad/s.
    static let bandwidth = 2 * Double.pi * 50
    /// Pole of the observer that makes a speed of the counts, rad/s.
    static let observer = 2000.0
    /// Rate of the integral action that takes up friction, 1/s.
    static let integral = 20.0
    /// Part of the Coulomb friction that the servo counts on; the rest is left to the feedback.
    static let knownFriction = 0.8

    let largestAcceleration: Double
    let viscous: Double
    let coulomb: Double
    let encoderStep: Double
    /// The true state.
    var position: Double
    var velocity = 0.0
    /// Part of the torque that the drive still gives.
    var strength = 1.0
    /// Time without a break in which the servo asked for more than the drive gives.
    private(set) var saturated = 0.0
    private var observedPosition: Double
    private var observedVelocity = 0.0
    private var applied = 0.0
    private var integrator = 0.0

    init(_ drive: JointDrive, kind: JointKind, at position: Double) {
        let scale = kind == .prismatic ? millimetres(metres: 1) : 1
        largestAcceleration = drive.effort / drive.inertia * scale
        viscous = drive.viscousFriction / drive.inertia
        coulomb = drive.coulombFriction / drive.inertia * scale
        encoderStep = drive.encoderStep(kind)
        self.position = position
        observedPosition = position
    }

    /// What the motor's encoder shows.
    var encoder: Double { (position / encoderStep).rounded() * encoderStep }

    /// The speed as the controller sees it.
    var measuredVelocity: Double { observedVelocity }

    /// Forgets what the servo has learnt, at standstill.
    mutating func reset() {
        observedPosition = encoder
        (observedVelocity, integrator, applied, saturated) = (0, 0, 0, 0)
    }

    /// One servo period of `dt` seconds towards the reference.
    mutating func drive(to reference: JointReference, dt: Double) {
        observe(dt: dt)
        let error = reference.position - observedPosition
        let rate = reference.velocity - observedVelocity
        if abs(error) > encoderStep {
            let step = Self.bandwidth * Self.bandwidth * Self.integral * error * dt
            integrator = min(max(integrator + step, -1.5 * coulomb), 1.5 * coulomb)
        }
        let direction: Double = reference.velocity == 0 ? 0 : reference.velocity > 0 ? 1 : -1
        let wanted =
            reference.acceleration + viscous * reference.velocity + Self.knownFriction * coulomb * direction
            + Self.bandwidth * Self.bandwidth * error + 2 * Self.bandwidth * rate + integrator
        let most = largestAcceleration * strength
        applied = min(max(wanted, -most), most)
        saturated = abs(wanted) > most ? saturated + dt : 0
        move(effort: applied, friction: coulomb, dt: dt)
    }

    /// One period with the brake on, which holds twice what the drive can do.
    mutating func brake(dt: Double) {
        move(effort: 0, friction: coulomb + 2 * largestAcceleration, dt: dt)
        observedPosition = encoder
        observedVelocity = velocity
        (integrator, applied, saturated) = (0, 0, 0)
    }

    /// A Luenberger observer that knows the motor's effort and the viscous friction.
    private mutating func observe(dt: Double) {
        let innovation = encoder - observedPosition
        let acceleration = applied - viscous * observedVelocity
        observedPosition += (observedVelocity + 2 * Self.observer * innovation) * dt
        observedVelocity += (acceleration + Self.observer * Self.observer * innovation) * dt
    }

    private mutating func move(effort: Double, friction: Double, dt: Double) {
        let free = velocity + (effort - viscous * velocity) * dt
        let loss = friction * dt
        // Friction takes speed away, but never turns it round.
        velocity = abs(free) <= loss ? 0 : free - (free > 0 ? loss : -loss)
        position += velocity * dt
    }
}

/// Where a joint is to be, how fast, and with what acceleration (rad or mm and seconds).
struct JointReference: Equatable, Sendable {
    var position: Double
    var velocity = 0.0
    var acceleration = 0.0
}
