import Foundation
import Frames
import TestSupport
import Testing

@testable import Imaging

/// Files made to break the reader: none may crash it, hang it, or take memory out of proportion.
@Suite(.serialized) struct DICOMRobustnessTests {
    private func outcome(_ data: Data) throws -> ImagingError? {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("a.dcm")
        try data.write(to: path)
        var voxels: (Int, Int)?
        let error = imagingError {
            let ct = try ImageReader.read(path.path).ct
            voxels = (ct.voxels.count, ct.size.count)
        }
        if let (found, expected) = voxels { #expect(found == expected) } else { #expect(error != nil) }
        return error
    }

    private func file(_ syntax: CraftedSyntax, _ body: Data) -> Data {
        CraftedDataSet(elements: [:], syntax: syntax).data + body
    }

    /// The most memory that the process has had, MB.
    private func peak() -> Int {
        var usage = rusage()
        getrusage(__rusage_who_t(0), &usage)
        return usage.ru_maxrss / 1024
    }

    /// 100,000 sequences inside one another: a parser that follows them by recursion runs out of stack.
    private func nested(explicit: Bool) -> Data {
        let endless = Data([0xFF, 0xFF, 0xFF, 0xFF])
        let sequence = Data([0x08, 0x00, 0x40, 0x11]) + (explicit ? Data("SQ\0\0".utf8) : Data()) + endless
        let level = sequence + Data([0xFE, 0xFF, 0x00, 0xE0]) + endless
        var all = Data()
        for _ in 0..<100_000 { all.append(level) }
        return all
    }

    @Test func endlessNestingIsRefused() throws {
        for (syntax, body) in [
            (CraftedSyntax.implicitLittle, nested(explicit: false)), (.explicitLittle, nested(explicit: true)),
            (.deflated, ZeroDeflate.repeating(nested(explicit: true).prefix(20), count: 100_000)),
        ] {
            let file = syntax == .deflated ? deflatedFile(body) : file(syntax, body)
            guard case .unreadable(_, .damaged(let reason)) = try outcome(file) else {
                Issue.record("\(syntax): nesting without end was read")
                continue
            }
            #expect(reason == "sequences nested too deeply", "\(syntax)")
        }
    }

    /// Seven megabytes that inflate to a gigabyte.
    @Test func inflationOutOfProportionIsRefused() throws {
        let header = Data([0x09, 0x00, 0x01, 0x10]) + Data("OB\0\0".utf8) + Data([0x00, 0x00, 0x00, 0x40])
        let before = peak()
        let body = ZeroDeflate.repeating(Data([0]), count: 1 << 30, after: header)
        #expect(body.count < 8 << 20)
        guard case .unreadable(_, .damaged(let reason)) = try outcome(deflatedFile(body)) else {
            Issue.record("a bomb was read")
            return
        }
        #expect(reason == "values out of all proportion to the file")
        #expect(peak() - before < 300)
    }

    private func deflatedFile(_ body: Data) -> Data {
        // An empty deflated data set is one stored block of 5 bytes.
        CraftedDataSet(elements: [:], syntax: .deflated).data.dropLast(5) + body
    }

    static let seeds: [Data] = {
        var files: [Data] = []
        for syntax in CraftedSyntax.allCases {
            var slice = CraftedDataSet.image(columns: 5, rows: 4, pixels: (0..<20).map { UInt16($0 * 60) })
            slice.syntax = syntax
            slice.place("10\\20\\30", instance: 3)
            slice[0x0028_0120] = .us(0)
            slice[0x0088_0200] = .sequence([[0x0028_0010: .us(1), 0x7FE0_0010: .shorts("OW", [1, 2])]])
            files.append(slice.data)
            var frames = slice
            frames[0x0028_0008] = .text("IS", "2")
            frames[0x0028_0010] = .us(2)
            frames[0x0020_0032] = nil
            frames[0x5200_9230] = .sequence(
                [1, 2].map { [0x0020_9113: .sequence([[0x0020_0032: .text("DS", "1\\2\\\($0)")]])] })
            files.append(frames.data)
        }
        let list = CraftedDataSet(elements: [
            0x0004_1220: .sequence([
                [0x0004_1430: .text("CS", "IMAGE"), 0x0004_1500: .text("CS", "A\\B")],
                [0x0004_1430: .text("CS", "IMAGE"), 0x0004_1500: .text("CS", "a.dcm")],
            ])
        ])
        return files + [list.data]
    }()

    /// Bits turned, bytes set, lengths swapped, parts cut out, doubled and moved between files.
    static func mutated(_ seed: UInt64) -> Data {
        var g = SeededGenerator(seed: seed)
        func below(_ n: Int) -> Int { Int.random(in: 0..<max(n, 1), using: &g) }
        var data = seeds[below(seeds.count)]
        for _ in 0...(below(2) == 0 ? 0 : below(5)) where data.count > 160 {
            let at = 130 + below(data.count - 138)
            switch below(7) {
            case 0: data[at] ^= 1 << UInt8(below(8))
            case 1: data[at] = UInt8(below(256))
            case 2: data.removeLast(below(data.count - 132))
            case 3:
                let extremes: [[UInt8]] = [
                    [255, 255, 255, 255], [0, 0, 0, 0], [254, 255, 255, 127], [0, 0, 0, 128],
                ]
                data.replaceSubrange(at..<(at + 4), with: extremes[below(4)])
            case 4: data.removeSubrange(at..<min(at + below(40), data.count))
            case 5:
                let other = seeds[below(seeds.count)]
                let start = below(other.count)
                data.insert(contentsOf: other[start..<min(start + below(200), other.count)], at: at)
            default: data.swapAt(at, 130 + below(data.count - 138))
            }
        }
        return Data(data)
    }

    @Test func mutatedFilesGiveAnImageOrAnError() throws {
        let before = peak()
        let result = try fuzz(least: 1000, damage: { [UInt8](Self.mutated($0)) }) { bytes in
            switch try outcome(Data(bytes)) {
            case nil: return true
            case .unreadable, .noImage, .severalSeries: return false
            case .some(let other):
                Issue.record("\(other)")
                return false
            }
        }
        #expect(result.isTelling && result.slowest < 5, "\(result)")
        #expect(peak() - before < 400)
    }

    /// The compressed forms, whose decoders are C and C++ of others: real slices in 15 transfer syntaxes, damaged.
    @Test(
        .enabled(if: realData("dicom-edge/transfer-syntaxes") != nil, "needs STYLET_DATA"),
        arguments: [
            "DeflatedExplicitVRLittleEndianTransferSyntax_1.2.840.10008.1.2.1.99",
            "JPEG2000LosslessOnlyTransferSyntax_1.2.840.10008.1.2.4.90",
            "JPEG2000TransferSyntax_1.2.840.10008.1.2.4.91",
            "JPEGLSLosslessTransferSyntax_1.2.840.10008.1.2.4.80", "JPEGLSLossyTransferSyntax_1.2.840.10008.1.2.4.81",
            "JPEGProcess14TransferSyntax_1.2.840.10008.1.2.4.57", "JPEGProcess2_4TransferSyntax_1.2.840.10008.1.2.4.51",
            "RLELosslessTransferSyntax_1.2.840.10008.1.2.5",
        ]) func damagedRealSlices(_ syntax: String) throws
    {
        let path = "dicom-edge/transfer-syntaxes/CTImage.dcm_\(syntax).dcm"
        let whole = [UInt8](try Data(contentsOf: #require(realData(path))))
        // Half of the damage falls on the compressed pixels, which a header's damage keeps from being reached.
        let damage = { (seed: UInt64) in
            var mutation = FileMutation(seed: seed)
            let split = seed.isMultiple(of: 2) ? 0 : min(whole.count, 2048)
            return Array(whole[..<split]) + mutation.hurt(Array(whole[split...]))
        }
        let result = try fuzz(least: 4, damage: damage) { try outcome(Data($0)) == nil }
        #expect(result.slowest < 10, "\(result)")
    }
}

/// Highly repetitive data as a deflate stream, without a compressor: one fixed-Huffman block (RFC 1951 3.2.6) of the
/// pattern and matches of 258 bytes at the pattern's distance.
enum ZeroDeflate {
    static func repeating(_ pattern: Data, count: Int, after header: Data = Data()) -> Data {
        var bits = BitWriter()
        bits.put(0b011, 3)  // last block, fixed codes
        for byte in header + pattern { bits.literal(byte) }
        var left = pattern.count * (count - 1)
        while left >= 258 {
            bits.code(0b1100_0101, 8)  // length 258
            bits.distance(pattern.count)
            left -= 258
        }
        bits.code(0, 7)  // end of block
        bits.flush()
        return bits.data
    }

    private struct BitWriter {
        var data = Data()
        var pending: UInt32 = 0
        var used = 0

        /// Bits from the lowest on, as RFC 1951 packs numbers.
        mutating func put(_ value: UInt32, _ count: Int) {
            pending |= value << UInt32(used)
            used += count
            while used >= 8 {
                data.append(UInt8(pending & 255))
                pending >>= 8
                used -= 8
            }
        }
        /// A Huffman code, from its highest bit on.
        mutating func code(_ value: UInt32, _ count: Int) {
            for i in (0..<count).reversed() { put(value >> UInt32(i) & 1, 1) }
        }
        mutating func literal(_ byte: UInt8) {
            if byte < 144 { code(0x30 + UInt32(byte), 8) } else { code(0x190 + UInt32(byte) - 144, 9) }
        }
        mutating func distance(_ distance: Int) {
            // Base distances of codes 0, 2, 4, 6, 8 and their extra bits.
            let table: [(code: UInt32, base: Int, extra: Int)] = [
                (0, 1, 0), (1, 2, 0), (2, 3, 0), (3, 4, 0), (4, 5, 1), (5, 7, 1), (6, 9, 2), (7, 13, 2), (8, 17, 3),
                (9, 25, 3),
            ]
            let entry = table.last { $0.base <= distance }!
            code(entry.code, 5)
            put(UInt32(distance - entry.base), entry.extra)
        }
        mutating func flush() { if used > 0 { put(0, 8 - used) } }
    }
}
