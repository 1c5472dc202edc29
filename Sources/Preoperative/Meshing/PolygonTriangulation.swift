import Frames

/// Triangles that fill polygons in a plane, on the polygons' own corners alone.
///
/// Holes are joined to the polygon around them by a bridge, and ears are cut off what results (G. H. Meisters, Polygons
/// have ears, Am. Math. Monthly 82, 1975; D. Eberly, Triangulation by ear clipping, geometrictools.com).
struct PolygonTriangulation {
    /// The places of all corners, in the plane's own axes, mm.
    let places: [SIMD2<Double>]

    /// - Parameter loops: closed lines through corners (numbers into `places`), the filled side on their left.
    /// - Returns: triangles, anticlockwise.
    func fill(_ loops: [[Int32]]) -> [SIMD3<Int32>] {
        let areas = loops.map(area)
        let outer = loops.indices.filter { areas[$0] > 0 }.sorted { areas[$0] < areas[$1] }
        var holes: [Int: [[Int32]]] = [:]
        for i in loops.indices where areas[i] < 0 {
            guard let owner = outer.first(where: { contains(loops[$0], places[Int(loops[i][0])]) }) else { continue }
            holes[owner, default: []].append(loops[i])
        }
        let ears = outer.flatMap { earsOf(joined(loops[$0], holes[$0] ?? [])) }
        var flips = DelaunayFlips(ears, places: places)
        flips.improve()
        return flips.triangles
    }

    private func area(_ loop: [Int32]) -> Double {
        var twice = 0.0
        for i in loop.indices {
            twice += wedge(places[Int(loop[i])], places[Int(loop[(i + 1) % loop.count])])
        }
        return twice / 2
    }

    private func wedge(_ a: SIMD2<Double>, _ b: SIMD2<Double>) -> Double { a.x * b.y - a.y * b.x }

    /// Twice the signed area of three corners: positive where they turn left.
    private func turn(_ a: Int32, _ b: Int32, _ c: Int32) -> Double {
        let origin = places[Int(a)]
        return wedge(places[Int(b)] - origin, places[Int(c)] - origin)
    }

    private func contains(_ loop: [Int32], _ p: SIMD2<Double>) -> Bool {
        var inside = false
        for i in loop.indices {
            let (a, b) = (places[Int(loop[i])], places[Int(loop[(i + 1) % loop.count])])
            if (a.y > p.y) != (b.y > p.y), p.x < a.x + (b.x - a.x) * (p.y - a.y) / (b.y - a.y) { inside.toggle() }
        }
        return inside
    }

    /// One line round the polygon and its holes: the hole furthest along +x is joined first, so that no bridge meets
    /// a hole that is not yet part of the line.
    private func joined(_ loop: [Int32], _ holes: [[Int32]]) -> [Int32] {
        let turned = holes.map { hole -> [Int32] in
            let first = hole.indices.max { places[Int(hole[$0])].x < places[Int(hole[$1])].x } ?? 0
            return Array(hole[first...] + hole[..<first])
        }
        var line = loop
        for hole in turned.sorted(by: { places[Int($0[0])].x > places[Int($1[0])].x }) {
            let at = bridge(from: hole[0], to: line)
            line.insert(contentsOf: hole + [hole[0], line[at]], at: at + 1)
        }
        return line
    }

    /// The nearest corner of `line` that `start` sees, by its place in `line`.
    private func bridge(from start: Int32, to line: [Int32]) -> Int {
        let p = places[Int(start)]
        let byDistance = line.indices.sorted {
            let (a, b) = (places[Int(line[$0])] - p, places[Int(line[$1])] - p)
            return ((a * a).sum(), $0) < ((b * b).sum(), $1)
        }
        return byDistance.first { opensTowards(start, line, $0) && isClear(start, line[$0], line) } ?? byDistance[0]
    }

    /// Whether the filled side at this corner of the line faces `p`.
    private func opensTowards(_ p: Int32, _ line: [Int32], _ i: Int) -> Bool {
        let (a, b, c) = (line[(i + line.count - 1) % line.count], line[i], line[(i + 1) % line.count])
        let (left, right) = (turn(a, b, p) > 0, turn(b, c, p) > 0)
        return turn(a, b, c) > 0 ? left && right : left || right
    }

    private func isClear(_ p: Int32, _ q: Int32, _ line: [Int32]) -> Bool {
        for i in line.indices {
            let (a, b) = (line[i], line[(i + 1) % line.count])
            if a == q || b == q || a == p || b == p { continue }
            if turn(p, q, a) * turn(p, q, b) <= 0, turn(a, b, p) * turn(a, b, q) <= 0 { return false }
        }
        return true
    }

    /// Cuts ears until nothing is left. Corners on a straight line, and ears with others on their sides, are left for
    /// later; what slivers they still make, `DelaunayFlips` mends.
    private func earsOf(_ line: [Int32]) -> [SIMD3<Int32>] {
        var left = line
        var found: [SIMD3<Int32>] = []
        found.reserveCapacity(max(0, line.count - 2))
        var (at, misses) = (0, 0)
        while left.count > 2 {
            let n = left.count
            let (a, b, c) = (left[(at + n - 1) % n], left[at % n], left[(at + 1) % n])
            let tolerance = misses <= n ? 1e-9 : -1e-9
            // After two rounds without an ear the lines cross each other: any corner will do.
            if misses > 2 * n || isEar(a, b, c, left, tolerance) {
                found.append(SIMD3(a, b, c))
                left.remove(at: at % n)
                misses = 0
            } else {
                misses += 1
            }
            // The next but one: ears come from all round and do not become a fan.
            at = (at + 1) % max(1, left.count)
        }
        return found
    }

    private func isEar(_ a: Int32, _ b: Int32, _ c: Int32, _ line: [Int32], _ tolerance: Double) -> Bool {
        guard turn(a, b, c) > tolerance else { return false }
        let (pa, pb, pc) = (places[Int(a)], places[Int(b)], places[Int(c)])
        return !line.contains { v in
            let p = places[Int(v)]
            return p != pa && p != pb && p != pc && wedge(pb - pa, p - pa) >= -tolerance
                && wedge(pc - pb, p - pb) >= -tolerance && wedge(pa - pc, p - pc) >= -tolerance
        }
    }
}
