import Foundation
import Frames

/// Reads MetaImage files, `.mha` and `.mhd` (itk.org/Wiki/ITK/MetaIO/Documentation), of one scalar a voxel.
enum MetaImageReader {
    static let types: [String: ScalarType] = [
        "MET_CHAR": .int8, "MET_UCHAR": .uint8, "MET_SHORT": .int16, "MET_USHORT": .uint16, "MET_INT": .int32,
        "MET_UINT": .uint32, "MET_LONG_LONG": .int64, "MET_ULONG_LONG": .uint64, "MET_FLOAT": .float32,
        "MET_DOUBLE": .float64,
    ]

    static func read(_ path: String) throws(FileProblem) -> GridFile {
        let data = try FileBytes.read(path)
        let text = try TextHeader(data) { $0.hasPrefix("ElementDataFile") }
        let fields = fields(text)
        guard fields["NDims"] != nil, let place = fields["ElementDataFile"] else { throw .unknownFormat }
        guard fields["NDims"] == "3" else { throw .unsupported(field: "NDims", value: fields["NDims"] ?? "") }
        let name = fields["ElementType"] ?? ""
        guard let type = types[name] else { throw .unsupported(field: "ElementType", value: name) }
        guard let sizes = fields["DimSize"].flatMap(TextHeader.integers), sizes.count == 3 else {
            throw .badHeader(field: "DimSize", value: fields["DimSize"] ?? "")
        }
        let count = try FileBytes.voxelCount(sizes)
        if let channels = fields["ElementNumberOfChannels"], channels != "1" {
            throw .unsupported(field: "ElementNumberOfChannels", value: channels)
        }
        try checkMeaning(fields)
        let encoding: BlockEncoding =
            !isTrue(fields["BinaryData"] ?? "True")
            ? .text : isTrue(fields["CompressedData"] ?? "False") ? .gzip : .raw
        let big = isTrue(fields["BinaryDataByteOrderMSB"] ?? fields["ElementByteOrderMSB"] ?? "False")
        let stored = try voxels(place, path, fields, data, text.end) { (data, offset) throws(FileProblem) in
            try .read(
                count: count, type: type, bigEndian: big, encoding: encoding, from: data,
                at: offset ?? max(0, data.count - count * type.size))
        }
        return try assemble(fields, GridSize(sizes[0], sizes[1], sizes[2]), stored)
    }

    /// Refuses what would make other numbers or another kind of thing of the voxels.
    private static func checkMeaning(_ fields: [String: String]) throws(FileProblem) {
        if let kind = fields["ObjectType"], kind != "Image" { throw .unsupported(field: "ObjectType", value: kind) }
        for (key, usual) in [("ElementToIntensityFunctionSlope", 1.0), ("ElementToIntensityFunctionOffset", 0)] {
            guard let text = fields[key], Double(text) != usual else { continue }
            throw .unsupported(field: key, value: text)
        }
    }

    private static func fields(_ text: TextHeader) -> [String: String] {
        var fields: [String: String] = [:]
        for line in text.lines {
            guard let equals = line.firstIndex(of: "=") else { continue }
            let key = line[..<equals].trimmingCharacters(in: .whitespaces)
            fields[key] = line[line.index(after: equals)...].trimmingCharacters(in: .whitespaces)
        }
        return fields
    }

    private static func isTrue(_ text: String) -> Bool { text.lowercased().hasPrefix("t") || text == "1" }

    /// Finds the block of voxels; an offset of `nil` says that it is the end of its file (`HeaderSize = -1`).
    private static func voxels(
        _ place: String, _ path: String, _ fields: [String: String], _ data: Data, _ end: Int,
        _ read: (Data, Int?) throws(FileProblem) -> StoredVoxels
    ) throws(FileProblem) -> StoredVoxels {
        if place.uppercased() == "LOCAL" { return try read(data, end) }
        guard !place.hasPrefix("LIST"), !place.contains("%") else {
            throw .unsupported(field: "ElementDataFile", value: place)
        }
        let skip = fields["HeaderSize"].map { Int($0) } ?? 0
        guard let skip, (-1...(1 << 40)).contains(skip) else {
            throw .badHeader(field: "HeaderSize", value: fields["HeaderSize"] ?? "")
        }
        return try read(try TextHeader.sibling(place, of: path), skip < 0 ? nil : skip)
    }

    /// Three numbers under the first of `keys` that is there, else `standard`.
    private static func three(
        _ fields: [String: String], _ keys: [String], _ standard: Vector3
    ) throws(FileProblem) -> Vector3 {
        guard let key = keys.first(where: { fields[$0] != nil }), let text = fields[key] else { return standard }
        guard let n = TextHeader.numbers(text), n.count == 3 else { throw .badHeader(field: key, value: text) }
        return Vector3(n[0], n[1], n[2])
    }

    private static func assemble(
        _ fields: [String: String], _ size: GridSize, _ stored: StoredVoxels
    ) throws(FileProblem) -> GridFile {
        let spacing = try three(fields, ["ElementSpacing", "ElementSize"], Vector3(1, 1, 1))
        guard spacing.min() > 0 else {
            throw .badHeader(field: "ElementSpacing", value: fields["ElementSpacing"] ?? "")
        }
        let origin = try three(fields, ["Offset", "Position", "Origin"], .zero)
        var axes = Matrix3.identity
        if let text = fields["TransformMatrix"] ?? fields["Rotation"] ?? fields["Orientation"] {
            guard let n = TextHeader.numbers(text), n.count == 9 else {
                throw .badHeader(field: "TransformMatrix", value: text)
            }
            axes = Matrix3(columns: Vector3(n[0], n[1], n[2]), Vector3(n[3], n[4], n[5]), Vector3(n[6], n[7], n[8]))
        }
        let unit = (axes.transposed * axes - .identity).largestMagnitude
        guard unit < 1e-3 else { throw .sheared(deviation: unit) }
        let (geometry, deviation) = try GridGeometry.fromFile(
            size: size, steps: axes * Matrix3(diagonal: spacing), origin: origin, convention: .lps)
        var file = GridFile(geometry: geometry, stored: stored, rescale: .none, description: fields["Comment"] ?? "")
        if deviation > 1e-5 {
            file.irregularities.append(Irregularity(.axesStraightened(deviation: deviation), .mended))
        }
        let placing = ["Offset", "Position", "Origin", "TransformMatrix", "Rotation", "Orientation"]
        if placing.allSatisfy({ fields[$0] == nil }) {
            file.irregularities.append(Irregularity(.noPatientPosition, .forbidsPlanning))
        }
        return file
    }
}
