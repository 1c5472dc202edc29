import Frames

/// A tree of boxes over the triangles of a mesh: the closest point, the signed distance, where a ray meets the surface.
///
/// Leaves hold up to four triangles; each query takes O(log n) on surfaces like ours. Immutable, so any thread may ask.
///
/// ```swift
/// let tree = MeshTree(bone)
/// let nearest = tree.closestPoint(to: touched)
/// ```
public struct MeshTree: Sendable {
    public let mesh: TriangleMesh
    let nodes: [Node]
    /// Triangles in the order of the leaves.
    let order: [Int32]
    let normals: PseudoNormals

    struct Node: Sendable {
        var low: Vector3
        var high: Vector3
        /// A leaf's first place in `order`, or the inner node's second child (the first follows the node).
        var start: Int32
        /// Triangles in a leaf; 0 for an inner node.
        var count: Int32
    }

    /// Where the surface is nearest to a point.
    public struct Closest: Sendable, Equatable {
        public let point: Point<CT>
        public let triangle: Int
        /// Distance in mm, never negative.
        public let distance: Double
        /// Outwards: the face's, or within an edge or at a vertex the angle-weighted mean (Bærentzen and Aanæs 2005).
        public let normal: Direction<CT>
    }

    public init(_ mesh: TriangleMesh) {
        self.mesh = mesh
        var builder = MeshTreeBuilder(mesh)
        builder.build(0..<mesh.triangles.count)
        nodes = builder.nodes
        order = builder.order
        normals = PseudoNormals(mesh)
    }

    /// The nearest place on the surface; `nil` for an empty mesh, or where nothing is as near as `limit` mm.
    public func closestPoint(to p: Point<CT>, within limit: Double = .infinity) -> Closest? {
        guard !nodes.isEmpty, p.isFinite else { return nil }
        var best = limit * limit
        var found: (triangle: Int, at: TrianglePoint)?
        withUnsafeTemporaryAllocation(of: (node: Int32, squared: Double).self, capacity: 128) { stack in
            var depth = 1
            stack[0] = (0, nodes[0].squaredDistance(to: p.coordinates))
            while depth > 0 {
                depth -= 1
                let (at, squared) = stack[depth]
                if squared >= best { continue }
                let node = nodes[Int(at)]
                if node.count > 0 {
                    for i in Int(node.start)..<Int(node.start + node.count) {
                        let (a, b, c) = mesh.corners(Int(order[i]))
                        let candidate = TrianglePoint(
                            nearest: p.coordinates, a.coordinates, b.coordinates, c.coordinates)
                        let away = squaredLength(candidate.point - p.coordinates)
                        if away < best {
                            best = away
                            found = (Int(order[i]), candidate)
                        }
                    }
                    continue
                }
                let (first, second) = (at + 1, node.start)
                let (d1, d2) = (
                    nodes[Int(first)].squaredDistance(to: p.coordinates),
                    nodes[Int(second)].squaredDistance(to: p.coordinates)
                )
                stack[depth] = d1 < d2 ? (second, d2) : (first, d1)
                stack[depth + 1] = d1 < d2 ? (first, d1) : (second, d2)
                depth += 2
            }
        }
        guard let found else { return nil }
        let normal = normals.normal(of: found.triangle, at: found.at.feature)
        return Closest(
            point: Point(found.at.point), triangle: found.triangle, distance: best.squareRoot(),
            normal: Direction(normal) ?? .z)
    }

    /// Distance to the surface, mm, negative inside; `nil` for an empty mesh. The mesh must be closed and oriented.
    public func signedDistance(to p: Point<CT>) -> Double? {
        guard let near = closestPoint(to: p) else { return nil }
        return dot(p.coordinates - near.point.coordinates, near.normal.vector) < 0 ? -near.distance : near.distance
    }

    /// Where a ray crosses the surface.
    public struct Hit: Sendable, Equatable {
        /// Along the ray from its start, mm.
        public let distance: Double
        public let triangle: Int
        /// The ray passes from outside to inside.
        public let enters: Bool
    }

    /// All crossings of the ray from `start` along `direction` up to `limit` mm, the nearest first.
    public func hits(from start: Point<CT>, along direction: Direction<CT>, within limit: Double = .infinity) -> [Hit] {
        guard !nodes.isEmpty, start.isFinite else { return [] }
        var hits: [Hit] = []
        var stack: [Int32] = [0]
        let inverse = Vector3(1, 1, 1) / direction.vector
        while let at = stack.popLast() {
            let node = nodes[Int(at)]
            guard node.isMet(from: start.coordinates, inverse: inverse, limit: limit) else { continue }
            if node.count == 0 {
                stack.append(node.start)
                stack.append(at + 1)
                continue
            }
            for i in Int(node.start)..<Int(node.start + node.count) {
                if let hit = hit(Int(order[i]), start.coordinates, direction.vector), hit.distance <= limit {
                    hits.append(hit)
                }
            }
        }
        return hits.sorted { ($0.distance, $0.triangle) < ($1.distance, $1.triangle) }
    }

