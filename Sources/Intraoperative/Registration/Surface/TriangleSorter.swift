import Frames
import Imaging
import Meshing

/// Triangles in the order of their cells: of each a ball that holds it, its plane, and its number.
///
/// Single precision, from the cells' corner: four planes of numbers, so that many balls are looked at in one step.
struct SortedTriangles: Sendable {
    /// x, y, z of the balls' middles, and radii, mm: `stride` numbers each.
    fileprivate(set) var balls: [Float] = Array(repeating: 0, count: 4 * Self.lanes)
    /// Unit normal, and the triangle's number as bits.
    fileprivate(set) var planes: [SIMD4<Float>] = []
    fileprivate(set) var stride = Self.lanes

    /// So many are looked at in one step; so many more are there at the end of each plane.
    static let lanes = 8

    @inline(__always) static func number(_ plane: SIMD4<Float>) -> Int32 { Int32(bitPattern: plane.w.bitPattern) }
}

/// Sorting by counting, both halves at once; halves on any machine, so that the order does not depend on it.
struct TriangleSorter {
    let mesh: TriangleMesh
    let low: Vector3
    let step: Double
    let size: SIMD3<Int>

    private var cells: Int { size.x * size.y * size.z }
    /// A triangle that reaches farther from its middle is large, mm.
    private var largest: Double { 0.5 * step }

    func sorted() -> (starts: [Int32], triangles: SortedTriangles, reach: Double) {
        let seated = parallelMap(2) { seats($0) }
        var (begin, other) = (seated[0].counts, seated[1].counts)
        let starts = starts(&begin, &other)
        let first = [begin, other]
        let count = Int(starts[cells])
        var sorted = SortedTriangles()
        sorted.stride = count + SortedTriangles.lanes
        var planes: [SIMD4<Float>] = []
        sorted.balls = [Float](unsafeUninitializedCapacity: 4 * sorted.stride) { balls, filled in
            let balls = SharedBuffer(balls)
            for i in 0..<4 { for k in count..<sorted.stride { balls[i * sorted.stride + k] = 0 } }
            planes = [SIMD4<Float>](unsafeUninitializedCapacity: count) { planes, filled in
                let out = Output(balls: balls, planes: SharedBuffer(planes), stride: sorted.stride)
                parallelFor(2) { half in fill(half, seated[half].cells, first[half], out) }
                filled = count
            }
            filled = 4 * sorted.stride
        }
        sorted.planes = planes
        return (starts, sorted, seated.reduce(0) { max($0, $1.reach) })
    }

    /// The cell of each triangle of a half, −1 for a large one, and how many stand in each cell.
    private struct Seats {
        var cells: [Int32]
        var counts: [Int32]
        var reach = 0.0
    }

    private func triangles(of half: Int) -> Range<Int> {
        (half * mesh.triangles.count / 2)..<((half + 1) * mesh.triangles.count / 2)
    }

    private func seats(_ half: Int) -> Seats {
        let range = triangles(of: half)
        var counts = [Int32](repeating: 0, count: cells)
        var most = 0.0
        let seats = [Int32](unsafeUninitializedCapacity: range.count) { out, filled in
            counts.withUnsafeMutableBufferPointer { counts in
                withCorners { corners in
                    for i in range {
                        let ball = corners.ball(i)
                        guard ball.squaredRadius <= largest * largest else {
                            out[i - range.lowerBound] = -1
                            forEachCell(meeting: i) { counts[$0] += 1 }
                            continue
                        }
                        most = max(most, ball.squaredRadius)
                        let cell = cell(ball.middle)
                        out[i - range.lowerBound] = Int32(truncatingIfNeeded: cell)
                        counts[cell] &+= 1
                    }
                }
            }
            filled = range.count
        }
        return Seats(cells: seats, counts: counts, reach: most.squareRoot())
    }

    @inline(__always) private func cell(_ p: Vector3) -> Int {
        let q = (p - low) * (1 / step)
        return (min(Int(q.z), size.z - 1) * size.y + min(Int(q.y), size.y - 1)) * size.x + min(Int(q.x), size.x - 1)
    }

