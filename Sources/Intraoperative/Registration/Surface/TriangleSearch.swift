import Frames
import Meshing

/// The nearest of the triangles looked at so far.
///
/// Whole runs of triangles are ruled out by the balls that hold them, the others first by their planes: a place `h` off the
/// plane and `a` aside of the ball's middle is at least √(h² + (a − r)²) from the triangle.
struct TriangleSearch {
    private typealias Lanes = SIMD8<Float>
    private let p: Vector3
    private let q: SIMD4<Float>
    private let triangles: UnsafeBufferPointer<SIMD3<Int32>>
    private let vertices: UnsafeBufferPointer<Point<CT>>
    private let balls: UnsafeBufferPointer<Float>
    private let planes: UnsafeBufferPointer<SIMD4<Float>>
    private let stride: Int
    /// What single precision may err by, mm.
    private let slack: Float
    /// mm.
    private(set) var best = Double.infinity
    private var place = Vector3.zero
    private var triangle: Int32 = -1

    /// Calls `body` with a search for what is nearest to `p`.
    @inline(__always) static func run<T>(
        _ p: Vector3, _ mesh: TriangleMesh, _ cells: SurfaceCells, _ body: (inout TriangleSearch) -> T
    ) -> T {
        mesh.triangles.withUnsafeBufferPointer { triangles in
            mesh.vertices.withUnsafeBufferPointer { vertices in
                cells.triangles.balls.withUnsafeBufferPointer { balls in
                    cells.triangles.planes.withUnsafeBufferPointer { planes in
                        var search = TriangleSearch(p, cells, triangles, vertices, balls, planes)
                        return body(&search)
                    }
                }
            }
        }
    }

    private init(
        _ p: Vector3, _ cells: SurfaceCells, _ triangles: UnsafeBufferPointer<SIMD3<Int32>>,
        _ vertices: UnsafeBufferPointer<Point<CT>>, _ balls: UnsafeBufferPointer<Float>,
        _ planes: UnsafeBufferPointer<SIMD4<Float>>
    ) {
        (self.p, self.triangles, self.vertices, self.balls, self.planes) = (p, triangles, vertices, balls, planes)
        stride = cells.triangles.stride
        let off = p - cells.low
        q = SIMD4(Float(off.x), Float(off.y), Float(off.z), 0)
        let span = Vector3(Double(cells.size.x), Double(cells.size.y), Double(cells.size.z)).max() * cells.step
        slack = Float(1e-3 + 1e-6 * (span + pointwiseMax(off, -off).max()))
    }

    /// Looks at that of some triangles whose middle is nearest.
    @inline(__always) mutating func begin(_ range: Range<Int>) {
        var (least, found) = (Float.infinity, -1)
        for i in range {
            let (x, y, z) = (balls[i] - q.x, balls[stride &+ i] - q.y, balls[2 &* stride &+ i] - q.z)
            let squared = x * x + y * y + z * z
            if squared < least { (least, found) = (squared, i) }
        }
        if found >= 0 { test(SortedTriangles.number(planes[found])) }
    }

    /// Looks at triangles that follow one another.
    @inline(__always) mutating func look(_ range: Range<Int>) {
        var i = range.lowerBound
        while i < range.upperBound {
            var near = near(i)
            let left = range.upperBound - i
            if left < SortedTriangles.lanes { near &= (1 << UInt32(truncatingIfNeeded: left)) &- 1 }
            while near != 0 {
                let at = i &+ near.trailingZeroBitCount
                near &= near &- 1
                if mayBeNearer(at) { test(SortedTriangles.number(planes[at])) }
            }
            i &+= SortedTriangles.lanes
        }
    }

    /// One bit for each ball that comes as near as the best, from number `i` on.
    @inline(__always) private func near(_ i: Int) -> UInt32 {
        guard let base = balls.baseAddress else { return 0 }
        @inline(__always) func load(_ plane: Int) -> Lanes {
            UnsafeRawPointer(base + (plane &* stride &+ i)).loadUnaligned(as: Lanes.self)
        }
        let (x, y, z) = (load(0) - q.x, load(1) - q.y, load(2) - q.z)
        let reach = load(3) + (Float(best) + slack)
        let isNear = (x * x + y * y + z * z) .<= (reach * reach)
        let bits = SIMD8<UInt32>(1, 2, 4, 8, 16, 32, 64, 128)
        return SIMD8<UInt32>.zero.replacing(with: bits, where: isNear).wrappedSum()
    }

    @inline(__always) private func mayBeNearer(_ i: Int) -> Bool {
        let off = SIMD4(balls[i] - q.x, balls[stride &+ i] - q.y, balls[2 &* stride &+ i] - q.z, 0)
        let plane = planes[i]
        let height = off.x * plane.x + off.y * plane.y + off.z * plane.z
        let (h, b) = (height * height, (Float(best) + slack) * (Float(best) + slack))
        guard h <= b else { return false }
        let reach = balls[3 &* stride &+ i] + (b - h).squareRoot()
        return (off * off).sum() - h <= reach * reach
    }

    @inline(__always) mutating func test(_ number: Int32) {
        guard number != triangle else { return }
        let t = triangles[Int(number)]
        let near = SurfaceCells.nearest(
            p, vertices[Int(t.x)].coordinates, vertices[Int(t.y)].coordinates, vertices[Int(t.z)].coordinates)
        let distance = length(p - near)
        if distance < best { (best, place, triangle) = (distance, near, number) }
    }

    /// What was found; `nil` where the triangle has no area, or none was looked at.
    var contact: RegistrationSurface.Contact? {
        guard triangle >= 0 else { return nil }
        let t = triangles[Int(triangle)]
        let a = vertices[Int(t.x)].coordinates
        let across = cross(vertices[Int(t.y)].coordinates - a, vertices[Int(t.z)].coordinates - a)
        return normalized(across).map { .init(place: place, normal: $0, triangle: triangle) }
    }
}
