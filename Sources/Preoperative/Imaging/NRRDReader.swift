import Foundation
import Frames

/// Reads `.nrrd` and detached `.nhdr` files (teem.sourceforge.net/nrrd/format.html), raw, gzip or text, of one scalar a
/// voxel.
enum NRRDReader {
    static func read(_ path: String) throws(FileProblem) -> GridFile {
        let data = try FileBytes.read(path)
        guard data.starts(with: Data("NRRD000".utf8)) else { throw .unknownFormat }
        let text = try TextHeader(data) { $0.isEmpty }
        let header = try NRRDHeader(text)
        let count = try FileBytes.voxelCount(header.sizes)
        let stored: StoredVoxels
        if let name = header.dataFile {
            stored = try voxels(header, count, try TextHeader.sibling(name, of: path), start: 0)
        } else {
            stored = try voxels(header, count, data, start: text.end)
        }
        let (steps, origin) = header.affine
        let (geometry, deviation) = try GridGeometry.fromFile(
            size: GridSize(header.sizes[0], header.sizes[1], header.sizes[2]), steps: steps, origin: origin,
            convention: header.convention ?? .lps)
        var file = GridFile(geometry: geometry, stored: stored, rescale: .none, description: header.content)
        if deviation > 1e-5 {
            file.irregularities.append(Irregularity(.axesStraightened(deviation: deviation), .mended))
        }
        if header.convention == nil { file.irregularities.append(Irregularity(.noPatientPosition, .forbidsPlanning)) }
        return file
    }

    private static func voxels(
        _ header: NRRDHeader, _ count: Int, _ data: Data, start: Int
    ) throws(FileProblem) -> StoredVoxels {
        var offset = start
        for _ in 0..<header.lineSkip {
            guard let newline = data[(data.startIndex + offset)...].firstIndex(of: 0x0A) else {
                throw .truncated(expectedBytes: data.count + 1, foundBytes: data.count)
            }
            offset = newline - data.startIndex + 1
        }
        let skip = header.byteSkip
        guard skip >= 0 || header.encoding == .raw else { throw .badHeader(field: "byte skip", value: "\(skip)") }
        // Bytes are skipped in what comes out of compressed data; −1 says that raw voxels end the file.
        let inside = header.encoding == .gzip ? skip : 0
        if skip == -1 { offset = max(offset, data.count - count * header.type.size) } else { offset += skip - inside }
        return try .read(
            count: count, type: header.type, bigEndian: header.bigEndian, encoding: header.encoding, from: data,
            at: offset, skipping: inside)
    }
}

/// The entries of a NRRD header that an image needs.
struct NRRDHeader {
    var type = ScalarType.int16
    var sizes: [Int] = []
    var encoding = BlockEncoding.raw
    var bigEndian = false
    var convention: WorldConvention?
    var directions: [Vector3]?
    var spacings: [Double]?
    var origin = Vector3.zero
    var dataFile: String?
    var lineSkip = 0
    var byteSkip = 0
    var content = ""

    static let types: [String: ScalarType] = [
        "signed char": .int8, "int8": .int8, "int8_t": .int8, "uchar": .uint8, "unsigned char": .uint8, "uint8": .uint8,
        "uint8_t": .uint8, "short": .int16, "short int": .int16, "signed short": .int16, "signed short int": .int16,
        "int16": .int16, "int16_t": .int16, "ushort": .uint16, "unsigned short": .uint16, "unsigned short int": .uint16,
        "uint16": .uint16, "uint16_t": .uint16, "int": .int32, "signed int": .int32, "int32": .int32, "int32_t": .int32,
        "uint": .uint32, "unsigned int": .uint32, "uint32": .uint32, "uint32_t": .uint32, "longlong": .int64,
        "long long int": .int64, "signed long long": .int64, "signed long long int": .int64,
        "long long": .int64, "int64": .int64, "int64_t": .int64, "ulonglong": .uint64,
        "unsigned long long int": .uint64, "unsigned long long": .uint64,
        "uint64": .uint64, "uint64_t": .uint64, "float": .float32, "double": .float64,
    ]

    init(_ text: TextHeader) throws(FileProblem) {
        var fields: [String: String] = [:]
        for line in text.lines.dropFirst() where !line.hasPrefix("#") && !line.contains(":=") {
            guard let colon = line.range(of: ": ") ?? line.range(of: ":") else { continue }
            let key = line[..<colon.lowerBound].lowercased()
            fields[key] = line[colon.upperBound...].trimmingCharacters(in: .whitespaces)
        }
        try readLayout(fields)
        try readSpace(fields)
        try readPlace(fields)
        content = fields["content"] ?? ""
    }

