import ControlCore
import Frames
import Glibc
import RobotDescription
import RobotModel
import TestSupport

/// A UR5e with an ideal servo, a breathing patient and a tracker, in virtual time: enough to drive the loop by hand.
struct TestRig {
    static let period = 0.001

    var loop: ControlLoop
    let description: ArmDescription
    var random: SeededGenerator
    private(set) var now = 0.0
    private(set) var output: ControlOutput

    // The arm.
    var measured: JointVector
    private var speed: JointVector
    var drive = DriveState.disabled
    var faults: ArmFaults = []
    /// Reports that the arm sends; false while the line is cut.
    var armReports = true
    var linkIsUp = true
    private var armReport: Timed<ArmFeedback>?
    /// Changes a report before the loop sees it.
    var spoilReport: (@Sendable (inout Timed<ArmFeedback>) -> Void)?

    // The patient and the tracker.
    var breathing = 0.0
    var patientOffset = Vector3.zero
    var trackerNoise = 0.0
    var trackerReports = true
    var isVisible = true
    var missingMarkers = 0
    var residual = 0.2
    /// From exposure to arrival, s.
    let trackerDelay = 0.010
    private var sample: Timed<TrackedPose<Tracker, Reference>>?
    private var waiting: [Timed<TrackedPose<Tracker, Reference>>] = []
    private var frames = 0

    var hand: Timed<HandSample>?

    static let X_BaseTracker = Pose<Base, Tracker>(
        rotation: Rotation(rotationVector: Vector3(0.4, -2.2, 0.7)), translation: Vector3(-1500, 700, 1400))

    init(seed: UInt64 = 1, change: (inout ControlConfiguration) -> Void = { _ in }) throws {
        let path = repositoryFolder().appendingPathComponent("Kinematics/ur5e.urdf").path
        description = try ArmDescription.load(path)
        var configuration = try Self.configuration(description)
        change(&configuration)
        loop = try ControlLoop(configuration)
        random = SeededGenerator(seed: seed)
        measured = description.settings.home
        speed = JointVector(count: 6)
        output = loop.step(ControlInputs(now: 0), dt: 0)
    }

    static func configuration(_ description: ArmDescription) throws -> ControlConfiguration {
        struct NoLimits: Error {}
        guard
            let free = ToolLimits(speed: 60, angularSpeed: 0.5, riseTime: 0.3),
            let fine = ToolLimits(speed: 20, angularSpeed: 0.2, riseTime: 0.2),
            let advancing = ToolLimits(speed: 5, angularSpeed: 0.1, riseTime: 0.2)
        else { throw NoLimits() }
        return ControlConfiguration(
            kinematics: description.inverseKinematics, X_FlangeTool: description.settings.X_FlangeTool,
            X_BaseTracker: X_BaseTracker,
            workspace: Workspace(least: Point(-1200, -1200, -600), greatest: Point(1200, 1200, 1200)), free: free,
            fine: fine, advancing: advancing)
    }

    /// The patient's true pose: its reference stands 150 mm below and beside where the tool is at the arm's home.
    func truePatient(at t: Double) -> Pose<Base, Reference> {
        let home = description.arm.forwardKinematics(
            description.settings.home, tool: description.settings.X_FlangeTool)
        let lift = Vector3(0, 0, breathing * sin(2 * .pi * 0.25 * t))
        return Pose(
            rotation: Rotation(rotationVector: Vector3(0.1, 0.2, 0.3)),
            translation: home.translation + Vector3(40, 30, -150) + lift + patientOffset)
    }

    /// An axis that points down into the patient, 5° to 15° off the vertical.
    static func axis(_ tilt: Vector3 = Vector3(0.15, -0.1, -1), greatestDepth: Double = 30) -> GuidedAxis? {
        let entry = Point<CT>(10, -20, 30)
        guard let direction = Direction<CT>(tilt) else { return nil }
        return GuidedAxis(
            entry: entry, target: entry + direction * 45, greatestDepth: greatestDepth, approvedPlan: SIMD4(1, 2, 3, 4))
    }

    static let X_ReferenceCT = Pose<Reference, CT>(
        rotation: Rotation(rotationVector: Vector3(-0.1, -0.2, -0.3)), translation: Vector3(5, 5, 5))

    /// One tick of everything.
    @discardableResult
    mutating func tick(_ request: OperatorRequest? = nil, dt: Double = TestRig.period) -> ControlOutput {
        now += dt
        if armReports {
            var report = Timed(
                ArmFeedback(positions: measured, velocities: speed, drive: drive, faults: faults), at: now - 0.0005)
            spoilReport?(&report)
            armReport = report
        }
        track()
        var inputs = ControlInputs(now: now, arm: armReport, reference: sample, hand: hand, linkIsUp: linkIsUp)
        inputs.request = request
        output = loop.step(inputs, dt: dt)
        obey(output.command)
        return output
    }

    private mutating func track() {
        if trackerReports, now >= Double(frames) / 60 {
            frames += 1
            var X = truePatient(at: now)
            X = Pose(rotation: X.rotation, translation: X.translation + random.normal3() * trackerNoise)
            let seen = TrackedPose(
                Self.X_BaseTracker.inverse * X, residual: residual, missingMarkers: missingMarkers, isVisible: isVisible
            )
            waiting.append(Timed(seen, at: now))
        }
        while let first = waiting.first, first.time + trackerDelay <= now {
            sample = first
            waiting.removeFirst()
        }
    }

    private mutating func obey(_ command: ArmCommand) {
        let before = measured
        switch command {
        case .setPoint(let positions, _): if drive == .enabled { measured = positions }
        case .enable: if faults.isEmpty { drive = .enabled }
        case .disable, .stop: drive = .disabled
        case .clearFault:
            faults = []
            drive = .disabled
        case .hold, .heartbeat: break
        }
        speed = (measured - before) * (1 / Self.period)
    }

    mutating func run(_ seconds: Double, until done: (ControlOutput) -> Bool = { _ in false }) {
        for _ in 0..<Int(seconds / Self.period) { if done(tick()) { return } }
    }

    /// Enabled, loaded, and with a patient in view.
    mutating func ready(axis: GuidedAxis? = TestRig.axis()) {
        run(0.3)
        tick(.enable)
        run(0.05)
        if let axis { tick(.load(axis, X_ReferenceCT: Self.X_ReferenceCT)) }
        run(0.01)
    }

    /// The true error of the measured tool against the true axis at `depth`.
    func trueError(_ axis: GuidedAxis, depth: Double) -> (place: Double, angle: Double) {
        let X_BaseCT = truePatient(at: now) * Self.X_ReferenceCT
        let tool = description.arm.forwardKinematics(measured, tool: description.settings.X_FlangeTool)
        let point = X_BaseCT * axis.point(atDepth: depth)
        return (point.distance(to: tool.origin), (tool * Direction<Tool>.z).angle(to: X_BaseCT * axis.direction))
    }
}
