import Frames
import Imaging
import Meshing

/// The triangles of a surface sorted into the cubic cells that they touch.
struct SurfaceCells: Sendable {
    let low: Vector3
    /// A cell's side, mm.
    let step: Double
    let size: SIMD3<Int>
    /// Where each cell's triangles begin in `entries`; one more at the end.
    let starts: [Int32]
    let entries: [Entry]

    /// A triangle, and a sphere that holds it: middle and radius.
    struct Entry: Sendable {
        let sphere: SIMD4<Float>
        let triangle: Int32
    }

    /// At most about so many cells.
    static let cellLimit = 280_000.0
    /// Cells round the surface that know where it is, mm.
    static let margin = 4.0
    /// Parts into which the triangles are cut; fixed, so that the order does not depend on the machine.
    private static let parts = 2

    init(_ mesh: TriangleMesh) {
        guard let bounds = mesh.bounds else {
            (low, step, size, starts, entries) = (.zero, 1, SIMD3(1, 1, 1), [0, 0], [])
            return
        }
        let low = bounds.low.coordinates - Vector3(repeating: Self.margin)
        let extent = bounds.high.coordinates - low + Vector3(repeating: Self.margin)
        // some eight triangles a cell, as far as the number of cells allows
        let few = (8 * Self.meanArea(mesh)).squareRoot()
        let least = Self.cubeRoot(extent.x * extent.y * extent.z / Self.cellLimit)
        let step = max(least, min(few, 1.2))
        let cells = (extent / step).rounded(.up)
        (self.low, self.step) = (low, step)
        size = SIMD3(max(Int(cells.x), 1), max(Int(cells.y), 1), max(Int(cells.z), 1))
        let sorter = Sorter(mesh: mesh, low: low, step: step, size: size)
        (starts, entries) = sorter.sorted(parts: Self.parts)
    }

    /// Of a triangle, mm²; of very many, from a part.
    private static func meanArea(_ mesh: TriangleMesh) -> Double {
        let some = stride(from: 0, to: mesh.triangles.count, by: mesh.triangles.count / 4000 + 1)
        let sum = some.reduce((0.0, 0.0)) { ($0.0 + length(mesh.areaVector($1)), $0.1 + 1) }
        return sum.0 / max(sum.1, 1)
    }

    /// x^⅓ by Newton's method from above.
    private static func cubeRoot(_ x: Double) -> Double {
        guard x > 0 else { return 1e-3 }
        var root = max(x, 1)
        for _ in 0..<200 {
            let next = (2 * root + x / (root * root)) / 3
            if abs(next - root) < 1e-12 * root { break }
            root = next
        }
        return root
    }

    /// The cell of a place; beyond the grid, the nearest.
    @inline(__always) func cell(_ p: Vector3) -> SIMD3<Int> {
        let q = (p - low) / step
        return SIMD3(
            Int(min(max(q.x, 0), Double(size.x - 1))), Int(min(max(q.y, 0), Double(size.y - 1))),
            Int(min(max(q.z, 0), Double(size.z - 1))))
    }

    @inline(__always) func entries(_ x: Int, _ y: Int, _ z: Int) -> Range<Int> {
        let at = (z * size.y + y) * size.x + x
        return Int(starts[at])..<Int(starts[at + 1])
    }

    @inline(__always) func squaredDistance(_ x: Int, _ y: Int, _ z: Int, _ p: Vector3) -> Double {
        let q = p - low
        let (a, b, c) = (Double(x) * step, Double(y) * step, Double(z) * step)
        let dx = max(a - q.x, q.x - a - step, 0)
        let dy = max(b - q.y, q.y - b - step, 0)
        let dz = max(c - q.z, q.z - c - step, 0)
        return dx * dx + dy * dy + dz * dz
    }

    /// The point of a triangle that is nearest to another (Ericson 2005, section 5.1.5).
    @inline(__always) static func nearest(_ p: Vector3, _ a: Vector3, _ b: Vector3, _ c: Vector3) -> Vector3 {
        let (ab, ac, ap) = (b - a, c - a, p - a)
        let (d1, d2) = (dot(ab, ap), dot(ac, ap))
        if d1 <= 0 && d2 <= 0 { return a }
        let bp = p - b
        let (d3, d4) = (dot(ab, bp), dot(ac, bp))
        if d3 >= 0 && d4 <= d3 { return b }
        let vc = d1 * d4 - d3 * d2
        if vc <= 0 && d1 >= 0 && d3 <= 0 { return a + ab * (d1 / (d1 - d3)) }
        let cp = p - c
        let (d5, d6) = (dot(ab, cp), dot(ac, cp))
        if d6 >= 0 && d5 <= d6 { return c }
        let vb = d5 * d2 - d1 * d6
        if vb <= 0 && d2 >= 0 && d6 <= 0 { return a + ac * (d2 / (d2 - d6)) }
        let va = d3 * d6 - d5 * d4
        if va <= 0 && d4 - d3 >= 0 && d5 - d6 >= 0 { return b + (c - b) * ((d4 - d3) / ((d4 - d3) + (d5 - d6))) }
        let scale = 1 / (va + vb + vc)
        return a + ab * (vb * scale) + ac * (vc * scale)
    }
}

