import Frames

/// Every triangle parted into four at the middles of its sides: the same surface, closed and manifold as before.
struct MidpointSubdivision {
    let place: [Vector3]
    let triangles: [SIMD3<Int32>]

    init(_ triangles: [SIMD3<Int32>], _ place: [Vector3]) {
        var all = place
        var middles: [UInt64: Int32] = [:]
        middles.reserveCapacity(triangles.count * 3 / 2)
        func middle(_ a: Int32, _ b: Int32) -> Int32 {
            let key = UInt64(UInt32(min(a, b))) << 32 | UInt64(UInt32(max(a, b)))
            if let known = middles[key] { return known }
            let new = Int32(all.count)
            all.append((all[Int(a)] + all[Int(b)]) / 2)
            middles[key] = new
            return new
        }
        var parted: [SIMD3<Int32>] = []
        parted.reserveCapacity(4 * triangles.count)
        for t in triangles {
            let (ab, bc, ca) = (middle(t.x, t.y), middle(t.y, t.z), middle(t.z, t.x))
            parted += [SIMD3(t.x, ab, ca), SIMD3(ab, t.y, bc), SIMD3(ca, bc, t.z), SIMD3(ab, bc, ca)]
        }
        (self.place, self.triangles) = (all, parted)
    }
}
