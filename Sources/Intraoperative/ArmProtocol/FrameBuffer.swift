/// Sizes of a frame. They keep the stuffing to one byte and a frame to what a microcontroller can buffer.
public enum FrameSize {
    /// Version, type, body length, session, sequence.
    public static let header = 12
    public static let checksum = 4
    /// Header, body and checksum together: one COBS block, so stuffing adds exactly one byte.
    public static let largestContent = 254
    public static let largestBody = largestContent - header - checksum
    /// With the stuffing byte and the delimiter.
    public static let largestOnWire = largestContent + 2
}

/// One encoded frame as it goes on the wire, delimiter included, in a fixed place: no allocation.
public struct FrameBuffer: Sendable {
    var bytes = InlineArray<256, UInt8>(repeating: 0)
    public internal(set) var count = 0

    public init() {}

    public var isEmpty: Bool { count == 0 }

    /// The bytes to send, valid during `body`.
    public func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        bytes.span.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[0..<count])) }
    }

    /// For tests, files and people; not for the loop, since it allocates.
    public var array: [UInt8] { withBytes { Array($0) } }
}

/// The content of a frame while it is written, little endian.
struct ContentWriter {
    var bytes = InlineArray<256, UInt8>(repeating: 0)
    var count = 0

    /// Bytes beyond the largest content are dropped; no message of this protocol is that long, which a test shows.
    @inline(__always) mutating func put(_ byte: UInt8) {
        guard count < FrameSize.largestContent else { return }
        bytes[count] = byte
        count += 1
    }

    @inline(__always) mutating func put<Word: FixedWidthInteger>(_ word: Word) {
        var rest = word
        for _ in 0..<(Word.bitWidth / 8) {
            put(UInt8(truncatingIfNeeded: rest))
            rest >>= 8
        }
    }

    mutating func overwrite(_ word: UInt16, at index: Int) {
        bytes[index] = UInt8(truncatingIfNeeded: word)
        bytes[index + 1] = UInt8(truncatingIfNeeded: word >> 8)
    }
}

/// Reads a checked frame's content, little endian; past the end it gives 0 and remembers.
struct ContentReader {
    let bytes: UnsafeRawBufferPointer
    var position = 0
    var ranOut = false

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    @inline(__always) mutating func byte() -> UInt8 {
        guard position < bytes.count else {
            ranOut = true
            return 0
        }
        position += 1
        return bytes[position - 1]
    }

    @inline(__always) mutating func word<Word: FixedWidthInteger>(_: Word.Type = Word.self) -> Word {
        var value: Word = 0
        for index in 0..<(Word.bitWidth / 8) { value |= Word(truncatingIfNeeded: byte()) << Word(8 * index) }
        return value
    }

    /// All was read and nothing is left over.
    var isExact: Bool { !ranOut && position == bytes.count }
}
