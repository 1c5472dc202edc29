import Frames
import Imaging
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

    /// A cap of height h has the volume πh²(3r − h)/3, and both parts make the whole.
    @Test func partsOfASphereAreSolid() throws {
        let mesh = try MeshSamples.sphere(radius: 10, step: 0.7)
        let normal = try #require(Direction<CT>(Vector3(1, 2, -1)))
        for height in [-7.0, 0, 3.5] {
            let point = Point<CT>(normal.vector * height)
            let behind = try mesh.cut(behind: point, normal: normal)
            let before = try mesh.cut(behind: point, normal: -normal)
            #expect(behind.defects.isEmpty && before.defects.isEmpty, "\(behind.defects) \(before.defects)")
            #expect(abs(behind.volume + before.volume - mesh.volume) < 1e-6)
            let cap = Double.pi * (10 - height) * (10 - height) * (20 + height) / 3
            #expect(abs(before.volume / cap - 1) < 0.01)
            let highest = behind.vertices.map { dot($0.coordinates, normal.vector) }.max()
            #expect(abs((highest ?? 99) - height) < 1e-9)
        }
        #expect(try mesh.cut(behind: Point(0, 0, -11), normal: .z).triangles.isEmpty)
        #expect(try mesh.cut(behind: Point(0, 0, 11), normal: .z) == mesh)
    }

    /// A box with a tunnel and a cavity: the cut face has holes, one of which reaches no other surface of the part.
    @Test func facesWithHolesAreFilled() throws {
        let grid = try GridGeometry(
            size: GridSize(46, 40, 38), spacing: Vector3(repeating: 1), origin: .origin)
        let mesh = try SurfaceExtraction.isosurface(on: grid) { p in
            let q = p.coordinates - Vector3(22, 19, 18)
            let block = Vector3(abs(q.x) - 18, abs(q.y) - 14, abs(q.z) - 13).max()
            let tunnel = 4 - length(Vector3(q.x + 9, q.y, 0))
            let cavity = 5 - length(q - Vector3(8, 2, 1))
            return max(block, tunnel, cavity)
        }
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<40 {
            let axis = Vector3(
                Double.random(in: -1...1, using: &generator), Double.random(in: -1...1, using: &generator), 1)
            let normal = try #require(Direction<CT>(axis))
            let point = Point<CT>(22, 19, 18 + Double.random(in: -9...9, using: &generator))
            let parts = try [normal, -normal].map { try mesh.cut(behind: point, normal: $0) }
            let defects = parts.flatMap { $0.defects }
            #expect(defects.isEmpty, "\(axis) \(point) \(defects)")
            #expect(abs(parts[0].volume + parts[1].volume - mesh.volume) < 1e-5)
        }
    }

    /// Planes through vertices, edges and whole faces.
    @Test func planesInFacesAndCorners() throws {
        let box = try MeshSamples.box(.zero, Vector3(2, 2, 2))
        #expect(try box.cut(behind: Point(0, 0, 2), normal: .z).volume == 8)
        #expect(try box.cut(behind: Point(0, 0, 0), normal: .z).triangles.isEmpty)
        let diagonal = try #require(Direction<CT>(Vector3(1, -1, 0)))
        let half = try box.cut(behind: .origin, normal: diagonal)
        #expect(half.defects.isEmpty && abs(half.volume - 4) < 1e-12)
        let open = try TriangleMesh(vertices: box.vertices, triangles: Array(box.triangles.dropFirst(2)))
        #expect(throws: MeshingError.self) { _ = try open.cut(behind: Point(1, 1, 1), normal: .z) }
    }
}
