import ControlCore
import Frames
import RobotModel

@testable import ArmProtocol

/// A small arm of a turning, a sliding and an endless joint, and a host and an arm joined by nothing but arrays.
func smallArm() throws -> SerialArm {
    let limits = JointLimits(lower: -3, upper: 3, speed: 2, acceleration: 8, jerk: 100)
    let slide = JointLimits(lower: 0, upper: 240, speed: 100, acceleration: 500, jerk: 5000)
    let endless = JointLimits(lower: -.infinity, upper: .infinity, speed: 3, acceleration: 10, jerk: 100)
    func joint(_ kind: JointKind, _ limits: JointLimits) -> ArmJoint {
        ArmJoint(
            kind: kind, X_ParentJoint: Pose(rotation: .identity(), translation: Vector3(0, 0, 100)),
            axis: .z, limits: limits)
    }
    return try SerialArm(
        joints: [joint(.revolute, limits), joint(.prismatic, slide), joint(.continuous, endless)], flange: .identity())
}

func smallCapabilities() throws -> ArmCapabilities {
    ArmCapabilities(of: try smallArm(), name: "small arm", cycle: 0.001, watchdog: 0.02)
}

func joints(_ numbers: Double...) -> JointVector {
    JointVector(numbers) ?? JointVector(count: 0)
}

/// Host and arm with an open session, at time 0.
struct Pair {
    var host = HostEndpoint()
    var arm: ArmEndpoint
    var frame = FrameBuffer()
    var events: [ArmEndpoint.Event] = []

    init(nonce: UInt32 = 77) throws {
        arm = ArmEndpoint(capabilities: try smallCapabilities())
        host.connect(nonce: nonce, now: 0)
        deliver(greeting(now: 0), now: 0)
        answer(now: 0)
    }

    mutating func greeting(now: Double) -> [UInt8] { host.poll(now: now, into: &frame) ? frame.array : [] }

    mutating func command(_ command: ArmCommand, now: Double) -> [UInt8] {
        host.encode(command, now: now, into: &frame) == .encoded ? frame.array : []
    }

    mutating func report(_ feedback: ArmFeedback) -> [UInt8] {
        arm.encode(feedback, into: &frame) ? frame.array : []
    }

    mutating func deliver(_ bytes: [UInt8], now: Double) {
        bytes.withUnsafeBytes { bytes in arm.receive(bytes, now: now) { events.append($0) } }
    }

    mutating func answer(now: Double) {
        if arm.reply(into: &frame) { hear(frame.array, now: now) }
    }

    mutating func hear(_ bytes: [UInt8], now: Double) {
        bytes.withUnsafeBytes { host.receive($0, now: now) }
    }
}

func sampleReport(time: Double) -> ArmFeedback {
    ArmFeedback(
        positions: joints(0.5, 120, -1), velocities: joints(0.1, -20, 0), drive: .enabled, faults: [.watchdog],
        armTime: time)
}
