import Foundation
import Frames
import Imaging
import TestSupport
import Testing

@testable import Meshing

/// Damaged meshes: an answer or an error, never a crash, a hang or memory out of proportion.
@Suite struct FuzzTests {
    static let textPLY = """
        ply
        format ascii 1.0
        element vertex 4
        property float x
        property float y
        property float z
        element face 4
        property list uchar int vertex_indices
        end_header
        0 0 0
        1 0 0
        0 1 0
        0 0 1
        3 0 2 1
        3 0 1 3
        3 1 2 3
        3 0 3 2

        """
    static let textSTL = """
        solid a
        facet normal 0 0 1
        outer loop
        vertex 0 0 0
        vertex 1 0 0
        vertex 0 1 0
        endloop
        endfacet
        endsolid a

        """

    private func tetrahedron() throws -> TriangleMesh {
        try TriangleMesh(
            vertices: [Point(0, 0, 0), Point(9, 0, 0), Point(0, 9, 0), Point(0, 0, 9)],
            triangles: [SIMD3(0, 2, 1), SIMD3(0, 1, 3), SIMD3(1, 2, 3), SIMD3(0, 3, 2)])
    }

    @Test(arguments: ["stl", "ply", "obj", "text.ply", "text.stl"]) func meshes(_ kind: String) throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("hurt." + kind).path
        let whole: [UInt8]
        switch kind {
        case "text.ply": whole = Array(Self.textPLY.utf8)
        case "text.stl": whole = Array(Self.textSTL.utf8)
        default: whole = [UInt8](MeshFile.data(of: try tetrahedron(), as: try #require(MeshFile.Format(path: path))))
        }
        let outcome = try fuzz(whole) { bytes in
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            guard let mesh = try? MeshFile.read(path) else { return false }
            let isFinite = mesh.vertices.allSatisfy { $0.isFinite }
            #expect(isFinite)
            return mesh.triangles.allSatisfy { $0.min() >= 0 && Int($0.max()) < mesh.vertices.count }
        }
        #expect(outcome.isTelling && outcome.slowest < 5, "\(outcome)")
    }
}
