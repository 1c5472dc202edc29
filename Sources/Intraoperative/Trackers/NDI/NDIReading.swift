import Frames

/// What a tracker said of one tool in one frame.
public struct NDIReading: Equatable, Sendable {
    public enum Sight: Equatable, Sendable {
        case seen(Pose<Tracker, Marker>)
        /// Too few markers in view.
        case missing
        case disabled
    }
    public let handle: UInt8
    public let sight: Sight
    /// The tracker's RMS residual of the markers, mm.
    public let error: Double
    public let status: PortStatus
    /// The camera's frame, 60 a second and more.
    public let frame: UInt32
}

/// The state of a tool's port.
public struct PortStatus: OptionSet, Sendable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    public static let occupied = PortStatus(rawValue: 1)
    public static let switchOne = PortStatus(rawValue: 1 << 1)
    public static let switchTwo = PortStatus(rawValue: 1 << 2)
    public static let switchThree = PortStatus(rawValue: 1 << 3)
    public static let initialised = PortStatus(rawValue: 1 << 4)
    public static let enabled = PortStatus(rawValue: 1 << 5)
    public static let outOfVolume = PortStatus(rawValue: 1 << 6)
    public static let partlyOutOfVolume = PortStatus(rawValue: 1 << 7)
}

/// The answer to `BX` or `TX`: all tools of one moment.
public struct NDIFrame: Equatable, Sendable {
    public let readings: [NDIReading]
    public let systemStatus: UInt16

    static let magic: UInt16 = 0xA5C4

    /// How long a `BX` reply is, from its first six bytes; nothing while there are fewer.
    ///
    /// - Throws: `NDIError.garbled` where they do not begin a reply.
    public static func length(ofBinary bytes: some RandomAccessCollection<UInt8>) throws(NDIError) -> Int? {
        var reader = LittleEndianReader(Array(bytes.prefix(6)))
        guard let magic = reader.uint16() else { return nil }
        guard magic == Self.magic else { throw .garbled(start: NDIMessage.start(of: bytes)) }
        guard let count = reader.uint16() else { return nil }
        guard let sum = reader.uint16() else { return nil }
        guard sum == NDIMessage.checksum(bytes.prefix(4)), count <= 4096 else {
            throw .garbled(start: NDIMessage.start(of: bytes))
        }
        return 6 + Int(count) + 2
    }

    /// A whole `BX` reply with transforms (option 0001, with or without 0800).
    public init(binary bytes: [UInt8]) throws(NDIError) {
        guard let length = try Self.length(ofBinary: bytes), bytes.count == length else {
            throw .garbled(start: NDIMessage.start(of: bytes))
        }
        let body = Array(bytes[6..<(length - 2)])
        var end = LittleEndianReader(Array(bytes[(length - 2)...]))
        guard end.uint16() == NDIMessage.checksum(body) else { throw .garbled(start: NDIMessage.start(of: bytes)) }
        var reader = LittleEndianReader(body)
        guard let count = reader.uint8() else { throw .garbled(start: NDIMessage.start(of: bytes)) }
        var readings: [NDIReading] = []
        for _ in 0..<count {
            guard let reading = Self.reading(&reader) else { throw .garbled(start: NDIMessage.start(of: bytes)) }
            readings.append(reading)
        }
        guard let status = reader.uint16(), reader.isAtEnd else { throw .garbled(start: NDIMessage.start(of: bytes)) }
        (self.readings, systemStatus) = (readings, status)
    }

    private static func reading(_ reader: inout LittleEndianReader) -> NDIReading? {
        guard let handle = reader.uint8(), let kind = reader.uint8() else { return nil }
        if kind == 4 {
            return NDIReading(handle: handle, sight: .disabled, error: 0, status: [], frame: 0)
        }
        var (sight, error) = (NDIReading.Sight.missing, 0.0)
        if kind == 1 {
            guard let numbers = reader.floats(8), let pose = pose(numbers) else { return nil }
            (sight, error) = (.seen(pose), numbers[7])
        } else if kind != 2 {
            return nil
        }
        guard let status = reader.uint32(), let frame = reader.uint32() else { return nil }
        return NDIReading(
            handle: handle, sight: sight, error: error, status: PortStatus(rawValue: status), frame: frame)
    }

    /// From q0, qx, qy, qz, x, y, z; nothing where they are no pose.
    private static func pose(_ n: [Double]) -> Pose<Tracker, Marker>? {
        let length = (n[0] * n[0] + n[1] * n[1] + n[2] * n[2] + n[3] * n[3]).squareRoot()
        guard n.allSatisfy(\.isFinite), abs(length - 1) < 0.01, let q = Quaternion(w: n[0], x: n[1], y: n[2], z: n[3])
        else { return nil }
        return Pose(rotation: Rotation(q), translation: Vector3(n[4], n[5], n[6]))
    }

    /// A whole `TX` reply with transforms, without its checksum and carriage return.
    public init(text: String) throws(NDIError) {
        var reader = FixedFields(text)
        var readings: [NDIReading] = []
        guard let count = reader.hex(2) else { throw .garbled(start: String(text.prefix(24))) }
        for _ in 0..<count {
            guard let reading = Self.reading(&reader) else { throw .garbled(start: String(text.prefix(24))) }
            readings.append(reading)
        }
        guard let status = reader.hex(4), reader.isAtEnd else { throw .garbled(start: String(text.prefix(24))) }
        (self.readings, systemStatus) = (readings, UInt16(status))
    }

    private static func reading(_ reader: inout FixedFields) -> NDIReading? {
        guard let handle = reader.hex(2).map({ UInt8($0) }) else { return nil }
        var (sight, error) = (NDIReading.Sight.missing, 0.0)
        if reader.skip("DISABLED") {
            sight = .disabled
        } else if !reader.skip("MISSING") {
            // four numbers with four decimals, three with two, one with four; the point itself is not sent
            var numbers: [Double] = []
            for (width, scale) in [(6, 1e4), (6, 1e4), (6, 1e4), (6, 1e4), (7, 1e2), (7, 1e2), (7, 1e2), (6, 1e4)] {
                guard let number = reader.signed(width) else { return nil }
                numbers.append(Double(number) / scale)
            }
            guard let pose = pose(numbers) else { return nil }
            (sight, error) = (.seen(pose), numbers[7])
        }
        guard let status = reader.hex(8), let frame = reader.hex(8), reader.skip("\n") else { return nil }
        return NDIReading(
            handle: handle, sight: sight, error: error, status: PortStatus(rawValue: UInt32(status)),
            frame: UInt32(frame))
    }
}
