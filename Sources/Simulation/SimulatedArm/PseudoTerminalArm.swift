import ControlCore
import Foundation
import RobotModel
import SerialPorts
import Synchronization

/// A simulated arm controller behind a pseudo-terminal, in real time on a thread of its own, until it is stopped.
///
/// Clients may die at any moment: the watchdog then holds the arm, and the next client opens a session of its own.
///
/// ```swift
/// let server = try PseudoTerminalArm(SimulatedArm(.load("Kinematics/ur5e.urdf")))
/// print(server.path)
/// ```
public final class PseudoTerminalArm: Sendable {
    /// What a screen may show of the arm.
    public struct Status: Sendable {
        /// Seconds of the arm's clock.
        public var time = 0.0
        public var drive = DriveState.disabled
        public var faults: ArmFaults = []
        /// The true ones, rad or mm and rad/s or mm/s.
        public var positions: JointVector
        public var velocities: JointVector
        public var hasSession = false
        /// Seconds that the machine did not let the simulator run.
        public var stalled = 0.0
    }

    /// What a client opens.
    public let path: String
    private let shared: ServerState

    /// Opens the pseudo-terminal and starts the thread.
    ///
    /// - Throws: `SimulatedArmError.port`.
    public init(_ arm: SimulatedArm) throws(SimulatedArmError) {
        let terminal: PseudoTerminal
        do throws(SerialPortError) { terminal = try PseudoTerminal() } catch { throw .port(error) }
        path = terminal.path
        let shared = ServerState(Status(positions: arm.truePositions, velocities: arm.trueVelocities))
        self.shared = shared
        Thread.detachNewThread {
            var server = ArmServer(arm: arm, terminal: terminal)
            server.run(shared)
            shared.ended.signal()
        }
    }

    deinit { stop() }

    public var status: Status { shared.status.withLock { $0 } }

    /// Ends the thread, waits for it, and closes the pseudo-terminal: a client then finds its port lost.
    public func stop() {
        guard !shared.shouldStop.exchange(true, ordering: .acquiringAndReleasing) else { return }
        shared.ended.wait()
    }
}

/// What the server's thread and its owner share.
private final class ServerState: Sendable {
    let status: Mutex<PseudoTerminalArm.Status>
    let shouldStop = Atomic<Bool>(false)
    let ended = DispatchSemaphore(value: 0)

    init(_ status: PseudoTerminalArm.Status) { self.status = Mutex(status) }
}

/// The thread's own part: keeps the arm's clock with the machine's, and moves bytes.
private struct ArmServer {
    var arm: SimulatedArm
    let terminal: PseudoTerminal
    private let began = ArmServer.now
    private var stalled = 0.0
    private var input = [UInt8](repeating: 0, count: 4096)
    private var output = [UInt8](repeating: 0, count: 4096)

    init(arm: SimulatedArm, terminal: PseudoTerminal) {
        self.arm = arm
        self.terminal = terminal
    }

    /// CLOCK_MONOTONIC in seconds.
    static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    mutating func run(_ shared: ServerState) {
        let offset = began - arm.time
        while !shared.shouldStop.load(ordering: .acquiring) {
            Self.sleep(until: offset + arm.time + arm.settings.cycle)
            passTime(to: Self.now - offset)
            let status = self.status
            shared.status.withLock { $0 = status }
        }
    }

    /// Catches up with `time`. More than four cycles at once are a stall of this machine, which no arm would have:
    /// the arm's clock jumps over it, and the host is not blamed.
    private mutating func passTime(to time: Double) {
        let behind = time - arm.time
        if behind > 5 * arm.settings.cycle {
            arm.skip(seconds: behind - arm.settings.cycle)
            stalled += behind - arm.settings.cycle
        }
        readClient()
        while arm.time + arm.settings.cycle <= time {
            arm.step()
            writeClient()
        }
    }

    private mutating func readClient() {
        while true {
            let count = input.withUnsafeMutableBytes { terminal.read(into: $0) }
            guard count > 0 else { return }
            input.withUnsafeBytes { arm.receive(UnsafeRawBufferPointer(rebasing: $0[0..<count])) }
        }
    }

    /// What the terminal does not take is lost, as on a wire without flow control.
    private mutating func writeClient() {
        while true {
            let count = output.withUnsafeMutableBytes { arm.transmit(into: $0) }
            guard count > 0 else { return }
            _ = output.withUnsafeBytes { terminal.write(UnsafeRawBufferPointer(rebasing: $0[0..<count])) }
        }
    }

    private var status: PseudoTerminalArm.Status {
        PseudoTerminalArm.Status(
            time: arm.time, drive: arm.drive, faults: arm.faults, positions: arm.truePositions,
            velocities: arm.trueVelocities, hasSession: arm.hasSession, stalled: stalled)
    }

    private static func sleep(until time: Double) {
        let whole = time.rounded(.down)
        var deadline = timespec(tv_sec: Int(whole), tv_nsec: Int((time - whole) * 1e9))
        while clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &deadline, nil) == EINTR {}
    }
}
