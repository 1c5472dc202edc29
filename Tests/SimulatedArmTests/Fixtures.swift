import ArmProtocol
import ControlCore
import Foundation
import RobotDescription
import RobotModel

@testable import SimulatedArm

/// The checkout that these tests were built from.
let checkout = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

func ur5e() throws -> ArmDescription {
    try ArmDescription.load(checkout.appendingPathComponent("Kinematics/ur5e.urdf").path)
}

/// A host over a simulated arm in virtual time, tick by tick of 1 ms.
struct Bench {
    let virtual: VirtualArm
    var channel: HostChannel<VirtualPort>
    var tick = 0
    var report: Timed<ArmFeedback>?

    init(_ change: (inout SimulatedArmSettings) -> Void = { _ in }) throws {
        var settings = SimulatedArmSettings()
        change(&settings)
        virtual = VirtualArm(try SimulatedArm(try ur5e(), settings: settings))
        channel = HostChannel(transport: virtual.port)
        channel.host.connect(nonce: 99, now: 0)
    }

    var now: Double { Double(tick) * 1e-3 }
    var arm: SimulatedArm { virtual.arm }

    /// One tick: time passes, the report is taken, the command goes out.
    mutating func turn(_ command: ArmCommand?) {
        tick += 1
        virtual.advance(to: now)
        report = channel.receive(now: now)
        if let command { _ = channel.send(command, now: now) }
    }

    mutating func turn(_ count: Int, _ command: ArmCommand?) {
        for _ in 0..<count { turn(command) }
    }

    /// Opens the session and switches the drives on; how many ticks that took, at most 500.
    mutating func enable() -> Int {
        let begin = tick
        while tick - begin < 500, report?.value.drive != .enabled { turn(.enable) }
        return tick - begin
    }

    /// Gets a joint to `speed` at 6 rad/s² and on.
    mutating func moveJoint(_ joint: Int, speed: Double, ticks: Int) {
        var q = report?.value.positions ?? JointVector(count: 6)
        var v = JointVector(count: 6)
        for _ in 0..<ticks {
            let before = v[joint]
            v[joint] = min(before + 6e-3, speed)
            q[joint] += (before + v[joint]) / 2 * 1e-3
            turn(.setPoint(positions: q, velocities: v))
        }
    }
}