    private mutating func readLayout(_ fields: [String: String]) throws(FileProblem) {
        let name = (fields["type"] ?? "").lowercased()
        guard let known = Self.types[name] else { throw .unsupported(field: "type", value: name) }
        type = known
        guard let dimension = fields["dimension"].flatMap({ Int($0) }), dimension == 3 else {
            throw .unsupported(field: "dimension", value: fields["dimension"] ?? "")
        }
        guard let sizes = fields["sizes"].flatMap(TextHeader.integers), sizes.count == dimension else {
            throw .badHeader(field: "sizes", value: fields["sizes"] ?? "")
        }
        self.sizes = sizes
        switch (fields["encoding"] ?? "").lowercased() {
        case "raw": encoding = .raw
        case "gzip", "gz": encoding = .gzip
        case "text", "txt", "ascii": encoding = .text
        case let other: throw .unsupported(field: "encoding", value: other)
        }
        switch fields["endian"]?.lowercased() {
        case "big": bigEndian = true
        case "little": bigEndian = false
        case nil where type.size == 1 || encoding == .text: bigEndian = false
        case let other: throw .badHeader(field: "endian", value: other ?? "")
        }
    }

    private mutating func readSpace(_ fields: [String: String]) throws(FileProblem) {
        switch fields["space"]?.lowercased() {
        case "left-posterior-superior", "lps": convention = .lps
        case "right-anterior-superior", "ras": convention = .ras
        case "left-anterior-superior", "las": convention = .las
        case nil: convention = nil
        case let other: throw .unsupported(field: "space", value: other ?? "")
        }
        try Self.checkUnits(fields["space units"] ?? fields["units"])
        if let text = fields["space directions"] {
            let vectors = try Self.vectors(text, field: "space directions")
            guard vectors.count == 3 else { throw .badHeader(field: "space directions", value: text) }
            directions = vectors
        } else if let text = fields["spacings"] {
            guard let numbers = TextHeader.numbers(text), numbers.count == 3 else {
                throw .badHeader(field: "spacings", value: text)
            }
            spacings = numbers
        }
        if let text = fields["space origin"] {
            let vectors = try Self.vectors(text, field: "space origin")
            guard vectors.count == 1 else { throw .badHeader(field: "space origin", value: text) }
            origin = vectors[0]
        }
    }

    /// Lengths are millimetres: any other unit that is named would be read as a patient of another size.
    private static func checkUnits(_ text: String?) throws(FileProblem) {
        let units = (text ?? "").lowercased().split { $0 == " " || $0 == "\t" || $0 == "\"" }
        for unit in units where !["mm", "millimeter", "millimeters", "millimetre", "???"].contains(unit) {
            throw .unsupported(field: "space units", value: String(unit))
        }
    }

    /// `(1,0,0) (0,1,0)` as vectors.
    private static func vectors(_ text: String, field: String) throws(FileProblem) -> [Vector3] {
        var found: [Vector3] = []
        for part in text.split(separator: ")") where !part.allSatisfy(\.isWhitespace) {
            let inside = part.trimmingCharacters(in: .whitespaces)
            guard inside.hasPrefix("("), let n = TextHeader.numbers(String(inside.dropFirst())), n.count == 3 else {
                throw .badHeader(field: field, value: text)
            }
            found.append(Vector3(n[0], n[1], n[2]))
        }
        return found
    }

    private mutating func readPlace(_ fields: [String: String]) throws(FileProblem) {
        lineSkip = (fields["line skip"] ?? fields["lineskip"]).flatMap { Int($0) } ?? 0
        byteSkip = (fields["byte skip"] ?? fields["byteskip"]).flatMap { Int($0) } ?? 0
        guard (0...100_000).contains(lineSkip) else { throw .badHeader(field: "line skip", value: "\(lineSkip)") }
        guard (-1...(1 << 40)).contains(byteSkip) else { throw .badHeader(field: "byte skip", value: "\(byteSkip)") }
        dataFile = fields["data file"] ?? fields["datafile"]
        if let name = dataFile, name.hasPrefix("LIST") || name.contains("%") {
            throw .unsupported(field: "data file", value: name)
        }
    }

    /// Steps of one voxel as columns, and the centre of voxel (0, 0, 0), in the header's own space.
    var affine: (steps: Matrix3, origin: Vector3) {
        if let d = directions { return (Matrix3(columns: d[0], d[1], d[2]), origin) }
        let s = spacings ?? [1, 1, 1]
        return (Matrix3(diagonal: Vector3(s[0], s[1], s[2])), origin)
    }
}
