import Foundation
import Frames
import TestSupport
import Testing

@testable import Imaging

/// zlib's own inflate judges the streams, which are put together from pieces.
@Suite struct DeflateTests {
    @Test(arguments: [0, 1, 1 << 20, (1 << 20) + 1, 2_500_000], [true, false])
    func piecesAreOneStream(_ count: Int, _ gzip: Bool) throws {
        var g = SeededGenerator(seed: UInt64(count))
        // Half noise, half runs, so that both kinds of blocks occur.
        let bytes = (0..<count).map { $0 % 5000 < 2500 ? UInt8(truncatingIfNeeded: g.next()) : 7 }
        let head: [UInt8] = [1, 2, 3]
        let packed = try bytes.withUnsafeBytes {
            try Deflate.compress(head: gzip ? head : [], $0, as: gzip ? .gzip : .zlib)
        }
        let stream = try InflateStream(packed, expecting: 1)
        #expect(try stream.read(most: count + 100) == (gzip ? head : []) + bytes)
        try stream.checkEnd()
        // The last bytes are the checksum (and the length): any change there must be found.
        var wrong = packed
        wrong[wrong.count - (gzip ? 5 : 1)] ^= 1
        #expect(throws: FileProblem.self) {
            let stream = try InflateStream(wrong, expecting: 1)
            _ = try stream.read(most: count + 100)
            try stream.checkEnd()
        }
    }

    @Test func readersMayRunSideBySide() throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let images = try (0..<4).map { try RandomImage.ct($0 * 2) }
        for (i, ct) in images.enumerated() { try ImageWriter.writeDICOM(ct: ct, to: folder.path + "/\(i)") }
        var same = [Bool](repeating: false, count: 16)
        let path = folder.path
        same.withUnsafeMutableBufferPointer { buffer in
            let same = SharedBuffer(buffer)
            parallelFor(16) {
                same[$0] = (try? ImageReader.read(path + "/\($0 % 4)"))?.ct.voxels == images[$0 % 4].voxels
            }
        }
        #expect(same.allSatisfy { $0 })
    }
}
