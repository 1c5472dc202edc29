import Frames
import Imaging

/// Where metal is in or near vertebrae, whose bone it hides and whose boundaries its streaks can move.
enum MetalNearby {
    /// Metal this near to a body's middle lies in it or in a disc beside it, mm.
    static let bodyReach = 22.0
    /// Less is a clip or calcium, mm³.
    static let leastVolume = 50.0

    /// Whether each body holds metal.
    static func within(_ surfaces: [BodySurface?], _ grid: ScalarGrid) -> [Bool] {
        var volume = [Double](repeating: 0, count: surfaces.count)
        let voxel = grid.spacing * grid.spacing * grid.spacing
        for i in 0..<grid.count where grid.values[i] > BoneThreshold.metalHU {
            let p = grid.point(offset: i)
            for (k, surface) in surfaces.enumerated() {
                guard let surface, squaredLength(p - surface.centre) < bodyReach * bodyReach else { continue }
                volume[k] += voxel
            }
        }
        return volume.map { $0 >= leastVolume }
    }

    /// Streaks run within the scanned slices and fade with distance, mm; a level counts as crossed where they do so in
    /// this part of its slices.
    static let streakReach = 40.0, streakPart = 0.2

    /// Which painted numbers have metal in or near them, or its streaks.
    static func flagged(_ paint: [UInt8], _ bounds: [VoxelBounds?], _ geometry: GridGeometry) -> [Bool] {
        let size = geometry.size, s = geometry.spacing
        let reach = (Int(streakReach / s.x), Int(streakReach / s.y))
        var slices = [Set<Int>](repeating: [], count: bounds.count)
        var count = 0
        for z in 0..<size.z {
            for y in 0..<size.y {
                let row = (z * size.y + y) * size.x
                for x in 0..<size.x where paint[row + x] == Paint.metal {
                    count += 1
                    for (k, b) in bounds.enumerated() {
                        guard let b, z >= b.low.z, z <= b.high.z, x >= b.low.x - reach.0, x <= b.high.x + reach.0,
                            y >= b.low.y - reach.1, y <= b.high.y + reach.1
                        else { continue }
                        slices[k].insert(z)
                    }
                }
            }
        }
        guard Double(count) * geometry.voxelVolume >= leastVolume else { return slices.map { _ in false } }
        return zip(slices, bounds).map { crossed, b in
            guard let b else { return false }
            return Double(crossed.count) >= streakPart * Double(b.high.z - b.low.z + 1)
        }
    }
}
