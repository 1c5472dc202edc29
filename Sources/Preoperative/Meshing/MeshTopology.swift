import Frames

extension TriangleMesh {
    /// Triangles of less area than this, in mm², are degenerate.
    public static let leastArea = 1e-10

    /// Everything that keeps this surface from being the boundary of a solid; empty for a sound mesh.
    public var defects: [MeshDefect] {
        guard !triangles.isEmpty else { return [.empty] }
        let edges = MeshEdges(triangles)
        var found: [MeshDefect] = []
        func note(_ count: Int, _ defect: (Int) -> MeshDefect) { if count > 0 { found.append(defect(count)) } }
        note(edges.groups.count { $0.count == 1 }, MeshDefect.openEdges)
        note(edges.groups.count { $0.count > 2 }, MeshDefect.nonManifoldEdges)
        note(edges.groups.count { $0.count == 2 && edges.agrees($0) }, MeshDefect.inconsistentWinding)
        note(nonManifoldVertexCount(edges), MeshDefect.nonManifoldVertices)
        note(triangles.indices.count { isDegenerate($0) }, MeshDefect.degenerateTriangles)
        note(invertedBodyCount, MeshDefect.invertedBodies)
        note(coincidentVertexCount, MeshDefect.coincidentVertices)
        return found
    }

    /// Whether every edge has exactly two triangles that agree on the outside.
    public var isWatertight: Bool {
        let edges = MeshEdges(triangles)
        return !triangles.isEmpty && edges.groups.allSatisfy { $0.count == 2 && !edges.agrees($0) }
    }

    /// The connected parts of the surface, the one with the most triangles first; a cavity is a part of its own.
    public var components: [TriangleMesh] {
        let (body, count) = bodies
        var members = [[Int]](repeating: [], count: count)
        for i in triangles.indices { members[Int(body[Int(triangles[i].x)])].append(i) }
        var number = [Int32](repeating: -1, count: vertices.count)
        let parts = members.filter { !$0.isEmpty }.map { own in
            var places: [Point<CT>] = []
            let corners = own.map { i in
                var triangle = triangles[i]
                for k in 0..<3 {
                    let v = Int(triangle[k])
                    if number[v] < 0 {
                        number[v] = Int32(places.count)
                        places.append(vertices[v])
                    }
                    triangle[k] = number[v]
                }
                return triangle
            }
            return TriangleMesh(trusted: places, corners)
        }
        return parts.enumerated().sorted {
            ($1.element.triangles.count, $0.offset) < ($0.element.triangles.count, $1.offset)
        }
        .map(\.element)
    }

    /// The connected part to which each vertex belongs, and how many there are (a vertex without triangle is one).
    var bodies: (body: [Int32], count: Int) {
        var sets = DisjointSets(count: vertices.count)
        for t in triangles {
            sets.join(Int(t.x), Int(t.y))
            sets.join(Int(t.x), Int(t.z))
        }
        return sets.numbered()
    }

    private func isDegenerate(_ i: Int) -> Bool {
        let t = triangles[i]
        return t.x == t.y || t.y == t.z || t.z == t.x || length(areaVector(i)) < Self.leastArea
    }

    /// Vertices whose triangles form more than one fan.
    private func nonManifoldVertexCount(_ edges: MeshEdges) -> Int {
        var fans = DisjointSets(count: 3 * triangles.count)
        for group in edges.groups {
            let first = edges.sides[group.lowerBound]
            for side in edges.sides[group].dropFirst() {
                for (u, v) in edges.cornersShared(Int(first.side), Int(side.side), triangles) { fans.join(u, v) }
            }
        }
        var seen = [Int32](repeating: -1, count: vertices.count)
        var bad = [Bool](repeating: false, count: vertices.count)
        for corner in 0..<(3 * triangles.count) {
            let v = Int(triangles[corner / 3][corner % 3])
            let fan = Int32(fans.root(corner))
            if seen[v] < 0 { seen[v] = fan } else if seen[v] != fan { bad[v] = true }
        }
        return bad.count { $0 }
    }

