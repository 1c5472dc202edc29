import Frames

/// Takes back what a movement of vertices has spoilt.
struct SurfaceUntangling: Sendable {
    /// A triangle may turn by less than this cosine's angle (84°), and keep at least this part of its area.
    static let leastCosine = 0.1, leastAreaPart = 0.02

    /// A sound surface, where the vertices were before.
    let start: [Vector3]
    let triangles: [SIMD3<Int32>]

    /// The vertices of overturned or flattened triangles go back towards where they began, until there are none.
    func untangled(_ moved: [Vector3]) -> [Vector3] {
        var kept = [Double](repeating: 1, count: moved.count)
        var place = moved
        for round in 0..<12 {
            let bad = triangles.indices.filter { isSpoilt(triangles[$0], place) }
            if bad.isEmpty { return place }
            for i in bad {
                for k in 0..<3 { kept[Int(triangles[i][k])] = round < 8 ? kept[Int(triangles[i][k])] * 0.6 : 0 }
            }
            for v in place.indices where kept[v] < 1 { place[v] = start[v] + (moved[v] - start[v]) * kept[v] }
        }
        return start
    }

    private func isSpoilt(_ t: SIMD3<Int32>, _ place: [Vector3]) -> Bool {
        let (a, b, c) = (Int(t.x), Int(t.y), Int(t.z))
        let before = cross(start[b] - start[a], start[c] - start[a])
        let after = cross(place[b] - place[a], place[c] - place[a])
        let (was, now) = (length(before), length(after))
        return now < was * Self.leastAreaPart || dot(before, after) < Self.leastCosine * was * now
    }
}
