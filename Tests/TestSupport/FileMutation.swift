import Frames

/// Damages bytes as disks, networks and careless programs do, from a seed: the same seed, the same damage.
public struct FileMutation {
    private var generator: SeededGenerator

    public init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    /// Numbers that break arithmetic where they stand for sizes, offsets or counts.
    private static let awkward: [UInt32] = [
        0, 1, 0x7F, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFE, 0xFFFF_FFFF,
    ]
    private static let words = [
        "-1", "0", "nan", "inf", "1e999", "99999999999999999999", "-0", "", "%", "\u{0}", "0x10", "(", "LIST", "../x",
        "\"", "[", "{", "*a", "&a",
    ]

    /// A damaged copy of `bytes`: one to four hurts, most of them near the start, where headers are.
    public mutating func hurt(_ bytes: [UInt8]) -> [UInt8] {
        var copy = bytes
        for _ in 0..<Int.random(in: 1...4, using: &generator) { hurtOnce(&copy, bytes) }
        return copy
    }

    private mutating func place(_ count: Int) -> Int {
        guard count > 1 else { return 0 }
        let far = Bool.random(using: &generator) ? count : min(count, 512)
        return Int.random(in: 0..<far, using: &generator)
    }

    private mutating func hurtOnce(_ bytes: inout [UInt8], _ whole: [UInt8]) {
        guard !bytes.isEmpty else { return }
        let at = place(bytes.count)
        switch Int.random(in: 0..<9, using: &generator) {
        case 0: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        case 1: bytes[at] = UInt8.random(in: 0...255, using: &generator)
        case 2: bytes.removeLast(bytes.count - at)
        case 3: bytes.removeSubrange(at..<min(bytes.count, at + Int.random(in: 1...16, using: &generator)))
        case 4: putAwkward(&bytes, at)
        case 5:
            let from = place(whole.count)
            bytes.insert(contentsOf: whole[from..<min(whole.count, from + 24)], at: at)
        case 6:
            bytes.replaceSubrange(
                at..<min(bytes.count, at + 2), with: Array((Self.words.randomElement(using: &generator) ?? "").utf8))
        case 7: replaceNumber(&bytes, at)
        default: swapLines(&bytes, at)
        }
    }

    private mutating func putAwkward(_ bytes: inout [UInt8], _ at: Int) {
        let value = Self.awkward.randomElement(using: &generator) ?? 0
        let big = Bool.random(using: &generator)
        let width = [1, 2, 4].randomElement(using: &generator) ?? 4
        for i in 0..<width where at + i < bytes.count {
            bytes[at + i] = UInt8(truncatingIfNeeded: value >> (8 * UInt32(big ? width - 1 - i : i)))
        }
    }

    /// Puts another text in place of the number written at or after `at`.
    private mutating func replaceNumber(_ bytes: inout [UInt8], _ at: Int) {
        let isDigit = { (byte: UInt8) in (0x30...0x39).contains(byte) || byte == 0x2E || byte == 0x2D }
        guard let start = bytes[at...].firstIndex(where: isDigit) else { return }
        let end = bytes[start...].firstIndex { !isDigit($0) } ?? bytes.count
        bytes.replaceSubrange(start..<end, with: Array((Self.words.randomElement(using: &generator) ?? "").utf8))
    }

    /// Doubles or drops the line at `at`.
    private mutating func swapLines(_ bytes: inout [UInt8], _ at: Int) {
        let start = bytes[..<at].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        let end = bytes[at...].firstIndex(of: 0x0A).map { $0 + 1 } ?? bytes.count
        guard end - start < 4096 else { return }
        if Bool.random(using: &generator) {
            bytes.insert(contentsOf: bytes[start..<end], at: end)
        } else {
            bytes.removeSubrange(start..<end)
        }
    }
}
