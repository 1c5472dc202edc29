import Frames
import Imaging

/// A surface in continuous indices of the grid it came from, before it gets its place in the patient.
struct GridSurface: Sendable {
    /// Continuous indices.
    var vertices: [Vector3] = []
    /// The inner one of the two samples between which each vertex lies, as its offset in the padded grid.
    var innerSamples: [Int32] = []
    /// Anticlockwise from outside, in the grid's own axes.
    var triangles: [SIMD3<Int32>] = []
}

/// Marching cubes (Lorensen and Cline 1987) with a table that makes manifolds, on bits padded by outer samples.
struct CubeMarch<Samples: MarchSamples>: Sendable {
    let edges: EdgeNumbers
    let samples: Samples
    /// Where sample (0, 0, 0) lies, in the grid's indices.
    let origin: Vector3

    init(inside: BitGrid, samples: Samples, origin: Vector3) throws(MeshingError) {
        edges = try EdgeNumbers(inside)
        (self.samples, self.origin) = (samples, origin)
    }

    private var size: GridSize { edges.inside.size }

    /// The surface between inner samples and the others.
    func run(progress: ProgressReport?) -> GridSurface {
        // some pieces for each core, so that none waits long for the last
        let pieces = min(16, size.z)
        let done = ProgressCounter(total: pieces, report: progress)
        var triangles = [[SIMD3<Int32>]](repeating: [], count: pieces)
        var surface = GridSurface()
        surface.vertices = [Vector3](repeating: .zero, count: edges.vertexCount)
        surface.innerSamples = [Int32](repeating: 0, count: edges.vertexCount)
        surface.vertices.withUnsafeMutableBufferPointer { vertices in
            surface.innerSamples.withUnsafeMutableBufferPointer { inner in
                triangles.withUnsafeMutableBufferPointer { triangles in
                    let (vertices, inner) = (SharedBuffer(vertices), SharedBuffer(inner))
                    let triangles = SharedBuffer(triangles)
                    parallelFor(pieces) { p in
                        let rows = (size.z * p / pieces * size.y)..<(size.z * (p + 1) / pieces * size.y)
                        addVertices(rows, vertices, inner)
                        triangles[p] = CubeTriangles(edges).inCubes(above: rows)
                        done.advance()
                    }
                }
            }
        }
        surface.triangles = Array(triangles.joined())
        return surface
    }

    private func addVertices(_ rows: Range<Int>, _ vertices: SharedBuffer<Vector3>, _ inner: SharedBuffer<Int32>) {
        let inside = edges.inside
        let step = [1, size.x, size.x * size.y]
        inside.words.withUnsafeBufferPointer { words in
            let crossed = CrossedEdges(inside, words)
            for row in rows where edges.first[3 * row] < edges.first[3 * row + 3] {
                let (z, y) = row.quotientAndRemainder(dividingBy: size.y)
                var next = Int(edges.first[3 * row])
                for axis in 0..<3 {
                    for i in 0..<inside.wordsPerRow {
                        forEachBit(of: crossed.mask(axis, row, i)) { bit in
                            let x = 64 * i + bit
                            var place = origin + Vector3(Double(x), Double(y), Double(z))
                            place[axis] += Double(fraction(x, y, z, axis))
                            vertices[next] = place
                            let isInner = crossed.row(row)[i] >> UInt64(bit) & 1 == 1
                            inner[next] = Int32(truncatingIfNeeded: row * size.x + x + (isInner ? 0 : step[axis]))
                            next += 1
                        }
                    }
                }
            }
        }
    }

    /// Where along an edge the value is 0; half-way to the padding, which has none.
    @inline(__always) private func fraction(_ x: Int, _ y: Int, _ z: Int, _ axis: Int) -> Float {
        let here = samples.value(x, y, z)
        let there = samples.value(x + (axis == 0 ? 1 : 0), y + (axis == 1 ? 1 : 0), z + (axis == 2 ? 1 : 0))
        guard here.isFinite, there.isFinite else { return 0.5 }
        return min(max(here / (here - there), CubeMarchLimits.nearest), 1 - CubeMarchLimits.nearest)
    }
}

enum CubeMarchLimits {
    /// A vertex stays this far from both samples, so that no triangle has less area than the square of it, about.
    static let nearest: Float = 0.02
}
