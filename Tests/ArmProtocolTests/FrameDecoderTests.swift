import ControlCore
import Frames
import Testing

@testable import ArmProtocol

@Suite struct FrameDecoderTests {
    /// Many frames of every kind, as two ends send them.
    static func stream(seed: UInt64, count: Int) throws -> [[UInt8]] {
        var random = SeededGenerator(seed: seed)
        var pair = try Pair()
        return (0..<count).map { index in
            let time = Double(index) * 1e-3
            switch random.next() % 4 {
            case 0: return pair.command(.heartbeat, now: time)
            case 1:
                let q = joints(random.normal(), 100 * random.uniform(), random.normal())
                return pair.command(.setPoint(positions: q, velocities: joints(0, random.normal(), 0)), now: time)
            case 2: return pair.report(sampleReport(time: time))
            default: return pair.command(random.uniform() < 0.5 ? .enable : .stop, now: time)
            }
        }
    }

    static func contents(_ bytes: [UInt8], pieces: (Int) -> Int, decoder: inout FrameDecoder) -> [[UInt8]] {
        var found: [[UInt8]] = []
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, start + max(1, pieces(start)))
            bytes[start..<end].withUnsafeBytes { decoder.receive($0) { found.append(Array($0)) } }
            start = end
        }
        return found
    }

    @Test(arguments: 0..<5 as Range<UInt64>) func anyPiecesGiveTheSameFrames(seed: UInt64) throws {
        let frames = try Self.stream(seed: seed, count: 100)
        let bytes = Array(frames.joined())
        var whole = FrameDecoder()
        let expected = Self.contents(bytes, pieces: { _ in bytes.count }, decoder: &whole)
        #expect(expected.count == 100 && whole.damaged == 0)
        var random = SeededGenerator(seed: seed)
        var pieced = FrameDecoder()
        #expect(Self.contents(bytes, pieces: { _ in Int(random.next() % 40) }, decoder: &pieced) == expected)
        var single = FrameDecoder()
        #expect(Self.contents(bytes, pieces: { _ in 1 }, decoder: &single) == expected)
    }

    @Test(arguments: 0..<5 as Range<UInt64>) func garbageCostsAtMostTheFrameItTouches(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let frames = try Self.stream(seed: seed, count: 60)
        var bytes: [UInt8] = []
        for frame in frames {
            bytes += (0..<Int(random.next() % 600)).map { _ in UInt8(truncatingIfNeeded: random.next()) } + [0] + frame
        }
        var decoder = FrameDecoder()
        #expect(Self.contents(bytes, pieces: { _ in 64 }, decoder: &decoder).count == frames.count)
        #expect(decoder.damaged > 0)
    }

    /// Any single bit turned over anywhere in a stream is noticed: no frame is ever accepted with another content.
    @Test func everySingleBitFlipIsDetected() throws {
        let frames = try Self.stream(seed: 1, count: 8)
        let bytes = Array(frames.joined())
        var clean = FrameDecoder()
        let expected = Self.contents(bytes, pieces: { _ in 4096 }, decoder: &clean)
        for bit in 0..<(bytes.count * 8) {
            var flipped = bytes
            flipped[bit / 8] ^= 1 << UInt8(bit % 8)
            var decoder = FrameDecoder()
            let found = Self.contents(flipped, pieces: { _ in 4096 }, decoder: &decoder)
            #expect(found.count < expected.count, "bit \(bit)")
            #expect(found.allSatisfy(expected.contains), "bit \(bit)")
        }
    }

    @Test(arguments: 0..<20 as Range<UInt64>) func noBytesTrapAnyEnd(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var pair = try Pair()
        let frames = try Self.stream(seed: seed, count: 40)
        for index in 0..<400 {
            var bytes = frames[Int(random.next() % 40)]
            for _ in 0..<Int(random.next() % 4) {
                bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
            }
            if random.uniform() < 0.2 { bytes = (0..<700).map { _ in UInt8(truncatingIfNeeded: random.next()) } }
            pair.deliver(bytes, now: Double(index) * 1e-3)
            pair.hear(bytes, now: Double(index) * 1e-3)
            pair.answer(now: Double(index) * 1e-3)
        }
        #expect(pair.arm.statistics.damaged > 0 && pair.host.statistics.damaged > 0)
    }

    /// Frames whose checksum is right and whose content is random: what a broken controller might send.
    @Test(arguments: 0..<10 as Range<UInt64>) func noSoundFrameWithARandomBodyTraps(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var pair = try Pair()
        for index in 0..<500 {
            var content = ContentWriter()
            let kinds: [UInt8] = [0x01, 0x02, 0x10, 0x11, 0x12, 0x81, 0x82, 0x90, 0x33]
            let kind = kinds[Int(random.next() % UInt64(kinds.count))]
            content.put(random.uniform() < 0.8 ? 1 : UInt8(truncatingIfNeeded: random.next()))
            content.put(kind)
            content.put(UInt16(0))
            content.put(random.uniform() < 0.8 ? UInt32(1) : UInt32(truncatingIfNeeded: random.next()))
            content.put(UInt32(index))
            for _ in 0..<Int(random.next() % 238) { content.put(UInt8(truncatingIfNeeded: random.next())) }
            var frame = FrameBuffer()
            seal(&content, into: &frame)
            pair.deliver(frame.array, now: Double(index) * 1e-3)
            pair.hear(frame.array, now: Double(index) * 1e-3)
        }
        #expect(pair.host.statistics.malformed > 0 && pair.arm.statistics.malformed > 0)
    }
}
