import CZlib
import Foundation

/// Deflates data in memory, on all cores: pieces end on byte borders and follow one another as one ordinary stream, whose
/// checksum is put together from theirs (as in pigz, Adler 2007).
enum Deflate {
    enum Container { case gzip, zlib }

    /// Bytes that are deflated apart from the rest.
    private static let pieceSize = 1 << 20

    /// `head` and then `body`, as one compressed stream.
    ///
    /// - Throws: `WriteProblem.failed` where zlib fails, which it does for want of memory alone.
    static func compress(
        head: [UInt8] = [], _ body: UnsafeRawBufferPointer, as container: Container, level: Int32 = 4,
        progress: ProgressReport? = nil
    ) throws(WriteProblem) -> Data {
        let total = body.count
        let count = max(1, (total + pieceSize - 1) / pieceSize) + 1
        var pieces = [Piece](repeating: Piece(), count: count)
        let done = ProgressCounter(total: count, report: progress)
        pieces.withUnsafeMutableBufferPointer { pieces in
            let (pieces, bytes) = (SharedBuffer(pieces), SharedReadBuffer(body.bindMemory(to: UInt8.self)))
            parallelFor(count) { i in
                // Piece 0 is the head, so that the others stay aligned.
                let range = i == 0 ? 0..<0 : min((i - 1) * pieceSize, total)..<min(i * pieceSize, total)
                let part = UnsafeBufferPointer(rebasing: bytes.pointer[range])
                pieces[i] =
                    i == 0
                    ? head.withUnsafeBufferPointer { Piece($0, container, level, isLast: false) }
                    : Piece(part, container, level, isLast: i == count - 1)
                done.advance()
            }
        }
        if let status = pieces.lazy.compactMap(\.problem).first { throw .failed("zlib error \(status)") }
        return assemble(pieces, container)
    }

    private static func assemble(_ pieces: [Piece], _ container: Container) -> Data {
        var checksum = container == .gzip ? crc32(0, nil, 0) : adler32(0, nil, 0)
        var length = 0
        // Headers of RFC 1952 (deflate, no name, no time, unknown system) and RFC 1950 (window of 32 kB, fast).
        var output = Data(container == .gzip ? [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255] : [0x78, 0x5E])
        output.reserveCapacity(pieces.reduce(32) { $0 + $1.bytes.count })
        for piece in pieces {
            output.append(piece.bytes)
            checksum =
                container == .gzip
                ? crc32_combine(checksum, piece.checksum, piece.length)
                : adler32_combine(checksum, piece.checksum, piece.length)
            length += piece.length
        }
        let sum = UInt32(truncatingIfNeeded: checksum)
        switch container {
        case .gzip:
            for word in [sum, UInt32(truncatingIfNeeded: length)] {
                withUnsafeBytes(of: word.littleEndian) { output.append(contentsOf: $0) }
            }
        case .zlib: withUnsafeBytes(of: sum.bigEndian) { output.append(contentsOf: $0) }
        }
        return output
    }
}

/// One piece of a stream, deflated without a header.
private struct Piece: Sendable {
    var bytes = Data()
    var checksum: uLong = 0
    var length = 0
    /// zlib's status where it failed.
    var problem: Int32?

    init() {}

    init(_ input: UnsafeBufferPointer<UInt8>, _ container: Deflate.Container, _ level: Int32, isLast: Bool) {
        length = input.count
        let (start, size) = (input.baseAddress, uInt(input.count))
        checksum = container == .gzip ? crc32(0, nil, 0) : adler32(0, nil, 0)
        if size > 0 { checksum = container == .gzip ? crc32(checksum, start, size) : adler32(checksum, start, size) }
        var stream = z_stream()
        let started = czlib_deflate_raw(&stream, level)
        guard started == Z_OK else {
            problem = started
            return
        }
        defer { deflateEnd(&stream) }
        let room = Int(deflateBound(&stream, uLong(size))) + 64
        bytes = Data(count: room)
        stream.next_in = UnsafeMutablePointer(mutating: start)
        stream.avail_in = size
        let status = bytes.withUnsafeMutableBytes { buffer -> Int32 in
            stream.next_out = buffer.bindMemory(to: Bytef.self).baseAddress
            stream.avail_out = uInt(room)
            return deflate(&stream, isLast ? Z_FINISH : Z_SYNC_FLUSH)
        }
        bytes.removeLast(Int(stream.avail_out))
        // An empty piece has nothing to flush, which zlib calls a buffer error.
        let isDone = status == (isLast ? Z_STREAM_END : Z_OK) || (!isLast && length == 0 && status == Z_BUF_ERROR)
        if !isDone || stream.avail_in > 0 { problem = status }
    }
}
