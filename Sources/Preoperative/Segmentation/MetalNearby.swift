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
}
