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

    /// A data file's path, as its header names it: beside the header unless it is absolute.
    static func sibling(_ name: String, of header: String) -> String {
        if name.hasPrefix("/") { return name }
        let folder = (header as NSString).deletingLastPathComponent
        return (folder as NSString).appendingPathComponent(name)
    }
}

extension StoredVoxels {
    /// Reads the voxels of a header-and-block file: raw or compressed, sizes checked before anything is allocated.
    static func read(
        count: Int, type: ScalarType, bigEndian: Bool, compressed: Bool, from data: Data, at offset: Int
    ) throws(FileProblem) -> StoredVoxels {
        let needed = count * type.size
        let left = data.count - offset
        guard offset >= 0, left >= 0 else { throw .truncated(expectedBytes: offset, foundBytes: data.count) }
        let most = compressed ? left.multipliedReportingOverflow(by: InflateStream.greatestRatio).partialValue : left
        guard needed <= most else { throw .truncated(expectedBytes: needed, foundBytes: left) }
        let stored = StoredVoxels(count: count, type: type, bigEndian: bigEndian)
        if compressed {
            try stored.inflate(from: InflateStream(data, from: offset))
        } else {
            try stored.fill(from: data, at: offset)
        }
        return stored
    }
}
