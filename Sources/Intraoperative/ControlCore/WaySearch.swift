import Frames
import Motion
import RobotModel

/// The search for a way to a pose on the axis: each roll of the tool about it is judged by what the joints would do.
///
/// A way is the better the sooner the joints can go it and the further its end lies from a singular posture, where a
/// breathing patient could not be followed. A few poses are solved in each tick, so that no tick is long.
struct WaySearch: Sendable {
    /// A way that the arm can go.
    struct Found: Sendable {
        let goal: Pose<Reference, Tool>
        let limits: MotionLimits
        /// s.
        let cost: Double
    }

    /// Where the patient and the tool were at the beginning; while it is searched the arm stands still.
    let X_BaseReference: Pose<Base, Reference>
    let start: Pose<Reference, Tool>
    let joints: JointVector
    var candidate = 0
    var way: ToolPath?
    var survey: JointSurvey
    /// Poses of the present way that were looked at.
    var solved = 0
    var best: Found?
    var isOver = false

    /// Rolls of the tool about its axis that are tried, nearest to the present one first: every 15° both ways.
    static let rollCount = 24
    /// Poses of a way, and poses from its end along the axis to the depth stop.
    static let wayPoses = 24
    static let axisPoses = 2
    static let posesATick = 4
    /// A joint moves at most this far between two poses of a way, rad; a prismatic joint so many mm.
    static let largestStep = 0.35
    /// Cost of a second in which a joint at its speed limit moves the tip by a millimetre or 0.01 rad, s.
    static let postureWeight = 150.0
    /// A posture in which that takes longer is too near a singular one, s.
    static let worstPosture = 0.025
    /// Cost of a way whose end has no room along the axis to the depth stop, s.
    static let blockedAxis = 100.0

    init(X_BaseReference: Pose<Base, Reference>, start: Pose<Reference, Tool>, joints: JointVector) {
        self.X_BaseReference = X_BaseReference
        self.start = start
        self.joints = joints
        survey = JointSurvey(from: joints)
    }

    static func roll(_ candidate: Int) -> Double {
        let step = Double((candidate + 1) / 2) * .pi / 12
        return candidate % 2 == 0 ? step : -step
    }

    mutating func goOn() {
        candidate += 1
        way = nil
        if candidate >= Self.rollCount { isOver = true }
    }

    /// Takes up a way that can be gone, if none is better.
    mutating func keep(_ found: Found) {
        if found.cost < best?.cost ?? .infinity { best = found }
    }
}

/// How far and how unevenly each joint moves over the poses of a way.
struct JointSurvey: Sendable {
    private(set) var joints: JointVector
    /// The axis beyond the way's end cannot be gone to the depth stop.
    var isBlocked = false
    /// How long the slowest joint needs for a small motion in the worst direction at the end, s.
    var postureTime = 0.0
    private var step: SIMD8<Double>?
    private var largestStep = SIMD8<Double>.zero
    private var largestBend = SIMD8<Double>.zero

    /// The parts of a joint's limits that a way may use; the rest is for following the patient.
    static let speedPart = 0.7
    static let accelerationPart = 0.4

    init(from joints: JointVector) { self.joints = joints }

    mutating func add(_ next: JointVector) {
        let moved = next.values - joints.values
        largestStep = pointwiseMax(largestStep, Self.magnitude(moved))
        if let step { largestBend = pointwiseMax(largestBend, Self.magnitude(moved - step)) }
        step = moved
        joints = next
    }

    /// Goes beyond the way's end, which counts for the posture alone.
    mutating func goAlong(_ next: JointVector) { joints = next }

    /// What the way's parameter, 0…1 over `poses` equal steps, may do so that no joint leaves its limits.
    ///
    /// With q(s): q̇ = q′ṡ and q̈ = q′s̈ + q″ṡ², each of whose terms gets its part (Biagiotti and Melchiorri 2008, 9.4).
    func limits(_ arm: SerialArm, share: Double, poses: Int) -> MotionLimits? {
        let n = Double(poses)
        var (speed, acceleration, jerk) = (1e6, 1e6, 1e6)
        for i in 0..<joints.count {
            let (most, slope, bend) = (arm.limits(i), max(largestStep[i] * n, 1e-9), max(largestBend[i] * n * n, 1e-9))
            speed = min(speed, Self.speedPart * share * most.speed / slope)
            speed = min(speed, (Self.accelerationPart * most.acceleration / bend).squareRoot())
            acceleration = min(acceleration, Self.accelerationPart * most.acceleration / slope)
            acceleration = min(acceleration, Self.accelerationPart * most.jerk / (3 * bend * speed))
            jerk = min(jerk, Self.accelerationPart * most.jerk / slope)
        }
        return MotionLimits(velocity: speed, acceleration: acceleration, jerk: jerk)
    }

    private static func magnitude(_ v: SIMD8<Double>) -> SIMD8<Double> { pointwiseMax(v, -v) }
}