    private var invertedBodyCount: Int {
        let parts = components.map { ($0.volume, $0.bounds) }
        return parts.count { volume, bounds in
            guard volume < 0, let inner = bounds else { return false }
            return !parts.contains { outerVolume, outer in
                guard outerVolume > 0, let outer else { return false }
                let low = inner.low.coordinates .>= outer.low.coordinates
                let high = inner.high.coordinates .<= outer.high.coordinates
                return all(low) && all(high)
            }
        }
    }

    private var coincidentVertexCount: Int {
        var seen = Set<Vector3>(minimumCapacity: vertices.count)
        return vertices.count { !seen.insert($0.coordinates).inserted }
    }
}

/// The sides of all triangles, sorted so that those of one edge stand together.
struct MeshEdges {
    /// A side of a triangle: its vertices in order of number, and 3 · triangle + corner where it begins.
    struct Side {
        let key: UInt64
        let side: Int32
    }

    let sides: [Side]
    /// For each edge the range of its sides.
    let groups: [Range<Int>]
    private let triangles: [SIMD3<Int32>]

    init(_ triangles: [SIMD3<Int32>]) {
        var sides: [Side] = []
        sides.reserveCapacity(3 * triangles.count)
        for (i, t) in triangles.enumerated() {
            for k in 0..<3 {
                let (a, b) = (UInt64(t[k]), UInt64(t[(k + 1) % 3]))
                sides.append(Side(key: min(a, b) << 32 | max(a, b), side: Int32(3 * i + k)))
            }
        }
        sides.sort { ($0.key, $0.side) < ($1.key, $1.side) }
        var groups: [Range<Int>] = []
        var first = 0
        for i in 1..<(sides.count + 1) where i == sides.count || sides[i].key != sides[first].key {
            groups.append(first..<i)
            first = i
        }
        self.sides = sides
        self.groups = groups
        self.triangles = triangles
    }

    /// Whether the two triangles of an edge run along it in the same direction, which they must not.
    func agrees(_ group: Range<Int>) -> Bool { start(sides[group.lowerBound]) == start(sides[group.lowerBound + 1]) }

    private func start(_ s: Side) -> Int32 { triangles[Int(s.side) / 3][Int(s.side) % 3] }

    /// The corners (3 · triangle + corner) of two sides of one edge that lie at the same vertex, as pairs.
    func cornersShared(_ a: Int, _ b: Int, _ triangles: [SIMD3<Int32>]) -> [(Int, Int)] {
        func corners(_ s: Int) -> [Int] { [s, s / 3 * 3 + (s % 3 + 1) % 3] }
        func vertex(_ c: Int) -> Int32 { triangles[c / 3][c % 3] }
        return corners(a).flatMap { u in corners(b).filter { vertex($0) == vertex(u) }.map { (u, $0) } }
    }
}

/// Sets that only grow together (Tarjan 1975), with path halving.
struct DisjointSets {
    private var parent: [Int32]

    init(count: Int) { parent = (0..<Int32(count)).map { $0 } }

    mutating func root(_ i: Int) -> Int {
        var i = Int32(i)
        while parent[Int(i)] != i {
            parent[Int(i)] = parent[Int(parent[Int(i)])]
            i = parent[Int(i)]
        }
        return Int(i)
    }

    /// The root with the lower number stays, so that the outcome does not depend on the order of joining.
    mutating func join(_ a: Int, _ b: Int) {
        let (a, b) = (root(a), root(b))
        if a < b { parent[b] = Int32(a) } else { parent[a] = Int32(b) }
    }

    /// Each element's set, counted from 0 in the order of first elements.
    mutating func numbered() -> (body: [Int32], count: Int) {
        var number = [Int32](repeating: -1, count: parent.count)
        var count = 0
        for i in parent.indices {
            let r = root(i)
            if number[r] < 0 {
                number[r] = Int32(count)
                count += 1
            }
            number[i] = number[r]
        }
        return (number, count)
    }
}
