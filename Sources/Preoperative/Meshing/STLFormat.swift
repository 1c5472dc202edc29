import Foundation
import Frames

/// Stereolithography files: loose triangles, no units, no vertex shared.
enum STLFormat {
    /// 80 bytes of header, the number of triangles, then 50 bytes each: normal, three corners, two spare bytes.
    static let headerSize = 84, recordSize = 50

    static func parse(_ bytes: UnsafeRawBufferPointer) throws(MeshFileFault) -> MeshParts {
        // text files begin with "solid"; so do some binary ones, whose size gives them away
        let says = bytes.prefix(5).elementsEqual(Array("solid".utf8))
        let fits = bytes.count >= headerSize && bytes.count == headerSize + recordSize * Int(bytes.uint32(at: 80))
        return says && !fits ? try parseText(bytes) : try parseBinary(bytes)
    }

    static func parseBinary(_ bytes: UnsafeRawBufferPointer) throws(MeshFileFault) -> MeshParts {
        func truncated(_ expected: Int) -> MeshFileFault {
            MeshFileFault(at: .byte(bytes.count), problem: .truncated(expectedBytes: expected, foundBytes: bytes.count))
        }
        guard bytes.count >= headerSize else { throw truncated(headerSize) }
        let count = Int(bytes.uint32(at: 80))
        guard bytes.count >= headerSize + recordSize * count else { throw truncated(headerSize + recordSize * count) }
        var merger = VertexMerger()
        var triangles: [SIMD3<Int32>] = []
        triangles.reserveCapacity(count)
        for i in 0..<count {
            var corners = SIMD3<Int32>()
            for k in 0..<3 {
                let at = headerSize + recordSize * i + 12 + 12 * k
                let place = Vector3(bytes.float(at: at), bytes.float(at: at + 4), bytes.float(at: at + 8))
                guard place.isFinite else { throw MeshFileFault(at: .byte(at), problem: .notANumber("\(place)")) }
                corners[k] = merger.index(of: place)
            }
            triangles.append(corners)
        }
        return MeshParts(vertices: merger.vertices, triangles: triangles)
    }

    static func parseText(_ bytes: UnsafeRawBufferPointer) throws(MeshFileFault) -> MeshParts {
        var lines = TextLines(bytes)
        var merger = VertexMerger()
        var parts = MeshParts()
        var loop: [Int32] = []
        var ended = false
        while let words = lines.next() {
            switch words.first?.lowercased() {
            case nil, "facet", "endfacet": continue
            case "solid": ended = false
            case "endsolid": ended = true
            case "outer": loop = []
            case "vertex": loop.append(merger.index(of: try lines.vector(words.dropFirst())))
            case "endloop":
                guard loop.count == 3 else { throw lines.fault(.faceCorners(loop.count)) }
                parts.triangles.append(SIMD3(loop[0], loop[1], loop[2]))
                loop = []
            default: throw lines.fault(.unexpected(String(words[0].prefix(40))))
            }
        }
        guard ended else { throw lines.fault(.truncated(expectedBytes: bytes.count + 1, foundBytes: bytes.count)) }
        parts.vertices = merger.vertices
        return parts
    }

    static func data(of mesh: TriangleMesh) -> Data {
        var data = Data(capacity: headerSize + recordSize * mesh.triangles.count)
        let title = Array("Stylet mesh; patient coordinates (LPS), mm".utf8)
        data.append(contentsOf: title + [UInt8](repeating: 0, count: 80 - title.count))
        data.append(littleEndian: UInt32(mesh.triangles.count))
        for i in mesh.triangles.indices {
            let normal = normalized(mesh.areaVector(i)) ?? .zero
            let (a, b, c) = mesh.corners(i)
            for v in [normal, a.coordinates, b.coordinates, c.coordinates] {
                for k in 0..<3 { data.append(float: v[k]) }
            }
            data.append(littleEndian: UInt16(0))
        }
        return data
    }
}