    /// Möller and Trumbore 1997.
    private func hit(_ triangle: Int, _ start: Vector3, _ direction: Vector3) -> Hit? {
        let (a, b, c) = mesh.corners(triangle)
        let (u, v) = (b.coordinates - a.coordinates, c.coordinates - a.coordinates)
        let p = cross(direction, v)
        let determinant = dot(u, p)
        guard abs(determinant) > 1e-14 else { return nil }
        let s = start - a.coordinates
        let (q, beta) = (cross(s, u), dot(s, p) / determinant)
        let gamma = dot(direction, q) / determinant
        let distance = dot(v, q) / determinant
        guard beta >= 0, gamma >= 0, beta + gamma <= 1, distance >= 0 else { return nil }
        return Hit(distance: distance, triangle: triangle, enters: determinant > 0)
    }
}

extension MeshTree.Node {
    /// Axis by axis, which is quicker than the vectors' own least and greatest.
    @inline(__always) func squaredDistance(to p: Vector3) -> Double {
        let x = max(low.x - p.x, p.x - high.x, 0)
        let y = max(low.y - p.y, p.y - high.y, 0)
        let z = max(low.z - p.z, p.z - high.z, 0)
        return x * x + y * y + z * z
    }

    /// The slab test (Kay and Kajiya 1986); a ray along a face of the box counts as meeting it.
    func isMet(from start: Vector3, inverse: Vector3, limit: Double) -> Bool {
        var (near, far) = (0.0, limit)
        for k in 0..<3 {
            let (a, b) = ((low[k] - start[k]) * inverse[k], (high[k] - start[k]) * inverse[k])
            if a.isNaN || b.isNaN { continue }
            near = max(near, min(a, b))
            far = min(far, max(a, b))
        }
        return near <= far * (1 + 1e-12) + 1e-12
    }
}

/// Splits the triangles at the median of their centres along the longest side, until four are left.
struct MeshTreeBuilder {
    private let low: [Vector3], high: [Vector3], centre: [Vector3]
    var nodes: [MeshTree.Node] = []
    var order: [Int32]

    init(_ mesh: TriangleMesh) {
        var (low, high, centre): ([Vector3], [Vector3], [Vector3]) = ([], [], [])
        for i in mesh.triangles.indices {
            let (a, b, c) = mesh.corners(i)
            low.append(pointwiseMin(pointwiseMin(a.coordinates, b.coordinates), c.coordinates))
            high.append(pointwiseMax(pointwiseMax(a.coordinates, b.coordinates), c.coordinates))
            centre.append((a.coordinates + b.coordinates + c.coordinates) / 3)
        }
        (self.low, self.high, self.centre) = (low, high, centre)
        order = mesh.triangles.indices.map { Int32($0) }
    }

    mutating func build(_ range: Range<Int>) {
        guard !range.isEmpty else { return }
        var (boxLow, boxHigh) = (low[Int(order[range.lowerBound])], high[Int(order[range.lowerBound])])
        for i in range {
            boxLow = pointwiseMin(boxLow, low[Int(order[i])])
            boxHigh = pointwiseMax(boxHigh, high[Int(order[i])])
        }
        let at = nodes.count
        nodes.append(
            MeshTree.Node(low: boxLow, high: boxHigh, start: Int32(range.lowerBound), count: Int32(range.count)))
        if range.count <= 4 { return }
        let extent = boxHigh - boxLow
        let axis = extent.x >= extent.y && extent.x >= extent.z ? 0 : extent.y >= extent.z ? 1 : 2
        let middle = range.lowerBound + range.count / 2
        select(middle, in: range, along: axis)
        build(range.lowerBound..<middle)
        nodes[at].start = Int32(nodes.count)
        nodes[at].count = 0
        build(middle..<range.upperBound)
    }

    /// Puts into place `k` the triangle that sorting by the centres would put there, lower ones before it and higher
    /// ones after it (Hoare 1961). Of equal centres the lower number counts as lower, so that the order is always the same.
    private mutating func select(_ k: Int, in range: Range<Int>, along axis: Int) {
        let centre = centre
        order.withUnsafeMutableBufferPointer { order in
            func isLess(_ a: Int32, _ b: Int32) -> Bool {
                let (x, y) = (centre[Int(a)][axis], centre[Int(b)][axis])
                return x < y || (x == y && a < b)
            }
            var (low, high) = (range.lowerBound, range.upperBound - 1)
            while low < high {
                let pivot = order[(low + high) / 2]
                var (i, j) = (low, high)
                while i <= j {
                    while isLess(order[i], pivot) { i += 1 }
                    while isLess(pivot, order[j]) { j -= 1 }
                    if i <= j {
                        order.swapAt(i, j)
                        i += 1
                        j -= 1
                    }
                }
                if k <= j { high = j } else if k >= i { low = i } else { return }
            }
        }
    }
}
