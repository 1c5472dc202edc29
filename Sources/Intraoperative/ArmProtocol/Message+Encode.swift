import ControlCore
import RobotModel

/// Why a command cannot be put on the wire: a number that is none, or does not fit, or too few joints.
public enum Unsendable: Equatable, Sendable {
    case jointCount(Int)
    case position(joint: Int)
    case speed(joint: Int)
}

extension Hello {
    func write(to content: inout ContentWriter) {
        content.put(Self.magic)
        content.put(nonce)
        content.put(lowestVersion)
        content.put(highestVersion)
    }
}

extension Refusal {
    func write(to content: inout ContentWriter) {
        content.put(Hello.magic)
        content.put(nonce)
        content.put(reason)
        content.put(lowestVersion)
        content.put(highestVersion)
    }
}

extension ArmCommand {
    var messageKind: MessageKind {
        switch self {
        case .setPoint: .setPoint
        case .enable: .enable
        case .disable: .disable
        case .hold: .hold
        case .stop: .stop
        case .clearFault: .clearFault
        case .heartbeat: .heartbeat
        }
    }

    /// Writes the body; what hinders it, if anything does.
    func writeBody(to content: inout ContentWriter, kinds: JointKinds) -> Unsendable? {
        guard case .setPoint(let positions, let velocities) = self else { return nil }
        guard positions.count == kinds.count else { return .jointCount(positions.count) }
        guard velocities.count == kinds.count else { return .jointCount(velocities.count) }
        for joint in 0..<kinds.count {
            let counts = WireUnits.positionCounts(kinds[joint])
            guard let count = WireUnits.count(positions[joint], perUnit: counts) else { return .position(joint: joint) }
            content.put(count)
        }
        for joint in 0..<kinds.count {
            let counts = WireUnits.rateCounts(kinds[joint])
            guard let count = WireUnits.count(velocities[joint], perUnit: counts) else { return .speed(joint: joint) }
            content.put(count)
        }
        return nil
    }
}

extension ArmFeedback {
    /// Writes the body. A measurement that does not fit is sent as the largest count, which the host refuses.
    func writeBody(to content: inout ContentWriter, kinds: JointKinds) {
        content.put(acknowledged)
        content.put(UInt64(exactly: (max(armTime, 0) * 1e6).rounded()) ?? 0)
        content.put(drive.rawValue)
        content.put(UInt8(kinds.count))
        content.put(faults.rawValue)
        for joint in 0..<kinds.count {
            content.put(WireUnits.count(positions[joint], perUnit: WireUnits.positionCounts(kinds[joint])) ?? .max)
        }
        for joint in 0..<kinds.count {
            content.put(WireUnits.count(velocities[joint], perUnit: WireUnits.rateCounts(kinds[joint])) ?? .max)
        }
    }
}

extension ArmCapabilities {
    func writeBody(to content: inout ContentWriter, nonce: UInt32) {
        content.put(Hello.magic)
        content.put(nonce)
        content.put(identity)
        for index in 0..<16 { content.put(name.bytes[index]) }
        content.put(UInt32(exactly: (cycle * 1e6).rounded()) ?? 0)
        content.put(UInt32(exactly: (watchdog * 1e6).rounded()) ?? 0)
        content.put(UInt8(kinds.count))
        for joint in 0..<kinds.count {
            let (position, rate) = (WireUnits.positionCounts(kinds[joint]), WireUnits.rateCounts(kinds[joint]))
            content.put(kinds[joint].rawValue)
            content.put(WireUnits.count(lower[joint], perUnit: position) ?? .min)
            content.put(WireUnits.count(upper[joint], perUnit: position) ?? .max)
            content.put(WireUnits.count(speed[joint], perUnit: rate) ?? .max)
            content.put(WireUnits.count(acceleration[joint], perUnit: rate) ?? .max)
        }
    }
}
