import Foundation
import Frames
import TestSupport
import Testing

@testable import Imaging

/// RLE frames (PS3.5 G), packed by hand.
@Suite struct DICOMRunLengthTests {
    /// Runs of three and more as repeats, all else as literals of up to `most` bytes.
    private func pack(_ bytes: [UInt8], most: Int) -> Data {
        var out = Data()
        var at = 0
        while at < bytes.count {
            var run = 1
            while at + run < bytes.count, run < 128, bytes[at + run] == bytes[at] { run += 1 }
            if run > 2 {
                out.append(contentsOf: [UInt8(257 - run), bytes[at]])
                at += run
                continue
            }
            let end = min(at + most, bytes.count)
            out.append(UInt8(end - at - 1))
            out.append(contentsOf: bytes[at..<end])
            at = end
        }
        if out.count % 2 == 1 { out.append(0x80) }
        return out
    }

    private func frame(_ pixels: [UInt16], most: Int = 5) -> Data {
        let high = pack(pixels.map { UInt8($0 >> 8) }, most: most)
        return header([64, UInt32(64 + high.count)]) + high + pack(pixels.map { UInt8($0 & 255) }, most: most)
    }

    private func header(_ offsets: [UInt32], segments: UInt32? = nil) -> Data {
        var header = CraftedBytes()
        header.put(segments ?? UInt32(offsets.count))
        offsets.forEach { header.put($0) }
        header.zeros(to: 64)
        return header.bytes
    }

    private func file(_ frames: [Data], columns: Int = 6, rows: Int = 5) -> CraftedDataSet {
        var set = CraftedDataSet.image(columns: columns, rows: rows, pixels: [])
        set.declaredSyntax = "1.2.840.10008.1.2.5"
        set.place("0\\0\\0")
        set[0x7FE0_0010] = .fragments(frames)
        if frames.count > 1 { set[0x0028_0008] = .text("IS", "\(frames.count)") }
        return set
    }

    private func read(_ set: CraftedDataSet) throws -> LoadedImage {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("a.dcm")
        try set.data.write(to: path)
        return try ImageReader.read(path.path)
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func framesComeBack(_ seed: UInt64) throws {
        var g = SeededGenerator(seed: seed)
        var value = UInt16(0)
        let pixels = (0..<30).map { _ in
            if g.uniform() < 0.4 { value = UInt16.random(in: 0...4095, using: &g) }
            return value
        }
        let image = try read(file([frame(pixels, most: 1 + Int(seed) % 7)]))
        #expect(image.ct.voxels == pixels.map { Int16($0) - 1024 })
    }

    @Test func everyFrameHasItsFragment() throws {
        var set = file([[UInt16](repeating: 500, count: 30), (0..<30).map { UInt16($0) }].map { frame($0) })
        set[0x0020_0032] = nil
        set[0x5200_9230] = .sequence(
            [0, 1].map { [0x0020_9113: .sequence([[0x0020_0032: .text("DS", "0\\0\\\($0)")]])] })
        let image = try read(set)
        #expect(image.ct.voxels[29] == 500 - 1024 && image.ct.voxels[30] == -1024 && image.ct.voxels[59] == 29 - 1024)
    }

    /// Offsets beyond the frame once led the decoder out of its memory.
    @Test func headersThatLieAreRefused() throws {
        let good = frame([UInt16](repeating: 7, count: 30))
        let body = good.dropFirst(64)
        let bad: [Data] = [
            header([64, 0x3935_139E]) + body, header([0xFFFF_FFFF, 66]) + body, header([66, 64]) + body,
            header([0, 64]) + body, header([64, 66], segments: 3) + body, header([64, 66], segments: 0) + body,
            header([64, 68]) + body, good.dropLast(3), good.prefix(64), good.prefix(10), Data(),
            header([64, 66]) + [0x80, 0x80] + body, header([64, 68]) + [29] + body,
        ]
        for (i, frame) in bad.enumerated() {
            guard case .unreadable(_, .damaged) = imagingError({ _ = try read(file([frame])) }) else {
                Issue.record("case \(i) was read")
                continue
            }
        }
    }
}
