import Foundation
import Frames

/// Wavefront OBJ: text, vertices `v x y z`, faces `f a b c` with indices from 1, negative ones from the end.
enum OBJFormat {
    static func parse(_ bytes: UnsafeRawBufferPointer) throws(MeshFileFault) -> MeshParts {
        var lines = TextLines(bytes)
        var parts = MeshParts()
        while let words = lines.next() {
            switch words.first {
            case "v": parts.vertices.append(try lines.vector(words.dropFirst()))
            case "f": parts.add(polygon: try face(words.dropFirst(), lines, vertexCount: parts.vertices.count))
            // comments, normals, textures, groups, materials: nothing of the shape
            default: continue
            }
        }
        return parts
    }

    private static func face(
        _ words: ArraySlice<Substring>, _ lines: TextLines, vertexCount: Int
    ) throws(MeshFileFault) -> [Int32] {
        guard words.count >= 3 else { throw lines.fault(.faceCorners(words.count)) }
        var corners: [Int32] = []
        for word in words {
            let text = word.prefix { $0 != "/" }
            guard let number = Int(text), number != 0 else { throw lines.fault(.notANumber(String(word.prefix(40)))) }
            let index = number > 0 ? number - 1 : vertexCount &+ number
            guard index >= 0, index < vertexCount else {
                throw lines.fault(.vertexIndex(number, vertexCount: vertexCount))
            }
            corners.append(Int32(truncatingIfNeeded: index))
        }
        return corners
    }

    static func data(of mesh: TriangleMesh) -> Data {
        var text = "# Stylet mesh; patient coordinates (LPS), mm\n"
        for v in mesh.vertices { text += "v \(v.x) \(v.y) \(v.z)\n" }
        for t in mesh.triangles { text += "f \(t.x + 1) \(t.y + 1) \(t.z + 1)\n" }
        return Data(text.utf8)
    }
}
