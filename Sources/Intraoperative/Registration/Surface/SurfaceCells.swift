import Frames
import Meshing

/// The triangles of a surface sorted into cubic cells: a small one in that of its middle, a large one in each that it meets.
///
/// The cells of a row along x follow one another, and so do their triangles.
struct SurfaceCells: Sendable {
    let low: Vector3
    /// A cell's side, mm.
    let step: Double
    let size: SIMD3<Int>
    private let perStep: Double
    /// Where each cell's triangles begin in `triangles`; one more at the end.
    let starts: [Int32]
    let triangles: SortedTriangles
    /// A triangle is at most so far from a cell in which it stands, mm.
    let reach: Double

    /// At most about so many cells.
    static let cellLimit = 280_000.0
    /// Cells round the surface that know where it is, mm.
    static let margin = 4.0

    init(_ mesh: TriangleMesh) {
        guard let bounds = mesh.bounds else {
            (low, step, perStep, size, starts) = (.zero, 1, 1, SIMD3(1, 1, 1), [0, 0])
            (triangles, reach) = (SortedTriangles(), 0)
            return
        }
        let low = bounds.low.coordinates - Vector3(repeating: Self.margin)
        let extent = bounds.high.coordinates - low + Vector3(repeating: Self.margin)
        // some eight triangles a cell, as far as the number of cells allows
        let few = (8 * Self.meanArea(mesh)).squareRoot()
        let least = Self.cubeRoot(extent.x * extent.y * extent.z / Self.cellLimit)
        let step = max(least, min(few, 1.2))
        let cells = (extent / step).rounded(.up)
        (self.low, self.step, perStep) = (low, step, 1 / step)
        size = SIMD3(max(Int(cells.x), 1), max(Int(cells.y), 1), max(Int(cells.z), 1))
        (starts, triangles, reach) = TriangleSorter(mesh: mesh, low: low, step: step, size: size).sorted()
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
        let q = (p - low) * perStep
        return SIMD3(
            Int(min(max(q.x, 0), Double(size.x - 1))), Int(min(max(q.y, 0), Double(size.y - 1))),
            Int(min(max(q.z, 0), Double(size.z - 1))))
    }

    /// The cells of a row that hold some of what is between two places.
    @inline(__always) func columns(from x: Double, to end: Double) -> ClosedRange<Int> {
        let (a, b) = ((x - low.x) * perStep, (end - low.x) * perStep)
        let last = Double(size.x - 1)
        return Int(min(max(a, 0), last))...Int(min(max(b, 0), last))
    }

    /// The triangles of some cells of a row.
    @inline(__always) func range(_ x: ClosedRange<Int>, _ y: Int, _ z: Int) -> Range<Int> {
        let row = (z * size.y + y) * size.x
        return Int(starts[row + x.lowerBound])..<Int(starts[row + x.upperBound + 1])
    }

    /// Of a place from a row of cells that is endless along x, squared.
    @inline(__always) func squaredDistance(_ y: Int, _ z: Int, _ p: Vector3) -> Double {
        let q = p - low
        let (b, c) = (Double(y) * step, Double(z) * step)
        let dy = max(b - q.y, q.y - b - step, 0)
        let dz = max(c - q.z, q.z - c - step, 0)
        return dy * dy + dz * dz
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
