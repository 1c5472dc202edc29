import Frames
import Imaging
import Meshing
import Testing

@Suite struct SimplificationTests {
    @Test(arguments: [0.05, 0.2, 0.5])
    func staysWithinItsBoundAndSound(bound: Double) throws {
        let labels = try MeshSamples.label(GridSize(50, 44, 30), spacing: Vector3(0.8, 0.8, 1.2)) { p in
            let q = (p - Vector3(25, 22, 15)) * Vector3(0.8, 0.8, 1.2)
            let ring = (length(Vector3(q.x, q.y, 0)) - 11) * (length(Vector3(q.x, q.y, 0)) - 11) + q.z * q.z
            return ring < 20 || length(q * Vector3(1, 3, 3)) < 15
        }
        let mesh = try SurfaceExtraction.surface(of: AnatomicalLabel(22), in: labels)
        let small = try mesh.simplified(maxError: bound)
        #expect(small.defects == [])
        // measured anew, with points that the bound was not checked at
        var random = SeededGenerator(seed: 1)
        for (from, to) in [(mesh, MeshTree(small)), (small, MeshTree(mesh))] {
            var worst = 0.0
            for _ in 0..<4000 {
                let (a, b, c) = from.corners(Int(random.next() % UInt64(from.triangles.count)))
                let (s, t) = (random.uniform().squareRoot(), random.uniform())
                let p = a.coordinates * (1 - s) + b.coordinates * (s * (1 - t)) + c.coordinates * (s * t)
                worst = max(worst, to.closestPoint(to: Point(p))?.distance ?? 9)
            }
            #expect(worst <= bound * 1.02)
        }
        print("simplified to \(bound) mm: \(mesh.triangles.count) → \(small.triangles.count) triangles")
        #expect(small.triangles.count < mesh.triangles.count / (bound > 0.1 ? 3 : 1))
        #expect(abs(small.volume / mesh.volume - 1) < 0.02)
        #expect(try mesh.simplified(maxError: bound) == small)
    }

    @Test func aBoxNeedsTwelveTriangles() throws {
        let grid = try GridGeometry(size: GridSize(12, 12, 12), spacing: Vector3(1, 1, 1), origin: .origin)
        var labels = LabelVolume(geometry: grid)
        for i in 0..<grid.size.count { labels[grid.index(offset: i)] = 22 }
        let rough = try SurfaceExtraction.surface(of: AnatomicalLabel(22), in: labels, smoothing: 0)
        let small = try rough.simplified(maxError: 0.4)
        #expect(small.defects == [] && small.triangles.count <= 60)
        let least = try MeshSamples.box(.zero, Vector3(1, 1, 1)).simplified(maxError: 0.001)
        #expect(least.defects == [] && abs(least.volume - 1) < 0.01)
    }

    @Test func refusesWhatIsNotClosed() throws {
        let box = try MeshSamples.box(.zero, Vector3(1, 1, 1))
        let open = try TriangleMesh(vertices: box.vertices, triangles: Array(box.triangles.dropLast()))
        #expect(throws: MeshingError.notSolid([.openEdges(3)])) { try open.simplified(maxError: 0.1) }
        #expect(throws: MeshingError.impossibleParameter(name: "maxError", value: 0)) {
            try box.simplified(maxError: 0)
        }
    }
}
