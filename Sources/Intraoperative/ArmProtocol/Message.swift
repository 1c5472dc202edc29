import ControlCore

/// What a frame is, its second byte. Below 0x80 from the host, above from the arm.
public enum MessageKind: UInt8, Sendable {
    case hello = 0x01
    case goodbye = 0x02
    case heartbeat = 0x10
    case setPoint = 0x11
    case enable = 0x12
    case disable = 0x13
    case hold = 0x14
    case stop = 0x15
    case clearFault = 0x16
    case welcome = 0x81
    case refusal = 0x82
    case feedback = 0x90
}

/// The first twelve bytes of each frame, the same in every version.
struct Header: Equatable {
    var version: UInt8
    var kind: UInt8
    var session: UInt32
    var sequence: UInt32

    func write(to content: inout ContentWriter) {
        content.put(version)
        content.put(kind)
        content.put(UInt16(0))
        content.put(session)
        content.put(sequence)
    }

    /// Reads a content whose body length the decoder has checked.
    init(from reader: inout ContentReader) {
        version = reader.byte()
        kind = reader.byte()
        _ = reader.word(UInt16.self)
        session = reader.word()
        sequence = reader.word()
    }

    init(_ kind: MessageKind, session: UInt32, sequence: UInt32, version: UInt8 = WireUnits.version) {
        self.version = version
        self.kind = kind.rawValue
        self.session = session
        self.sequence = sequence
    }
}

/// Why an arm does not open a session, or does not go on with one.
public enum RefusalReason: UInt8, Equatable, Sendable {
    /// None of the versions that the host offers is the arm's.
    case version = 1
    /// A command came for a session that the arm does not know, as after a restart of the arm.
    case unknownSession = 2
}

/// The host's first word. Its layout never changes.
struct Hello: Equatable {
    static let magic: UInt32 = 0x4C59_5453  // "STYL" as its bytes lie on the wire
    var nonce: UInt32
    var lowestVersion: UInt8
    var highestVersion: UInt8
}

/// The arm's answer where it does not agree. Its layout never changes.
struct Refusal: Equatable {
    var nonce: UInt32
    var reason: UInt8
    var lowestVersion: UInt8
    var highestVersion: UInt8
}

/// Ends a frame: fills in the body's length, adds the checksum, stuffs.
func seal(_ content: inout ContentWriter, into frame: inout FrameBuffer) {
    content.overwrite(UInt16(content.count - FrameSize.header), at: 2)
    var sum = Checksum()
    for index in 0..<content.count { sum.add(content.bytes[index]) }
    for index in 0..<4 {
        content.bytes[content.count + index] = UInt8(truncatingIfNeeded: sum.value >> UInt32(8 * index))
    }
    Stuffing.encode(content.bytes, count: content.count + FrameSize.checksum, into: &frame)
}
