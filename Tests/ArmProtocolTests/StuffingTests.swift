import Frames
import Testing

@testable import ArmProtocol

@Suite struct StuffingTests {
    static func stuffed(_ content: [UInt8]) -> [UInt8] {
        var place = InlineArray<256, UInt8>(repeating: 0)
        for (index, byte) in content.enumerated() { place[index] = byte }
        var frame = FrameBuffer()
        Stuffing.encode(place, count: content.count, into: &frame)
        return frame.array
    }

    static func unstuffed(_ bytes: [UInt8]) -> [UInt8]? {
        var place = InlineArray<256, UInt8>(repeating: 0)
        for (index, byte) in bytes.enumerated() { place[index] = byte }
        guard let count = Stuffing.decode(&place, count: bytes.count) else { return nil }
        return (0..<count).map { place[$0] }
    }

    /// The examples of Cheshire and Baker's encoding as tabulated in Wikipedia, "Consistent Overhead Byte Stuffing".
    static let published: [(content: [UInt8], expected: [UInt8])] = [
        ([0x00], [0x01, 0x01, 0x00]), ([0x00, 0x00], [0x01, 0x01, 0x01, 0x00]),
        ([0x11, 0x22, 0x00, 0x33], [0x03, 0x11, 0x22, 0x02, 0x33, 0x00]),
        ([0x11, 0x22, 0x33, 0x44], [0x05, 0x11, 0x22, 0x33, 0x44, 0x00]),
        ([0x11, 0x00, 0x00, 0x00], [0x02, 0x11, 0x01, 0x01, 0x01, 0x00]),
        (Array(0x01...0xFE), [0xFF] + Array(0x01...0xFE) + [0x00]),
        (Array(0x00...0xFD), [0x01, 0xFE] + Array(0x01...0xFD) + [0x00]),
    ]

    @Test(arguments: published) func publishedExamples(content: [UInt8], expected: [UInt8]) {
        #expect(Self.stuffed(content) == expected)
        #expect(Self.unstuffed(Array(expected.dropLast())) == content)
    }

    @Test func everyLengthComesBackWithoutAZeroInside() {
        var random = SeededGenerator(seed: 3)
        for count in 1...FrameSize.largestContent {
            for zeros in [0.0, 0.1, 0.9] {
                let content = (0..<count).map { _ in random.uniform() < zeros ? 0 : UInt8(1 + random.next() % 255) }
                let bytes = Self.stuffed(content)
                #expect(bytes.count == count + 2 && bytes.last == 0 && !bytes.dropLast().contains(0))
                #expect(Self.unstuffed(Array(bytes.dropLast())) == content)
            }
        }
    }
}
