import Frames

/// Collapses edges of a closed manifold mesh, the cheapest first.
struct EdgeCollapse {
    private var place: [Vector3]
    private var triangles: [SIMD3<Int32>]
    private var alive: [Bool]
    private var around: [[Int32]]
    private var quadrics: [Quadric]
    /// How often a vertex changed: an entry of the heap made before is stale.
    private var version: [Int32]
    private var heap = CollapseHeap()

    init(_ mesh: TriangleMesh) {
        place = mesh.vertices.map(\.coordinates)
        triangles = mesh.triangles
        alive = [Bool](repeating: true, count: triangles.count)
        around = [[Int32]](repeating: [], count: place.count)
        quadrics = [Quadric](repeating: Quadric(), count: place.count)
        version = [Int32](repeating: 0, count: place.count)
        for (i, t) in triangles.enumerated() {
            let area = mesh.areaVector(i)
            let n = normalized(area) ?? .zero
            let quadric = Quadric(normal: n, offset: -dot(n, place[Int(t.x)]), weight: length(area))
            for k in 0..<3 {
                around[Int(t[k])].append(Int32(i))
                quadrics[Int(t[k])] = quadrics[Int(t[k])] + quadric
            }
        }
    }

    /// Collapses while the RMS distance from the planes gathered stays below `allowance` mm.
    mutating func run(allowance: Double) {
        for t in triangles { for k in 0..<3 where t[k] < t[(k + 1) % 3] { propose(t[k], t[(k + 1) % 3]) } }
        while let next = heap.popLeast(), next.cost <= allowance * allowance {
            guard next.versions == SIMD2(version[Int(next.a)], version[Int(next.b)]) else { continue }
            collapse(next.a, next.b, onto: next.place)
        }
    }

    private mutating func propose(_ a: Int32, _ b: Int32) {
        let sum = quadrics[Int(a)] + quadrics[Int(b)]
        let (p, q) = (place[Int(a)], place[Int(b)])
        let middle = (p + q) / 2
        // far away the best place is an artefact of nearly parallel planes
        let best = sum.best.flatMap { length($0 - middle) < 1.5 * length(p - q) ? $0 : nil }
        let choices = [best, middle, p, q].compactMap { $0 }
        guard let chosen = choices.min(by: { sum.error(at: $0) < sum.error(at: $1) }) else { return }
        heap.push(
            Collapse(
                // the shorter of two equally good ones first
                cost: sum.error(at: chosen) + 1e-9 * squaredLength(p - q), a: a, b: b,
                versions: SIMD2(version[Int(a)], version[Int(b)]), place: chosen))
    }

    private mutating func collapse(_ a: Int32, _ b: Int32, onto target: Vector3) {
        guard isAllowed(a, b, target) else { return }
        place[Int(a)] = target
        quadrics[Int(a)] = quadrics[Int(a)] + quadrics[Int(b)]
        for i in around[Int(b)] {
            let t = triangles[Int(i)]
            if t.x == a || t.y == a || t.z == a {
                alive[Int(i)] = false
                for k in 0..<3 where t[k] != b { around[Int(t[k])].removeAll { $0 == i } }
                continue
            }
            for k in 0..<3 where t[k] == b { triangles[Int(i)][k] = a }
            around[Int(a)].append(i)
        }
        around[Int(b)] = []
        version[Int(a)] += 1
        version[Int(b)] += 1
        for n in neighbours(a) { propose(min(a, n), max(a, n)) }
    }

    private func neighbours(_ v: Int32) -> [Int32] {
        var found: [Int32] = []
        for i in around[Int(v)] {
            for k in 0..<3 {
                let n = triangles[Int(i)][k]
                if n != v && !found.contains(n) { found.append(n) }
            }
        }
        return found
    }

    /// The link condition, no overturned triangle, no needle.
    private func isAllowed(_ a: Int32, _ b: Int32, _ target: Vector3) -> Bool {
        let (left, right) = (neighbours(a), neighbours(b))
        guard left.contains(b), left.count(where: { right.contains($0) }) == 2, left.count + right.count > 7 else {
            return false
        }
        for (v, other) in [(a, b), (b, a)] {
            for i in around[Int(v)] {
                let t = triangles[Int(i)]
                if t.x == other || t.y == other || t.z == other { continue }
                let before = corners(t)
                var after = before
                for k in 0..<3 where t[k] == v { after[k] = target }
                if isSpoilt(before, after) { return false }
            }
        }
        return true
    }

    private func corners(_ t: SIMD3<Int32>) -> [Vector3] { [place[Int(t.x)], place[Int(t.y)], place[Int(t.z)]] }

    /// Turned by more than 60°, or a worse needle than height over length 1 : 25.
    private func isSpoilt(_ before: [Vector3], _ after: [Vector3]) -> Bool {
        let (m, n) = (
            cross(before[1] - before[0], before[2] - before[0]), cross(after[1] - after[0], after[2] - after[0])
        )
        let (was, now) = (length(m), length(n))
        let longest = max(
            squaredLength(after[1] - after[0]), squaredLength(after[2] - after[1]), squaredLength(after[0] - after[2]))
        return dot(m, n) < 0.5 * was * now || now < 0.04 * longest
    }

    /// What is left, renumbered.
    var mesh: TriangleMesh {
        var number = [Int32](repeating: -1, count: place.count)
        var (vertices, kept): ([Point<CT>], [SIMD3<Int32>]) = ([], [])
        for (i, t) in triangles.enumerated() where alive[i] {
            var corners = t
            for k in 0..<3 {
                let v = Int(t[k])
                if number[v] < 0 {
                    number[v] = Int32(vertices.count)
                    vertices.append(Point(place[v]))
                }
                corners[k] = number[v]
            }
            kept.append(corners)
        }
        return TriangleMesh(trusted: vertices, kept)
    }
}

/// One edge that may go, and what that costs.
struct Collapse {
    let cost: Double
    let a: Int32, b: Int32
    let versions: SIMD2<Int32>
    let place: Vector3

    /// A total order, so that the outcome is the same everywhere.
    static func < (l: Collapse, r: Collapse) -> Bool { (l.cost, l.a, l.b) < (r.cost, r.a, r.b) }
}

/// A binary heap with the least in front.
struct CollapseHeap {
    private var items: [Collapse] = []

    mutating func push(_ item: Collapse) {
        items.append(item)
        var i = items.count - 1
        while i > 0, items[i] < items[(i - 1) / 2] {
            items.swapAt(i, (i - 1) / 2)
            i = (i - 1) / 2
        }
    }

    mutating func popLeast() -> Collapse? {
        guard let least = items.first, let last = items.popLast() else { return nil }
        guard !items.isEmpty else { return least }
        items[0] = last
        var i = 0
        while true {
            var child = 2 * i + 1
            guard child < items.count else { return least }
            if child + 1 < items.count, items[child + 1] < items[child] { child += 1 }
            guard items[child] < items[i] else { return least }
            items.swapAt(i, child)
            i = child
        }
    }
}
