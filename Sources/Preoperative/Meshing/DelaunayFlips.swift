import Frames

/// Turns edges within a filled polygon until no triangle has a corner of its neighbour in its circle, which makes
/// slivers few (C. L. Lawson, Software for C¹ surface interpolation, in Mathematical Software III, 1977).
struct DelaunayFlips {
    private let places: [SIMD2<Double>]
    private(set) var triangles: [SIMD3<Int32>]
    /// The triangle on the left of each directed edge.
    private var owner: [UInt64: Int] = [:]

    init(_ triangles: [SIMD3<Int32>], places: [SIMD2<Double>]) {
        self.triangles = triangles
        self.places = places
        for (i, t) in triangles.enumerated() { claim(t, i) }
    }

    private func key(_ a: Int32, _ b: Int32) -> UInt64 { UInt64(UInt32(a)) << 32 | UInt64(UInt32(b)) }

    private mutating func claim(_ t: SIMD3<Int32>, _ i: Int) {
        for k in 0..<3 { owner[key(t[k], t[(k + 1) % 3])] = i }
    }

    mutating func improve() {
        var waiting = triangles.flatMap { t in (0..<3).map { SIMD2(t[$0], t[($0 + 1) % 3]) } }
        // Flips end by themselves; rounding could make two of them undo each other for ever.
        var left = 40 * triangles.count
        while let edge = waiting.popLast(), left > 0 {
            guard let (c, d) = flip(edge[0], edge[1]) else { continue }
            left -= 1
            for next in [SIMD2(edge[0], d), SIMD2(d, edge[1]), SIMD2(edge[1], c), SIMD2(c, edge[0])] {
                waiting.append(next)
            }
        }
    }

    /// Replaces the edge ab of two triangles by cd, the corners across from it, where that is better.
    private mutating func flip(_ a: Int32, _ b: Int32) -> (Int32, Int32)? {
        guard let left = owner[key(a, b)], let right = owner[key(b, a)], left != right else { return nil }
        let (c, d) = (opposite(a, b, left), opposite(b, a, right))
        guard c != d, owner[key(c, d)] == nil, owner[key(d, c)] == nil else { return nil }
        guard area(a, d, c) > 1e-9, area(d, b, c) > 1e-9, isBetter(a, b, c, d) else { return nil }
        owner[key(a, b)] = nil
        owner[key(b, a)] = nil
        triangles[left] = SIMD3(a, d, c)
        triangles[right] = SIMD3(d, b, c)
        claim(triangles[left], left)
        claim(triangles[right], right)
        return (c, d)
    }

    private func opposite(_ a: Int32, _ b: Int32, _ triangle: Int) -> Int32 {
        let t = triangles[triangle]
        return t[0] != a && t[0] != b ? t[0] : t[1] != a && t[1] != b ? t[1] : t[2]
    }

    private func area(_ a: Int32, _ b: Int32, _ c: Int32) -> Double {
        let (u, v) = (places[Int(b)] - places[Int(a)], places[Int(c)] - places[Int(a)])
        return u.x * v.y - u.y * v.x
    }

    /// Whether the angles at c and d, across from ab, make more than a straight angle together.
    private func isBetter(_ a: Int32, _ b: Int32, _ c: Int32, _ d: Int32) -> Bool {
        let (pa, pb, pc, pd) = (places[Int(a)], places[Int(b)], places[Int(c)], places[Int(d)])
        let (cosC, cosD) = (((pa - pc) * (pb - pc)).sum(), ((pa - pd) * (pb - pd)).sum())
        let (sinC, sinD) = (area(c, a, b), area(d, b, a))
        return sinC * cosD + cosC * sinD < -1e-12
    }
}
