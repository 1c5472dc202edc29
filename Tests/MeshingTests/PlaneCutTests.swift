import Frames
import Meshing
import Testing

@Suite struct PlaneCutTests {
    @Test func aSphereIsCutInCircles() throws {
        let mesh = try MeshSamples.sphere(radius: 10, step: 0.7)
        let normal = try #require(Direction<CT>(Vector3(1, 2, -1)))
        for height in [-7.0, 0, 3.5] {
            let contours = mesh.contours(through: Point(normal.vector * height), normal: normal)
            #expect(contours.count == 1 && contours[0].isClosed)
            let radius = (100 - height * height).squareRoot()
            #expect(abs(contours[0].length / (2 * .pi * radius) - 1) < 0.01)
            // anticlockwise against the normal: the enclosed area vector points along it
            let p = contours[0].points.map(\.coordinates)
            let area = p.indices.reduce(Vector3.zero) { $0 + cross(p[$1], p[($1 + 1) % p.count]) } / 2
            #expect(abs(dot(area, normal.vector) / (.pi * radius * radius) - 1) < 0.02)
        }
        #expect(mesh.contours(through: Point(0, 0, 11), normal: .z).isEmpty)
    }

    @Test func aPlaneThroughVerticesMakesClosedLinesToo() throws {
        let box = try MeshSamples.box(.zero, Vector3(2, 2, 2))
        let diagonal = try #require(Direction<CT>(Vector3(1, -1, 0)))
        let contours = box.contours(through: .origin, normal: diagonal)
        #expect(contours.count == 1 && contours[0].isClosed)
        let open = try TriangleMesh(vertices: box.vertices, triangles: Array(box.triangles.dropFirst(2)))
        let cut = open.contours(through: Point(1, 1, 1), normal: .z)
        #expect(cut.count == 1 && !cut[0].isClosed && abs(cut[0].length - 6) < 1e-12)
    }
}
