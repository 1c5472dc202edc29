import CZlib
import Foundation

/// Inflates gzip or zlib data from memory, part by part, so that a header is seen before its voxels are allocated.
final class InflateStream {
    private var stream = z_stream()
    private let input: Data
    private let expected: Int
    private var position: Int
    private var decoded = 0
    private var ended = false

    /// Deflate cannot shrink data further than 1032:1, so a header that asks for more than that lies.
    static let greatestRatio = 1032

    /// - Parameter expecting: the bytes that the caller needs in all, for the error of data that stop early.
    init(_ input: Data, from offset: Int = 0, expecting: Int) throws(FileProblem) {
        self.input = input
        expected = expecting
        position = offset
        guard czlib_inflate_any(&stream) == Z_OK else { throw .damaged("zlib") }
    }

    deinit { inflateEnd(&stream) }

    /// Fills `output` as far as the data reaches; returns the bytes written. Members of a file that follow one another are
    /// read as one, as `gzip` does.
    func read(into output: UnsafeMutableRawBufferPointer) throws(FileProblem) -> Int {
        var written = 0
        while written < output.count, !ended {
            let room = min(output.count - written, 1 << 30)
            let feed = min(input.count - position, 1 << 30)
            let status = input.withUnsafeBytes { bytes -> Int32 in
                stream.next_in = UnsafeMutablePointer(
                    mutating: bytes.baseAddress?.advanced(by: position).assumingMemoryBound(to: Bytef.self))
                stream.avail_in = uInt(feed)
                stream.next_out = output.baseAddress?.advanced(by: written).assumingMemoryBound(to: Bytef.self)
                stream.avail_out = uInt(room)
                return inflate(&stream, Z_NO_FLUSH)
            }
            position += feed - Int(stream.avail_in)
            written += room - Int(stream.avail_out)
            decoded += room - Int(stream.avail_out)
            try advance(status, stalled: feed == 0 && Int(stream.avail_out) == room)
        }
        return written
    }

    private func advance(_ status: Int32, stalled: Bool) throws(FileProblem) {
        switch status {
        case Z_STREAM_END:
            let more = position + 1 < input.count && input[position] == 0x1F && input[position + 1] == 0x8B
            if more { inflateReset(&stream) } else { ended = true }
        case Z_OK, Z_BUF_ERROR:
            if stalled { throw .compressedDataEnds(expectedBytes: expected, decodedBytes: decoded) }
        default: throw .damaged(stream.msg.map { String(cString: $0) } ?? "zlib error \(status)")
        }
    }

    /// Refuses a header that asks for more bytes than `compressed` ones can hold, before anything is allocated for them.
    static func check(needed: Int, compressed: Int) throws(FileProblem) {
        let (most, overflow) = compressed.multipliedReportingOverflow(by: greatestRatio)
        guard overflow || needed <= most else {
            throw .compressedTooShort(expectedBytes: needed, compressedBytes: compressed)
        }
    }

    /// The next bytes, fewer where the data ends.
    func read(most: Int) throws(FileProblem) -> [UInt8] {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: most, alignment: 1)
        defer { buffer.deallocate() }
        let found = try read(into: buffer)
        return Array(buffer[..<found])
    }

    /// The first bytes, as many as there are of `most` in data that may stop early.
    func prefix(most: Int) throws(FileProblem) -> [UInt8] {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: most, alignment: 1)
        defer { buffer.deallocate() }
        do throws(FileProblem) { _ = try read(into: buffer) } catch {
            guard case .compressedDataEnds = error else { throw error }
        }
        return Array(buffer[..<decoded])
    }

    /// Checks the sum at the end of the data by reading on; more voxels than the header named are no error.
    func checkEnd() throws(FileProblem) { _ = try read(most: 4096) }
}
