import Foundation

/// The text header of a NRRD or MetaImage file: its lines, and where the voxels start after it.
struct TextHeader {
    var lines: [String] = []
    /// The first byte after the header.
    var end = 0

    /// No honest header is longer.
    static let mostBytes = 1 << 20

    /// Takes lines until `isLast` says that one ends the header, which belongs to it.
    init(_ data: Data, until isLast: (String) -> Bool) throws(FileProblem) {
        var start = data.startIndex
        let limit = data.startIndex + min(data.count, Self.mostBytes)
        while start < limit {
            guard let newline = data[start..<limit].firstIndex(of: 0x0A) else { break }
            var bytes = data[start..<newline]
            if bytes.last == 0x0D { bytes = bytes.dropLast() }
            let line = String(decoding: bytes, as: UTF8.self)
            lines.append(line)
            start = newline + 1
            if isLast(line) {
                end = start - data.startIndex
                return
            }
        }
        // A detached header may stop without its closing line.
        if start < limit { lines.append(String(decoding: data[start..<limit], as: UTF8.self)) }
        end = data.count
    }

    /// Finite numbers between spaces or commas; `nil` where any part is none.
    static func numbers(_ text: String) -> [Double]? {
        let parts = text.split { $0 == " " || $0 == "\t" || $0 == "," }.map { Double($0) }
        let found = parts.compactMap { $0 }
        return found.count == parts.count && found.allSatisfy(\.isFinite) ? found : nil
    }

    static func integers(_ text: String) -> [Int]? {
        let parts = text.split { $0 == " " || $0 == "\t" || $0 == "," }.map { Int($0) }
        let found = parts.compactMap { $0 }
        return found.count == parts.count ? found : nil
    }

    /// The bytes of a data file as its header names it: beside the header unless the path is absolute.
    static func sibling(_ name: String, of header: String) throws(FileProblem) -> Data {
        let folder = FilePath.folder(header)
        let path = name.hasPrefix("/") ? name : (folder as NSString).appendingPathComponent(name)
        do { return try FileBytes.read(path) } catch {
            throw error == .notFound ? .dataFileNotFound(name: name) : error
        }
    }
}

/// How the voxels of a header-and-block file are written.
enum BlockEncoding { case raw, gzip, text }

extension StoredVoxels {
    /// Reads the voxels of a header-and-block file, sizes checked before anything is allocated.
    ///
    /// - Parameter skipping: bytes that come before the voxels once they are decompressed.
    static func read(
        count: Int, type: ScalarType, bigEndian: Bool, encoding: BlockEncoding, from data: Data, at offset: Int,
        skipping: Int = 0
    ) throws(FileProblem) -> StoredVoxels {
        let needed = count * type.size
        let left = data.count - offset
        guard offset >= 0, left >= 0 else { throw .truncated(expectedBytes: offset, foundBytes: data.count) }
        switch encoding {
        case .raw:
            guard needed <= left else { throw .truncated(expectedBytes: needed, foundBytes: left) }
            let stored = StoredVoxels(count: count, type: type, bigEndian: bigEndian)
            try stored.fill(from: data, at: offset)
            return stored
        case .gzip:
            try InflateStream.check(needed: needed + skipping, compressed: left)
            let stored = StoredVoxels(count: count, type: type, bigEndian: bigEndian)
            try stored.inflate(
                from: InflateStream(data, from: offset, expecting: needed + skipping), skipping: skipping)
            return stored
        case .text: return try text(count: count, type: type, data[(data.startIndex + offset)...])
        }
    }

    /// Numbers written as text between blanks or commas, each of which `type` must hold.
    private static func text(count: Int, type: ScalarType, _ data: Data) throws(FileProblem) -> StoredVoxels {
        // Each number needs a digit and, but for the last, a blank.
        guard data.count >= 2 * count - 1 else {
            throw .truncated(expectedBytes: 2 * count - 1, foundBytes: data.count)
        }
        let stored = StoredVoxels(count: count, type: .float64, bigEndian: false)
        let values = stored.bytes.bindMemory(to: UInt64.self)
        var found = 0
        var at = data.startIndex
        while found < count {
            while at < data.endIndex, isBlank(data[at]) { at += 1 }
            let start = at
            while at < data.endIndex, !isBlank(data[at]) { at += 1 }
            guard start < at else { throw .truncated(expectedBytes: 2 * count - 1, foundBytes: 2 * found) }
            let word = String(decoding: data[start..<min(at, start + 64)], as: UTF8.self)
            guard let value = Double(word), type.holds(value) else { throw .badHeader(field: "voxel", value: word) }
            values[found] = value.bitPattern.littleEndian
            found += 1
        }
        return stored
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x2C || (0x09...0x0D).contains(byte) }
}
