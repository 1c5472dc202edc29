import ArmProtocol
import ControlCore
import RobotDescription
import RobotModel

/// An arm and its controller in virtual time: bytes in, bytes out, joints that move. The same seed and inputs give the
/// same bytes.
///
/// ```swift
/// var arm = try SimulatedArm(.load("Kinematics/ur5e.urdf"))
/// arm.receive(bytes)                     // what the host sent
/// arm.step()                             // one cycle of 1 ms
/// let count = arm.transmit(into: buffer) // what the host may read by now
/// ```
public struct SimulatedArm: Sendable {
    /// What the controller is doing with its drives.
    enum Mode: Equatable {
        case braked
        case releasing(since: Double)
        case following
        /// At standstill, or on the way to it, with power; set-points are taken.
        case holding
        /// On the way to standstill; what follows it.
        case stopping(then: DriveState)
    }

    public let description: ArmDescription
    public let settings: SimulatedArmSettings
    public let capabilities: ArmCapabilities
    /// Seconds of the arm's own clock.
    public internal(set) var time = 0.0
    public internal(set) var faults: ArmFaults = []
    /// Set-points that were refused or came when the drives were off.
    public internal(set) var refusedCommands: UInt64 = 0

    var cycles: UInt64 = 0
    var skipped = 0.0
    var mode = Mode.braked
    var endpoint: ArmEndpoint
    var joints: [JointServo]
    var followers: [SetPointFollower]
    /// The encoders at the joints' output: shown to the host, and subject to faults.
    var frozen: [Double?]
    var setPoint: (positions: JointVector, velocities: JointVector, time: Double)?
    var lineToArm: SimulatedLine
    var lineToHost: SimulatedLine
    var frame = FrameBuffer()
    var input = [UInt8](repeating: 0, count: 4096)
    var events: [ArmEndpoint.Event] = []
    var startedFaults: [Bool]

    /// An arm at rest in its home posture, or at `positions`, brakes on.
    ///
    /// - Throws: `SimulatedArmError` where settings or faults do not fit the arm.
    public init(
        _ description: ArmDescription, settings: SimulatedArmSettings = SimulatedArmSettings(),
        positions: JointVector? = nil
    ) throws(SimulatedArmError) {
        try Self.check(description, settings)
        self.description = description
        self.settings = settings
        let arm = description.arm
        capabilities = ArmCapabilities(
            of: arm, name: description.name, cycle: settings.cycle, watchdog: settings.watchdog)
        endpoint = ArmEndpoint(
            capabilities: capabilities, firstSession: settings.firstSession, version: settings.version)
        let start = positions ?? description.settings.home
        joints = (0..<arm.jointCount).map {
            JointServo(description.settings.drives[$0], kind: arm.joint($0).kind, at: start[$0])
        }
        followers = (0..<arm.jointCount).map {
            // The reference may brake and catch up half again as hard as the set-points may.
            SetPointFollower(
                speed: arm.limits($0).speed, acceleration: min(1.5 * arm.limits($0).acceleration, 1e6),
                reference: JointReference(position: start[$0]))
        }
        frozen = [Double?](repeating: nil, count: arm.jointCount)
        startedFaults = [Bool](repeating: false, count: settings.faults.count)
        lineToArm = SimulatedLine(.toArm, baud: settings.baud, faults: settings.faults, seed: settings.seed)
        lineToHost = SimulatedLine(.toHost, baud: settings.baud, faults: settings.faults, seed: settings.seed ^ 0xA5A5)
    }

    private static func check(
        _ description: ArmDescription, _ settings: SimulatedArmSettings
    ) throws(SimulatedArmError) {
        let count = description.arm.jointCount
        guard description.settings.drives.count == count else {
            throw .drives(expected: count, found: description.settings.drives.count)
        }
        guard settings.cycle >= 1e-5, settings.cycle <= 1, settings.watchdog >= 2 * settings.cycle,
            settings.watchdog <= 10, settings.baud >= 0, settings.baud.isFinite, settings.servoPeriods > 0
        else { throw .settings }
        for (index, scheduled) in settings.faults.enumerated() where !scheduled.fits(jointCount: count) {
            throw .fault(index: index)
        }
    }

    /// Where the joints truly are, rad or mm: for the judge of a scene, never for a controller.
    public var truePositions: JointVector { vector { joints[$0].position } }
    public var trueVelocities: JointVector { vector { joints[$0].velocity } }
    public var linkStatistics: LinkStatistics { endpoint.statistics }
    public var hasSession: Bool { endpoint.isOpen }
    public var isStandingStill: Bool { joints.allSatisfy { $0.velocity == 0 } }

    public var drive: DriveState {
        switch mode {
        case .braked, .releasing: faults.subtracting(.watchdog).isEmpty ? .disabled : .fault
        case .stopping(.disabled): .enabled
        case .stopping(let next): next
        case .following: .enabled
        case .holding: faults.contains(.watchdog) ? .watchdogHold : .enabled
        }
    }

    /// What the controller would report now.
    public var report: ArmFeedback {
        ArmFeedback(
            positions: vector { shownPosition($0) },
            velocities: vector { frozen[$0] == nil ? joints[$0].measuredVelocity : 0 }, drive: drive, faults: faults,
            armTime: time)
    }

    func vector(_ value: (Int) -> Double) -> JointVector {
        var all = JointVector(count: joints.count)
        for joint in 0..<joints.count { all[joint] = value(joint) }
        return all
    }

    /// Puts bytes of the host on the line to the arm.
    public mutating func receive(_ bytes: UnsafeRawBufferPointer) { lineToArm.put(bytes, at: time) }

    /// Takes bytes of the arm off the line; how many.
    public mutating func transmit(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        lineToHost.get(into: buffer, by: time)
    }

    /// Lets the clock jump by time that the simulator's own computer lost; nothing moves, and no watchdog runs.
    public mutating func skip(seconds: Double) {
        skipped += max(seconds, 0)
        endpoint.forgive(seconds: max(seconds, 0))
        time = Double(cycles) * settings.cycle + skipped
    }

    /// One cycle: reads the line, moves the joints, judges itself, reports.
    public mutating func step() {
        cycles += 1
        time = Double(cycles) * settings.cycle + skipped
        startFaults()
        guard !isDead else {
            brakeAll()
            return
        }
        readLine()
        superviseLink()
        let dt = settings.cycle / Double(settings.servoPeriods)
        for period in 1...settings.servoPeriods {
            moveJoints(at: time - settings.cycle + Double(period) * dt, dt: dt)
        }
        superviseJoints()
        if endpoint.encode(report, into: &frame) {
            frame.withBytes { lineToHost.put($0, at: time) }
        }
    }

    private mutating func brakeAll() {
        for joint in joints.indices { joints[joint].brake(dt: settings.cycle) }
    }

    private mutating func readLine() {
        while true {
            let count = input.withUnsafeMutableBytes { lineToArm.get(into: $0, by: time) }
            guard count > 0 else { break }
            events.removeAll(keepingCapacity: true)
            input.withUnsafeBytes {
                endpoint.receive(UnsafeRawBufferPointer(rebasing: $0[0..<count]), now: time) { events.append($0) }
            }
            for event in events { obey(event) }
        }
        if endpoint.reply(into: &frame) { frame.withBytes { lineToHost.put($0, at: time) } }
    }
}
