import Frames
import RobotModel

/// What bounded the motion in a tick.
public struct MotionBounds: OptionSet, Equatable, Sendable {
    public let rawValue: UInt16
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    public static let workspace = MotionBounds(rawValue: 1 << 0)
    public static let jointPosition = MotionBounds(rawValue: 1 << 1)
    public static let jointSpeed = MotionBounds(rawValue: 1 << 2)
    public static let pathDeviation = MotionBounds(rawValue: 1 << 3)
    public static let depthStop = MotionBounds(rawValue: 1 << 4)
    public static let stopping = MotionBounds(rawValue: 1 << 5)
    public static let toolSpeed = MotionBounds(rawValue: 1 << 6)
}

/// Where a task stands.
public enum TaskPhase: UInt8, Sendable {
    /// Nothing to do: at rest, disabled, paused or in fault.
    case idle
    /// On the way to the pose that the task asks for.
    case moving
    /// There, and following the patient.
    case holding
}

/// How far the tool is from its axis, by what the controller believes (a scene judges with the truth instead).
public struct AxisError: Equatable, Sendable {
    /// The tip's distance from the asked point along the axis, positive past it, mm.
    public var along: Double
    /// The tip's distance from the axis, mm.
    public var across: Double
    /// The angle between tool and axis, rad.
    public var angle: Double

    public init(along: Double, across: Double, angle: Double) {
        self.along = along
        self.across = across
        self.angle = angle
    }
}

/// The ages of what the tick worked with, s; infinite where there is none.
public struct InputAges: Equatable, Sendable {
    public var joints = Double.infinity
    public var reference = Double.infinity
    public var hand = Double.infinity

    public init() {}
}

/// All that a tick brings forth: the command, and what screen, record and scene want to know of it.
public struct ControlOutput: Sendable {
    /// What the arm is told; exactly one command a tick.
    public var command: ArmCommand = .heartbeat
    public var state: SafetyState = .disabled
    /// True from a person's request to enable until the drives are on.
    public var isEnabling = false
    /// Why the arm was stopped; stays until it moves anew. `nil` where nothing stopped it.
    public var stopReason: StopReason?
    /// When that was detected, s of the loop's clock.
    public var stoppedAt: Double?
    /// Set-points no longer change.
    public var isStandingStill = true
    public var refusal: RequestRefusal?
    public var task: ControlTask = .rest
    public var phase: TaskPhase = .idle
    /// Joint set-points, their speeds and accelerations, rad or mm.
    public var setPoint: JointVector
    public var setPointVelocity: JointVector
    public var setPointAcceleration: JointVector
    /// Where the tool should be in this tick; `nil` where no task asks for a place.
    public var X_BaseToolTarget: Pose<Base, Tool>?
    /// Where the set-points put the tool, and where the measured joints put it.
    public var X_BaseToolSetPoint: Pose<Base, Tool>?
    public var X_BaseToolMeasured: Pose<Base, Tool>?
    /// The patient's filtered pose, predicted to `now` and the arm's delay.
    public var X_BaseReference: Pose<Base, Reference>?
    public var bounds: MotionBounds = []
    /// Error of the measured tool against the axis and depth asked for; `nil` without axis, patient or joints.
    public var axisError: AxisError?
    /// Tip depth past the entry, mm; `nil` without axis, patient or joints.
    public var depth: Double?
    public var ages = InputAges()

    init(joints: Int) {
        setPoint = JointVector(count: joints)
        setPointVelocity = JointVector(count: joints)
        setPointAcceleration = JointVector(count: joints)
    }
}
