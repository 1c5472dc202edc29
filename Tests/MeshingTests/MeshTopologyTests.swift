import Frames
import Meshing
import Testing

@Suite struct MeshTopologyTests {
    @Test func eachFaultIsNamed() throws {
        let box = try MeshSamples.box(.zero, Vector3(1, 1, 1))
        #expect(box.defects == [] && box.isWatertight && abs(box.volume - 1) < 1e-12 && abs(box.area - 6) < 1e-12)
        let open = try TriangleMesh(vertices: box.vertices, triangles: Array(box.triangles.dropLast()))
        #expect(open.defects == [.openEdges(3)] && !open.isWatertight)
        var turned = box.triangles
        turned[0] = SIMD3(turned[0].x, turned[0].z, turned[0].y)
        #expect(try TriangleMesh(vertices: box.vertices, triangles: turned).defects == [.inconsistentWinding(3)])
        #expect(box.reversed.defects == [.invertedBodies(1)])
        let twice = try TriangleMesh(vertices: box.vertices, triangles: box.triangles + box.triangles)
        #expect(twice.defects.contains(.nonManifoldEdges(18)))
        #expect(try TriangleMesh(vertices: [], triangles: []).defects == [.empty])
    }

    @Test func twoBoxesThatShareACornerAreNoManifold() throws {
        let (a, b) = (
            try MeshSamples.box(.zero, Vector3(1, 1, 1)), try MeshSamples.box(Vector3(1, 1, 1), Vector3(2, 2, 2))
        )
        // corner 7 of the first is corner 0 of the second
        let shifted = b.triangles.map { t in
            SIMD3<Int32>(t.x == 0 ? 7 : t.x + 8, t.y == 0 ? 7 : t.y + 8, t.z == 0 ? 7 : t.z + 8)
        }
        let joined = try TriangleMesh(vertices: a.vertices + b.vertices, triangles: a.triangles + shifted)
        #expect(joined.defects.contains(.nonManifoldVertices(1)))
        let apart = try TriangleMesh(
            vertices: a.vertices + b.vertices, triangles: a.triangles + b.triangles.map { $0 &+ 8 })
        #expect(apart.defects == [.coincidentVertices(1)] && apart.components.count == 2)
    }

    @Test func aCavityIsNoFault() throws {
        let (outer, inner) = (
            try MeshSamples.box(.zero, Vector3(4, 4, 4)),
            try MeshSamples.box(Vector3(1, 1, 1), Vector3(2, 2, 2)).reversed
        )
        let hollow = try TriangleMesh(
            vertices: outer.vertices + inner.vertices, triangles: outer.triangles + inner.triangles.map { $0 &+ 8 })
        #expect(hollow.defects == [] && abs(hollow.volume - 63) < 1e-12)
    }

    @Test func badIndicesAreRefused() {
        #expect(throws: MeshingError.vertexOutOfRange(triangle: 0, vertex: 3, vertexCount: 3)) {
            try TriangleMesh(vertices: [.origin, .origin, .origin], triangles: [SIMD3(0, 1, 3)])
        }
        #expect(throws: MeshingError.notFinite(vertex: 1)) {
            try TriangleMesh(vertices: [.origin, Point(.nan, 0, 0)], triangles: [])
        }
    }
}
