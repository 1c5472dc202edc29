import Frames
import Motion
import RobotModel
import TremorFilter

/// Everything that the loop is told before it runs: plain values, checked once by `ControlLoop.init`.
public struct ControlConfiguration: Sendable {
    /// The arm, its limits, and the solver in use.
    public var kinematics: InverseKinematics
    public var X_FlangeTool: Pose<Flange, Tool>
    /// The tracker in the base, from calibration.
    public var X_BaseTracker: Pose<Base, Tracker>
    public var workspace: Workspace
    /// One tick, s: set-points advance by this, whatever the clock's jitter.
    public var period = 0.001
    /// From a set-point to its being reached, s: the patient's pose is predicted over it.
    public var armDelay = 0.001
    /// For `approach`, for `align` and following, and along the axis.
    public var free: ToolLimits
    public var fine: ToolLimits
    public var advancing: ToolLimits
    /// The tip's greatest speed in the base, whatever moves it, mm/s. Where it is met all joints brake, each for itself, by
    /// which the tip may pass it for a moment: by 16 % where it was measured.
    public var greatestToolSpeed = 150.0
    /// The part of the joints' speed limits that set-points use, 0…1.
    public var jointSpeedShare = 0.25
    /// Stops may use so many times the acceleration and the jerk of other motions.
    public var stoppingAcceleration = 3.0
    public var stoppingJerk = 20.0
    public var ages = AgeLimits()
    public var plausibility = PlausibilityLimits()
    public var patientFilter = PatientFilterSettings()
    public var tremorMethod = TremorFilterMethod.wflcKalman
    /// Tool millimetres for a millimetre of the hand.
    public var handScale = 1.0

    public init(
        kinematics: InverseKinematics, X_FlangeTool: Pose<Flange, Tool>, X_BaseTracker: Pose<Base, Tracker>,
        workspace: Workspace, free: ToolLimits, fine: ToolLimits, advancing: ToolLimits
    ) {
        self.kinematics = kinematics
        self.X_FlangeTool = X_FlangeTool
        self.X_BaseTracker = X_BaseTracker
        self.workspace = workspace
        self.free = free
        self.fine = fine
        self.advancing = advancing
    }

    /// - Throws: `ControlError` with the first value that cannot be used.
    func check() throws(ControlError) {
        guard period > 0, period <= 0.02 else { throw .period(period) }
        guard armDelay >= 0, armDelay <= 0.2 else { throw .armDelay(armDelay) }
        guard X_FlangeTool.isFinite, X_BaseTracker.isFinite else { throw .poseNotFinite }
        guard workspace.isValid else { throw .workspace }
        guard ages.isValid, ages.tick >= 2 * period else { throw .ages }
        guard plausibility.isValid else { throw .plausibility }
        guard patientFilter.isValid else { throw .patientFilter }
        let factors = [greatestToolSpeed, stoppingAcceleration - 0.999, stoppingJerk - 0.999, jointSpeedShare]
        guard factors.allSatisfy({ $0 > 0 && $0.isFinite }), jointSpeedShare <= 1, handScale.isFinite else {
            throw .factors
        }
    }
}

/// Why a configuration cannot be used.
public enum ControlError: Error, Equatable, Sendable {
    case period(Double)
    case armDelay(Double)
    case poseNotFinite
    case workspace
    case ages
    case plausibility
    case patientFilter
    case factors
    /// A joint, from 0 at the base, whose speed, acceleration or jerk limit is not positive and finite.
    case jointLimits(joint: Int)
}

/// A box in the base frame that the tool's tip does not leave, mm.
public struct Workspace: Equatable, Sendable {
    public var least: Point<Base>
    public var greatest: Point<Base>

    public init(least: Point<Base>, greatest: Point<Base>) {
        self.least = least
        self.greatest = greatest
    }

    @inlinable public func clamped(_ p: Point<Base>) -> Point<Base> {
        Point(p.coordinates.clamped(lowerBound: least.coordinates, upperBound: greatest.coordinates))
    }

