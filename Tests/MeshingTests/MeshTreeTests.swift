import Frames
import Meshing
import Testing

@Suite struct MeshTreeTests {
    @Test func agreesWithTryingEveryTriangle() throws {
        let mesh = try MeshSamples.sphere(radius: 6, step: 1.3)
        let tree = MeshTree(mesh)
        var random = SeededGenerator(seed: 3)
        for _ in 0..<300 {
            let p = Point<CT>(random.normal3() * 6)
            let near = try #require(tree.closestPoint(to: p))
            // many points of each triangle; the nearest of them is hardly nearer than the answer, and none is
            let steps = 6
            var least = Double.infinity
            for i in mesh.triangles.indices {
                let (a, b, c) = mesh.corners(i)
                for u in 0...steps {
                    for v in 0...(steps - u) {
                        let (s, t) = (Double(u) / Double(steps), Double(v) / Double(steps))
                        let q = a.coordinates * (1 - s - t) + b.coordinates * s + c.coordinates * t
                        least = min(least, length(q - p.coordinates))
                    }
                }
            }
            #expect(near.distance <= least + 1e-12 && near.distance > least - 0.1)
            #expect(abs(near.point.distance(to: p) - near.distance) < 1e-12)
        }
    }

    @Test func theSignIsRightAtEdgesAndCorners() throws {
        let tree = MeshTree(try MeshSamples.box(Vector3(0, 0, 0), Vector3(4, 2, 1)))
        var random = SeededGenerator(seed: 4)
        for _ in 0..<2000 {
            let p = Vector3(random.uniform() * 8 - 2, random.uniform() * 6 - 2, random.uniform() * 5 - 2)
            // the exact signed distance of a box (Quilez)
            let q = pointwiseMax(Vector3(0, 0, 0) - p, p - Vector3(4, 2, 1))
            let exact = length(pointwiseMax(q, .zero)) + min(q.max(), 0)
            let measured = try #require(tree.signedDistance(to: Point(p)))
            #expect(abs(measured - exact) < 1e-12)
        }
    }

    @Test func raysEnterAndLeave() throws {
        let tree = MeshTree(try MeshSamples.sphere(radius: 10))
        var random = SeededGenerator(seed: 5)
        for _ in 0..<200 {
            let start = Point<CT>((normalized(random.normal3()) ?? .zero) * 30)
            let goal = (normalized(random.normal3()) ?? .zero) * 8
            let direction = try #require(Direction<CT>(goal - start.coordinates))
            let hits = tree.hits(from: start, along: direction)
            #expect(hits.count == 2 && hits[0].enters && !hits[1].enters)
            for hit in hits { #expect(abs(length(start.coordinates + direction.vector * hit.distance) - 10) < 0.1) }
        }
    }

    @Test func anEmptyMeshAnswersNothing() throws {
        let tree = MeshTree(try TriangleMesh(vertices: [], triangles: []))
        #expect(tree.closestPoint(to: .origin) == nil)
        #expect(tree.hits(from: .origin, along: .z).isEmpty)
        let box = MeshTree(try MeshSamples.box(.zero, Vector3(1, 1, 1)))
        #expect(box.closestPoint(to: Point(9, 9, 9), within: 2) == nil)
        #expect(box.closestPoint(to: Point(.nan, 0, 0)) == nil)
    }
}
