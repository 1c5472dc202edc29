import Foundation
import Frames

/// Polygon files (Turk 1994): a text header that describes the elements, then text or binary.
enum PLYFormat {
    enum Scalar {
        case int8, uint8, int16, uint16, int32, uint32, float32, float64

        init?(_ name: Substring) {
            switch name {
            case "char", "int8": self = .int8
            case "uchar", "uint8": self = .uint8
            case "short", "int16": self = .int16
            case "ushort", "uint16": self = .uint16
            case "int", "int32": self = .int32
            case "uint", "uint32": self = .uint32
            case "float", "float32": self = .float32
            case "double", "float64": self = .float64
            default: return nil
            }
        }

        var size: Int {
            switch self {
            case .int8, .uint8: 1
            case .int16, .uint16: 2
            case .int32, .uint32, .float32: 4
            case .float64: 8
            }
        }
    }

    struct Property {
        let name: Substring
        let type: Scalar
        /// The type of the count before a list; `nil` for a single value.
        let countType: Scalar?
    }

    struct Element {
        let name: Substring
        let count: Int
        var properties: [Property] = []
    }

    static func parse(_ bytes: UnsafeRawBufferPointer) throws(MeshFileFault) -> MeshParts {
        var lines = TextLines(bytes)
        guard lines.next() == ["ply"] else { throw lines.fault(.unexpected("no ply at the start")) }
        var elements: [Element] = []
        var order: PLYBody.Order?
        header: while true {
            guard let words = lines.next() else { throw lines.fault(.missingProperty("end_header")) }
            switch words.first {
            case "format": order = try format(words, lines)
            case "element":
                guard words.count == 3, let count = Int(words[2]), count >= 0 else {
                    throw lines.fault(.unexpected(words.joined(separator: " ")))
                }
                guard count <= Int(Int32.max) / 4 else { throw lines.fault(.tooLarge(count)) }
                elements.append(Element(name: words[1], count: count))
            case "property":
                guard !elements.isEmpty else { throw lines.fault(.unexpected("property")) }
                elements[elements.count - 1].properties.append(try property(words, lines))
            case "end_header": break header
            case nil, "comment", "obj_info": continue
            default: throw lines.fault(.unexpected(String((words.first ?? "").prefix(40))))
            }
        }
        guard let order else { throw lines.fault(.missingProperty("format")) }
        return try parts(elements, PLYBody(bytes: bytes, at: lines.at, line: lines.line, order: order))
    }

    private static func format(_ words: [Substring], _ lines: TextLines) throws(MeshFileFault) -> PLYBody.Order {
        switch words.dropFirst().first {
        case "ascii": return .text
        case "binary_little_endian": return .little
        case "binary_big_endian": return .big
        default: throw lines.fault(.unsupported(words.joined(separator: " ")))
        }
    }

    private static func property(_ words: [Substring], _ lines: TextLines) throws(MeshFileFault) -> Property {
        if words.count == 5, words[1] == "list", let count = Scalar(words[2]), let type = Scalar(words[3]) {
            return Property(name: words[4], type: type, countType: count)
        }
        guard words.count == 3, let type = Scalar(words[1]) else {
            throw lines.fault(.unsupported(words.joined(separator: " ")))
        }
        return Property(name: words[2], type: type, countType: nil)
    }

    private static func parts(_ elements: [Element], _ body: PLYBody) throws(MeshFileFault) -> MeshParts {
        var body = body
        var parts = MeshParts()
        for element in elements {
            let axis = ["x", "y", "z"].map { name in
                element.properties.firstIndex { $0.name == name && $0.countType == nil }
            }
            let list = element.properties.firstIndex { $0.name.hasPrefix("vertex_ind") && $0.countType != nil }
            if element.name == "vertex", axis.contains(nil) { throw body.fault(.missingProperty("x, y, z")) }
            if element.name == "face", list == nil { throw body.fault(.missingProperty("vertex_indices")) }
            // a count without content costs no bytes, and must cost no time
            if element.properties.isEmpty, body.order != .text { continue }
            for _ in 0..<element.count {
                try body.beginElement()
                var place = Vector3.zero
                for (i, property) in element.properties.enumerated() {
                    let values = try body.values(property)
                    if element.name == "vertex", let k = axis.firstIndex(of: i) { place[k] = values[0] }
                    if element.name == "face", i == list { parts.add(polygon: try body.indices(values)) }
                }
                if element.name == "vertex" { parts.vertices.append(place) }
            }
        }
        if let bad = parts.triangles.lazy.flatMap({ [$0.x, $0.y, $0.z] }).first(where: { $0 >= parts.vertices.count }) {
            throw body.fault(.vertexIndex(Int(bad), vertexCount: parts.vertices.count))
        }
        return parts
    }

    static func data(of mesh: TriangleMesh) -> Data {
        let header = """
            ply
            format binary_little_endian 1.0
            comment Stylet mesh; patient coordinates (LPS), mm
            element vertex \(mesh.vertices.count)
            property float x
            property float y
            property float z
            element face \(mesh.triangles.count)
            property list uchar int vertex_indices
            end_header

            """
        var data = Data(header.utf8)
        data.reserveCapacity(data.count + 12 * mesh.vertices.count + 13 * mesh.triangles.count)
        for v in mesh.vertices { for k in 0..<3 { data.append(float: v.coordinates[k]) } }
        for t in mesh.triangles {
            data.append(3)
            for k in 0..<3 { data.append(littleEndian: t[k]) }
        }
        return data
    }
}
