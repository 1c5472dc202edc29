import ControlCore
import RobotModel

extension Hello {
    /// `nil` where the body is none of this protocol's greetings.
    init?(_ reader: inout ContentReader) {
        guard reader.word(UInt32.self) == Self.magic else { return nil }
        nonce = reader.word()
        lowestVersion = reader.byte()
        highestVersion = reader.byte()
        guard reader.isExact, lowestVersion <= highestVersion else { return nil }
    }
}

extension Refusal {
    init?(_ reader: inout ContentReader) {
        guard reader.word(UInt32.self) == Hello.magic else { return nil }
        nonce = reader.word()
        reason = reader.byte()
        lowestVersion = reader.byte()
        highestVersion = reader.byte()
        guard reader.isExact, lowestVersion <= highestVersion else { return nil }
    }
}

/// Reads `kinds.count` counts, each in its joint's unit.
private func joints(_ reader: inout ContentReader, kinds: JointKinds, perUnit: (JointKind) -> Double) -> JointVector? {
    var numbers = JointVector(count: kinds.count)
    for joint in 0..<kinds.count {
        let count = reader.word(Int32.self)
        guard count != .max, count != .min else { return nil }
        numbers[joint] = Double(count) / perUnit(kinds[joint])
    }
    return numbers
}

extension ArmCommand {
    /// `nil` where the body is not exactly that of the message.
    init?(_ kind: MessageKind, _ reader: inout ContentReader, kinds: JointKinds) {
        switch kind {
        case .setPoint:
            guard let positions = joints(&reader, kinds: kinds, perUnit: WireUnits.positionCounts),
                let velocities = joints(&reader, kinds: kinds, perUnit: WireUnits.rateCounts)
            else { return nil }
            self = .setPoint(positions: positions, velocities: velocities)
        case .enable: self = .enable
        case .disable: self = .disable
        case .hold: self = .hold
        case .stop: self = .stop
        case .clearFault: self = .clearFault
        case .heartbeat: self = .heartbeat
        case .hello, .goodbye, .welcome, .refusal, .feedback: return nil
        }
        guard reader.isExact else { return nil }
    }
}

extension ArmFeedback {
    /// `nil` where the body is not exactly that of a report, or holds a number that stands for "does not fit".
    init?(_ reader: inout ContentReader, kinds: JointKinds) {
        let acknowledged = reader.word(UInt32.self)
        let microseconds = reader.word(UInt64.self)
        guard let drive = DriveState(rawValue: reader.byte()), Int(reader.byte()) == kinds.count else { return nil }
        let faults = ArmFaults(rawValue: reader.word())
        guard let positions = joints(&reader, kinds: kinds, perUnit: WireUnits.positionCounts),
            let velocities = joints(&reader, kinds: kinds, perUnit: WireUnits.rateCounts), reader.isExact
        else { return nil }
        self.init(
            positions: positions, velocities: velocities, drive: drive, faults: faults,
            armTime: Double(microseconds) / 1e6, acknowledged: acknowledged)
    }
}

extension ArmCapabilities {
    /// The nonce that the arm echoes, and what it says of itself; `nil` where a number in it cannot be.
    static func read(_ reader: inout ContentReader) -> (nonce: UInt32, capabilities: ArmCapabilities)? {
        guard reader.word(UInt32.self) == Hello.magic else { return nil }
        let nonce = reader.word(UInt32.self)
        let identity = reader.word(UInt64.self)
        var name = ArmName()
        for index in 0..<16 { name.bytes[index] = reader.byte() }
        let cycle = Double(reader.word(UInt32.self)) / 1e6
        let watchdog = Double(reader.word(UInt32.self)) / 1e6
        let count = Int(reader.byte())
        guard (1...JointVector.capacity).contains(count), cycle > 0, watchdog > 0 else { return nil }
        var rows = InlineArray<8, (UInt8, SIMD4<Int32>)>(repeating: (0, .zero))
        for joint in 0..<count {
            let kind = reader.byte()
            rows[joint] = (kind, SIMD4(reader.word(), reader.word(), reader.word(), reader.word()))
        }
        guard reader.isExact else { return nil }
        var arm = ArmCapabilities(
            identity: identity, name: name, kinds: JointKinds(packed: .zero, count: count), cycle: cycle,
            watchdog: watchdog)
        guard arm.take(rows) else { return nil }
        return (nonce, arm)
    }

    /// Fills in the joints; false where a kind is unknown or a range is none.
    private mutating func take(_ rows: InlineArray<8, (UInt8, SIMD4<Int32>)>) -> Bool {
        var packed = SIMD8<UInt8>.zero
        for joint in 0..<kinds.count {
            let (raw, counts) = rows[joint]
            guard let kind = JointKind(rawValue: raw), counts[0] <= counts[1], counts[2] >= 0, counts[3] >= 0 else {
                return false
            }
            packed[joint] = raw
            let (position, rate) = (WireUnits.positionCounts(kind), WireUnits.rateCounts(kind))
            lower[joint] = counts[0] == .min ? -.infinity : Double(counts[0]) / position
            upper[joint] = counts[1] == .max ? .infinity : Double(counts[1]) / position
            speed[joint] = counts[2] == .max ? .infinity : Double(counts[2]) / rate
            acceleration[joint] = counts[3] == .max ? .infinity : Double(counts[3]) / rate
        }
        kinds = JointKinds(packed: packed, count: kinds.count)
        return true
    }
}
