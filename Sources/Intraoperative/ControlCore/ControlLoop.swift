import Frames
import Motion
import RobotModel
import TremorFilter

/// The control loop's whole state and its one verb, `step`: the same for the real arm, the simulator and a replay.
///
/// ```swift
/// var loop = try ControlLoop(configuration)
/// while running {                                              // once a millisecond, on one thread
///     let output = loop.step(ControlInputs(now: clock, arm: report, reference: sample, request: button), dt: elapsed)
///     channel.send(output.command, now: clock)
/// }
/// ```
///
/// A step neither allocates, locks, waits nor throws, and depends on nothing but its arguments and this value: the same
/// inputs give the same outputs. States change by `SafetyTable` alone. There is no motion unless a person enabled the
/// arm, an approved axis with its registration is loaded, and the patient is seen.
public struct ControlLoop: Sendable {
    public let configuration: ControlConfiguration
    public internal(set) var state = SafetyState.disabled
    public internal(set) var stopReason: StopReason?

    let arm: SerialArm
    let stoppingLimits: InlineArray<8, MotionLimits>
    /// How far a joint may move between two answers of the inverse kinematics.
    let kinematicStep: JointVector
    var followers: InlineArray<8, TrajectoryFollower>
    var joints: JointWatch
    var patient: PatientWatch
    var hand: HandWatch
    var guide: LoadedGuide?

    var now = -Double.infinity
    var stoppedAt: Double?
    /// When a person asked to enable; `nil` where nobody did, or the arm is enabled already.
    var enableAskedAt: Double?
    /// The arm is told to clear its faults until then.
    var clearsUntil = -Double.infinity
    /// When the drives were last asked to go off; what asks changes after a second.
    var offAskedAt = -Double.infinity

    var task = ControlTask.rest
    var mode = Mode.rest
    var pending: ControlTask?
    var path: ToolPath?
    var search: WaySearch?
    /// The set-points fell behind the target in the last tick, by a tenth of what would stop the arm.
    var isBehind = false
    var axisMotion: AxisMotion?
    /// The last answer of the inverse kinematics: where the joints should be.
    var jointTarget: JointVector
    var X_BaseToolTarget: Pose<Base, Tool>?
    /// Set-points were advanced in this tick: never twice, also where the tick ends in a stop.
    var hasAdvanced = false

    /// How the target pose comes about.
    enum Mode: Equatable, Sendable {
        /// Still in the base.
        case rest
        /// Looking for the roll of the tool about its axis with the best way to it.
        case choosing
        /// Along a straight way in the patient's frame, then held at its end.
        case path
        /// Along the axis.
        case axis
    }

    /// - Throws: `ControlError` where the configuration cannot be used.
    public init(_ configuration: ControlConfiguration) throws(ControlError) {
        try configuration.check()
        self.configuration = configuration
        arm = configuration.kinematics.arm
        let n = arm.jointCount
        guard let any = MotionLimits(velocity: 1, acceleration: 1, jerk: 1) else { throw .factors }
        var stopping = InlineArray<8, MotionLimits>(repeating: any)
        var followers = InlineArray<8, TrajectoryFollower>(repeating: TrajectoryFollower(at: 0, limits: any))
        for i in 0..<n {
            (followers[i], stopping[i]) = try Self.follower(of: i, configuration)
        }
        stoppingLimits = stopping
        self.followers = followers
        kinematicStep = JointVector(SIMD8(repeating: configuration.plausibility.kinematicStep), count: n)
        joints = JointWatch(configuration)
        patient = PatientWatch(configuration)
        hand = HandWatch(configuration)
        jointTarget = JointVector(count: n)
    }

    private static func follower(
        of joint: Int, _ configuration: ControlConfiguration
    ) throws(ControlError) -> (TrajectoryFollower, MotionLimits) {
        let limits = configuration.kinematics.arm.limits(joint)
        let speed = limits.speed * configuration.jointSpeedShare
        guard
            let motion = MotionLimits(velocity: speed, acceleration: limits.acceleration, jerk: limits.jerk),
            let stopping = MotionLimits(
                velocity: speed, acceleration: limits.acceleration * configuration.stoppingAcceleration,
                jerk: limits.jerk * configuration.stoppingJerk)
        else { throw .jointLimits(joint: joint) }
        let follower = TrajectoryFollower(
            at: limits.clamped(0), limits: motion, lower: limits.lower, upper: limits.upper)
        return (follower, stopping)
    }

    /// One tick.
    ///
    /// - Parameters:
    ///   - inputs: the newest of everything, with its time.
    ///   - dt: seconds since the tick before, by the loop's clock; judged, and not used to advance set-points.
    public mutating func step(_ inputs: ControlInputs, dt: Double) -> ControlOutput {
        var output = ControlOutput(joints: arm.jointCount)
        if let reason = checkTime(inputs.now, dt) { stop(reason) }
        take(inputs)
        if let request = inputs.request { output.refusal = handle(request) }
        if let refusal = progressEnabling() { output.refusal = refusal }
        hasAdvanced = false
        if state == .enabled, let refusal = move(&output) { output.refusal = refusal }
        if !hasAdvanced { runDown(&output) }
        joints.note(speeds: setPointVelocity, period: configuration.period)
        output.command = command()
        report(into: &output)
        return output
    }
}

/// An approved axis, brought into the patient's frame by its registration.
struct LoadedGuide: Sendable {
    let axis: GuidedAxis
    let entry: Point<Reference>
    let direction: Direction<Reference>

    init(_ axis: GuidedAxis, _ X_ReferenceCT: Pose<Reference, CT>) {
        self.axis = axis
        entry = X_ReferenceCT * axis.entry
        direction = X_ReferenceCT * axis.direction
    }
}
