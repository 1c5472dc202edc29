import Frames
import Imaging
import Meshing
import Testing

/// Against the tree's closest points, and against the exact distance of a ball.
@Suite struct GridDistanceTests {
    let grid = GridDistance(low: Vector3(-14, -14, -14), step: 1, size: GridSize(29, 29, 29))

    func node(_ i: Int) -> Vector3 {
        grid.low + Vector3(Double(i % 29), Double(i / 29 % 29), Double(i / 841)) * grid.step
    }

    /// Two balls that nearly meet: a place between them is equally near to both.
    @Test func agreesWithTheClosestPoint() throws {
        let ball = try MeshSamples.sphere(radius: 5, step: 1.1)
        let shift = Displacement<CT>(Vector3(5.3, 1, 0))
        let vertices = ball.vertices.map { $0 - shift } + ball.vertices.map { $0 + shift }
        let count = Int32(ball.vertices.count)
        let tree = MeshTree(
            try TriangleMesh(vertices: vertices, triangles: ball.triangles + ball.triangles.map { $0 &+ count }))
        var random = SeededGenerator(seed: 8)
        let rough = (0..<grid.size.count).map { i in
            let p = node(i)
            let exact = min(length(p - shift.vector), length(p + shift.vector)) - 5
            return Float(exact + 0.8 * (random.uniform() - 0.5))
        }
        let found = grid.values(of: tree, rough: rough, band: -3...4, slack: 1)
        var inBand = 0
        for i in found.indices {
            guard rough[i] >= -3, rough[i] <= 4 else {
                #expect(found[i] == rough[i])
                continue
            }
            let exact = try #require(tree.signedDistance(to: Point(node(i))))
            let off = abs(Double(found[i]) - exact)
            #expect(off < (abs(exact) < 1 ? 1e-5 : 0.1), "\(node(i)): \(found[i]) for \(exact)")
            inBand += 1
        }
        #expect(inBand > 2000)
    }

    /// Where the surface lies far from where the rough distances put it, its own distances count.
    @Test func aShiftedSurfaceIsFound() throws {
        let tree = MeshTree(try MeshSamples.sphere(radius: 6, step: 0.8))
        let rough = (0..<grid.size.count).map { Float(length(node($0) - Vector3(1, 0, 0)) - 6) }
        let found = grid.values(of: tree, rough: rough, band: -5...6, slack: 1.5)
        for i in found.indices where rough[i] > -3 && rough[i] < 4 {
            #expect(abs(Double(found[i]) - (length(node(i)) - 6)) < 0.1)
        }
    }
}
