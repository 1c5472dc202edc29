/// Finds frames in a stream of bytes that may come in any pieces, with any garbage between them.
///
/// It never traps and never allocates. After garbage it is in step again at the next zero.
public struct FrameDecoder: Sendable {
    /// Frames whose stuffing, length and checksum were right.
    public private(set) var good: UInt64 = 0
    /// Pieces between two delimiters that were no frame.
    public private(set) var damaged: UInt64 = 0
    /// All bytes that came, delimiters included.
    public private(set) var bytesSeen: UInt64 = 0

    private var bytes = InlineArray<256, UInt8>(repeating: 0)
    private var count = 0
    private var isTooLong = false

    public init() {}

    /// Takes `input` and calls `body` with the content (header and body, checked, without checksum) of each good frame.
    public mutating func receive(_ input: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Void) {
        for byte in input {
            guard let length = take(byte) else { continue }
            bytes.span.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[0..<length])) }
        }
    }

    /// Forgets a piece that has begun, after the line was closed and opened.
    public mutating func reset() {
        count = 0
        isTooLong = false
    }

    /// The length of a content that `byte` completed, if it did.
    @inline(__always) private mutating func take(_ byte: UInt8) -> Int? {
        bytesSeen &+= 1
        guard byte == 0 else {
            if count < FrameSize.largestContent + 1 {
                bytes[count] = byte
                count += 1
            } else {
                isTooLong = true
            }
            return nil
        }
        return finish()
    }

    private mutating func finish() -> Int? {
        defer { reset() }
        guard count > 0 else { return nil }
        guard !isTooLong, let length = Stuffing.decode(&bytes, count: count), isSound(length) else {
            damaged &+= 1
            return nil
        }
        good &+= 1
        return length - FrameSize.checksum
    }

    private func isSound(_ length: Int) -> Bool {
        guard length >= FrameSize.header + FrameSize.checksum else { return false }
        let bodyLength = Int(bytes[2]) | Int(bytes[3]) << 8
        guard bodyLength == length - FrameSize.header - FrameSize.checksum else { return false }
        var sum = Checksum()
        for index in 0..<(length - FrameSize.checksum) { sum.add(bytes[index]) }
        var stored: UInt32 = 0
        for index in 0..<4 { stored |= UInt32(bytes[length - 4 + index]) << UInt32(8 * index) }
        return stored == sum.value
    }
}
