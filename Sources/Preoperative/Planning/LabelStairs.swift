import Frames
import Imaging

/// Exact distances to the faces of a label's voxels, from the voxels near a place.
struct LabelStairs: Sendable {
    /// 1 where the label is; nothing is labelled beyond.
    let mask: LabelVolume

    /// How deep within the label's voxels `p` lies, mm; negative outside.
    ///
    /// - Parameter reach: of the search, mm; nothing found within it gives ±`reach`.
    func depth(_ p: Point<CT>, within reach: Double) -> Double {
        let g = mask.geometry
        let at = g.gridPoint(p).coordinates
        let size = g.size
        return mask.withVoxels { v in
            func holds(_ x: Int, _ y: Int, _ z: Int) -> Bool {
                x >= 0 && y >= 0 && z >= 0 && x < size.x && y < size.y && z < size.z
                    && v[(z * size.y + y) * size.x + x] != 0
            }
            let own = at.rounded(.toNearestOrAwayFromZero)
            guard own.min() > -1e6, own.max() < 1e6 else { return -reach }
            let inside = holds(Int(own.x), Int(own.y), Int(own.z))
            let (low, high) = ((at - reach / g.spacing).rounded(.down), (at + reach / g.spacing).rounded(.up))
            var least = reach * reach
            for z in Int(low.z)...Int(high.z) {
                let dz = max(abs(at.z - Double(z)) - 0.5, 0) * g.spacing.z
                if dz * dz >= least { continue }
                for y in Int(low.y)...Int(high.y) {
                    let dy = max(abs(at.y - Double(y)) - 0.5, 0) * g.spacing.y
                    let near = dz * dz + dy * dy
                    if near >= least { continue }
                    for x in Int(low.x)...Int(high.x) where holds(x, y, z) != inside {
                        let dx = max(abs(at.x - Double(x)) - 0.5, 0) * g.spacing.x
                        least = min(least, near + dx * dx)
                    }
                }
            }
            return inside ? least.squareRoot() : -least.squareRoot()
        }
    }
}
