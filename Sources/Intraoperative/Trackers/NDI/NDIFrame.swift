import Frames

/// The answer to `BX` or `TX`: all tools of one moment.
public struct NDIFrame: Equatable, Sendable {
    public let readings: [NDIReading]
    public let systemStatus: UInt16

    static let magic: UInt16 = 0xA5C4

    /// What a tracker is asked for.
    public struct Options: OptionSet, Sendable {
        public let rawValue: UInt16
        public init(rawValue: UInt16) { self.rawValue = rawValue }

        public static let transforms = Options(rawValue: 0x0001)
        public static let markers = Options(rawValue: 0x0002)
        /// Also what lies outside the volume that the maker vouches for: the port's status says so.
        public static let outside = Options(rawValue: 0x0800)
        static let all: Options = [.transforms, .markers, .outside]
        static let least: Options = [.transforms, .outside]

        var text: String { String(decoding: NDIMessage.hex(rawValue), as: UTF8.self) }
    }

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

    /// A whole `BX` reply to a request with these options; transforms must be among them.
    public init(binary bytes: [UInt8], options: Options = .transforms) throws(NDIError) {
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
            guard let reading = Self.reading(&reader, options) else {
                throw .garbled(start: NDIMessage.start(of: bytes))
            }
            readings.append(reading)
        }
        guard let status = reader.uint16(), reader.isAtEnd else { throw .garbled(start: NDIMessage.start(of: bytes)) }
        (self.readings, systemStatus) = (readings, status)
    }

    private static func reading(_ reader: inout LittleEndianReader, _ options: Options) -> NDIReading? {
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
        guard let markers = options.contains(.markers) ? self.markers(&reader) : [] else { return nil }
        return NDIReading(
            handle: handle, sight: sight, error: error, status: PortStatus(rawValue: status), frame: frame,
            markers: markers)
    }

    /// A byte about the tool, and four bits a marker, the last four for the first of 20 markers.
    private static func markers(_ reader: inout LittleEndianReader) -> [MarkerState]? {
        guard reader.uint8() != nil else { return nil }
        var states: [MarkerState] = []
        for _ in 0..<10 {
            guard let pair = reader.uint8() else { return nil }
            states += [pair >> 4, pair & 15].map { MarkerState(rawValue: $0) ?? .missing }
        }
        return states.reversed()
    }

    /// From q0, qx, qy, qz, x, y, z; nothing where they are no pose.
    private static func pose(_ n: [Double]) -> Pose<Tracker, Marker>? {
        let length = (n[0] * n[0] + n[1] * n[1] + n[2] * n[2] + n[3] * n[3]).squareRoot()
        guard n.allSatisfy({ $0.isFinite && abs($0) < 1e5 }), n[7] >= 0, abs(length - 1) < 0.01,
            let q = Quaternion(w: n[0], x: n[1], y: n[2], z: n[3])
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
            // the guide has nothing after the word, some readers of the protocol expect a status and a frame
            if reader.skip("\n") { return NDIReading(handle: handle, sight: .disabled, error: 0, status: [], frame: 0) }
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