    /// Where each cell begins, and turns both halves' counts into where each half begins in it.
    private func starts(_ first: inout [Int32], _ second: inout [Int32]) -> [Int32] {
        let cells = cells
        return [Int32](unsafeUninitializedCapacity: cells + 1) { starts, filled in
            first.withUnsafeMutableBufferPointer { first in
                second.withUnsafeMutableBufferPointer { second in
                    var sum: Int32 = 0
                    for cell in 0..<cells {
                        let (own, other) = (first[cell], second[cell])
                        (starts[cell], first[cell], second[cell]) = (sum, sum, sum &+ own)
                        sum &+= own &+ other
                    }
                    starts[cells] = sum
                }
            }
            filled = cells + 1
        }
    }

    private struct Output: Sendable {
        let balls: SharedBuffer<Float>
        let planes: SharedBuffer<SIMD4<Float>>
        let stride: Int

        @inline(__always) func put(_ ball: SIMD4<Float>, _ plane: SIMD4<Float>, at place: Int) {
            balls[place] = ball.x
            balls[place + stride] = ball.y
            balls[place + 2 * stride] = ball.z
            balls[place + 3 * stride] = ball.w
            planes[place] = plane
        }
    }

    private func fill(_ half: Int, _ seats: [Int32], _ first: [Int32], _ out: Output) {
        let range = triangles(of: half)
        var next = first
        next.withUnsafeMutableBufferPointer { next in
            withCorners { corners in
                for i in range {
                    let (ball, plane) = corners.entry(i, from: low)
                    func put(_ cell: Int) {
                        out.put(ball, plane, at: Int(next[cell]))
                        next[cell] &+= 1
                    }
                    let cell = Int(seats[i - range.lowerBound])
                    if cell >= 0 { put(cell) } else { forEachCell(meeting: i, put) }
                }
            }
        }
    }

    /// Calls `body` for each cell that a large triangle meets, and perhaps for some beside it.
    private func forEachCell(meeting triangle: Int, _ body: (Int) -> Void) {
        let (a, b, c) = mesh.corners(triangle)
        let corners = [a.coordinates, b.coordinates, c.coordinates]
        let from = (corners.reduce(corners[0], pointwiseMin) - low) / step
        let to = (corners.reduce(corners[0], pointwiseMax) - low) / step
        for z in Int(from.z)...min(Int(to.z), size.z - 1) {
            for y in Int(from.y)...min(Int(to.y), size.y - 1) {
                for x in Int(from.x)...min(Int(to.x), size.x - 1) {
                    let middle = low + Vector3(Double(x) + 0.5, Double(y) + 0.5, Double(z) + 0.5) * step
                    let near = SurfaceCells.nearest(middle, corners[0], corners[1], corners[2])
                    // what comes into the cell comes into the ball round it
                    if squaredLength(near - middle) <= 0.76 * step * step { body((z * size.y + y) * size.x + x) }
                }
            }
        }
    }

    private func withCorners<T>(_ body: (Corners) -> T) -> T {
        mesh.triangles.withUnsafeBufferPointer { triangles in
            mesh.vertices.withUnsafeBufferPointer { body(Corners(triangles: triangles, vertices: $0)) }
        }
    }

    /// The mesh as it lies in memory.
    private struct Corners {
        let triangles: UnsafeBufferPointer<SIMD3<Int32>>
        let vertices: UnsafeBufferPointer<Point<CT>>

        @inline(__always) func of(_ i: Int) -> (Vector3, Vector3, Vector3) {
            let t = triangles[i]
            return (
                vertices[Int(t.x)].coordinates, vertices[Int(t.y)].coordinates, vertices[Int(t.z)].coordinates
            )
        }

        @inline(__always) func ball(_ i: Int) -> (middle: Vector3, squaredRadius: Double) {
            let (a, b, c) = of(i)
            let m = (a + b + c) * (1.0 / 3)
            return (m, max(squaredLength(a - m), squaredLength(b - m), squaredLength(c - m)))
        }

        /// As in `SortedTriangles`; a triangle without area has no normal.
        @inline(__always) func entry(_ i: Int, from low: Vector3) -> (ball: SIMD4<Float>, plane: SIMD4<Float>) {
            let (a, b, c) = of(i)
            let (middle, squared) = ball(i)
            let m = middle - low
            let across = cross(b - a, c - a)
            let size = squaredLength(across)
            let n = size > 1e-24 ? across * (1 / size.squareRoot()) : .zero
            return (
                SIMD4(Float(m.x), Float(m.y), Float(m.z), Float(squared).squareRoot()),
                SIMD4(Float(n.x), Float(n.y), Float(n.z), Float(bitPattern: UInt32(truncatingIfNeeded: i)))
            )
        }
    }
}