extension SurfaceCells {
    /// Where a triangle lies: the first cell of its box, how many more cells that takes along each axis, and a sphere.
    private struct Seat {
        var sphere: SIMD4<Float>
        var first: Int32
        var more: SIMD3<UInt16>
    }

    /// Sorting by counting, in parts at once.
    private struct Sorter {
        let mesh: TriangleMesh
        let low: Vector3
        let step: Double
        let size: SIMD3<Int>

        func sorted(parts: Int) -> (starts: [Int32], entries: [Entry]) {
            let cells = size.x * size.y * size.z
            let seated = parallelMap(parts) { part in
                let seats = seats(part, of: parts)
                var counts = [Int32](repeating: 0, count: cells)
                counts.withUnsafeMutableBufferPointer { counts in
                    visit(seats, from: part * mesh.triangles.count / parts) { _, _, cell in counts[cell] += 1 }
                }
                return (seats: seats, counts: counts)
            }
            var places = seated.map(\.counts)
            var starts = [Int32](repeating: 0, count: cells + 1)
            var sum: Int32 = 0
            for cell in 0..<cells {
                starts[cell] = sum
                for part in 0..<parts { (places[part][cell], sum) = (sum, sum + places[part][cell]) }
            }
            starts[cells] = sum
            let first = places
            let entries = [Entry](unsafeUninitializedCapacity: Int(sum)) { out, count in
                let out = SharedBuffer(out)
                parallelFor(parts) { part in
                    var next = first[part]
                    next.withUnsafeMutableBufferPointer { next in
                        visit(seated[part].seats, from: part * mesh.triangles.count / parts) { triangle, sphere, cell in
                            out[Int(next[cell])] = Entry(sphere: sphere, triangle: triangle)
                            next[cell] += 1
                        }
                    }
                }
                count = Int(sum)
            }
            return (starts, entries)
        }

        private func seats(_ part: Int, of parts: Int) -> [Seat] {
            let count = mesh.triangles.count
            let unit = 1 / step
            return mesh.vertices.withUnsafeBufferPointer { vertices in
                ((part * count / parts)..<((part + 1) * count / parts)).map { i in
                    let t = mesh.triangles[i]
                    let (a, b, c) = (
                        vertices[Int(t.x)].coordinates, vertices[Int(t.y)].coordinates, vertices[Int(t.z)].coordinates
                    )
                    let m = (a + b + c) / 3
                    let radius = max(squaredLength(a - m), squaredLength(b - m), squaredLength(c - m)).squareRoot()
                    func span(_ p: Double, _ q: Double, _ r: Double, _ low: Double, _ size: Int) -> (Int, UInt16) {
                        let first = Int((min(p, q, r) - low) * unit)
                        return (first, UInt16(min(min(Int((max(p, q, r) - low) * unit), size - 1) - first, 65535)))
                    }
                    let x = span(a.x, b.x, c.x, low.x, size.x)
                    let y = span(a.y, b.y, c.y, low.y, size.y)
                    let z = span(a.z, b.z, c.z, low.z, size.z)
                    return Seat(
                        sphere: SIMD4(Float(m.x), Float(m.y), Float(m.z), Float(radius)),
                        first: Int32((z.0 * size.y + y.0) * size.x + x.0), more: SIMD3(x.1, y.1, z.1))
                }
            }
        }

        /// Calls `body` for each triangle with each cell that it touches, and perhaps some beside it.
        @inline(__always) private func visit(
            _ seats: [Seat], from first: Int, _ body: (Int32, SIMD4<Float>, Int) -> Void
        ) {
            for (i, seat) in seats.enumerated() {
                let isLarge = max(seat.more.x, seat.more.y, seat.more.z) > 2
                for z in 0...Int(seat.more.z) {
                    for y in 0...Int(seat.more.y) {
                        let row = Int(seat.first) + (z * size.y + y) * size.x
                        for cell in row...(row + Int(seat.more.x)) {
                            if isLarge && !meets(first + i, cell) { continue }
                            body(Int32(first + i), seat.sphere, cell)
                        }
                    }
                }
            }
        }

        /// Whether some of a large triangle can be in a cell: it must come into the sphere round it.
        private func meets(_ triangle: Int, _ cell: Int) -> Bool {
            let (row, x) = cell.quotientAndRemainder(dividingBy: size.x)
            let (z, y) = row.quotientAndRemainder(dividingBy: size.y)
            let middle = low + Vector3(Double(x) + 0.5, Double(y) + 0.5, Double(z) + 0.5) * step
            let (a, b, c) = mesh.corners(triangle)
            let near = SurfaceCells.nearest(middle, a.coordinates, b.coordinates, c.coordinates)
            return squaredLength(near - middle) <= 0.76 * step * step
        }
    }
}