    var isValid: Bool {
        least.isFinite && greatest.isFinite && all(least.coordinates .< greatest.coordinates)
    }
}

/// How fast the tool may move; translation in mm, rotation in rad, by powers of seconds.
public struct ToolLimits: Equatable, Sendable {
    public var linear: MotionLimits
    public var angular: MotionLimits

    public init(linear: MotionLimits, angular: MotionLimits) {
        self.linear = linear
        self.angular = angular
    }

    /// `nil` where a number is not positive and finite. Acceleration and jerk follow from the speed: full speed in
    /// `riseTime` seconds, full acceleration in half of that.
    public init?(speed: Double, angularSpeed: Double, riseTime: Double) {
        let (rate, jerk) = (2 / riseTime, 8 / (riseTime * riseTime))
        guard
            let linear = MotionLimits(velocity: speed, acceleration: speed * rate, jerk: speed * jerk),
            let angular = MotionLimits(
                velocity: angularSpeed, acceleration: angularSpeed * rate, jerk: angularSpeed * jerk)
        else { return nil }
        self.init(linear: linear, angular: angular)
    }
}

/// How old a value may be, s.
public struct AgeLimits: Equatable, Sendable {
    /// Joint reports.
    public var joints = 0.010
    /// The patient's pose.
    public var reference = 0.100
    /// The hand's sample, while the hand guides.
    public var hand = 0.050
    /// Between two ticks: longer, and the loop itself is at fault.
    public var tick = 0.020
    /// From a person's request to enable until the drives are on.
    public var enabling = 2.0
    /// A time stamp may lie this far in the future before it is no time at all.
    public var future = 0.002

    public init() {}

    var isValid: Bool {
        [joints, reference, hand, tick, enabling, future].allSatisfy { $0 > 0 && $0.isFinite }
    }
}

/// What is believed of measurements, and how far things may be from where they should be.
public struct PlausibilityLimits: Equatable, Sendable {
    /// Measured joints against set-points, beyond what the speed explains, rad or mm.
    public var setPointDeviation = 0.02
    /// The arm's lag behind set-points that the deviation allows for, s.
    public var armLag = 0.030
    /// Between two joint reports: this many times the joint's speed limit, plus `jointStep` (rad or mm).
    public var jointSpeedFactor = 1.5
    public var jointStep = 0.002
    /// Measured joints may lie this far outside their limits, rad or mm.
    public var jointLimitTolerance = 0.01
    /// Markers that the tracker may miss of the patient's reference.
    public var missingMarkers = 1
    /// Samples in a row in which the reference may be invisible before that counts as lost.
    public var invisibleSamples = 0
    /// The smoothed residual of the reference's markers, mm.
    public var referenceResidual = 1.0
    /// How far the patient may have moved since the registration was loaded, mm and rad.
    public var patientShift = 10.0
    public var patientTurn = 0.1
    /// The set-points' tool against where it should be, mm and rad.
    public var pathDeviation = 3.0
    public var pathTurn = 0.03
    /// Alignment from which the tool may move along the axis, mm and rad.
    public var alignment = 1.0
    public var alignmentAngle = 0.02
    /// A step of the inverse kinematics between two ticks that no continuous motion takes, rad or mm.
    public var kinematicStep = 0.1
    /// Further than this from one sample of the hand to the next is no hand, mm.
    public var handStep = 20.0

    public init() {}

    var isValid: Bool {
        let numbers = [
            setPointDeviation, armLag, jointSpeedFactor, jointStep, jointLimitTolerance, referenceResidual,
            patientShift, patientTurn, pathDeviation, pathTurn, alignment, alignmentAngle, kinematicStep, handStep,
        ]
        return numbers.allSatisfy { $0 > 0 && $0.isFinite } && missingMarkers >= 0 && invisibleSamples >= 0
    }
}
