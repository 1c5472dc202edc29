import Frames
import Imaging

#if canImport(Glibc)
    import Glibc
#endif

/// Where bone ends: halfway between soft tissue and the bone nearby, so that the boundary lies where an edge blurred by
/// the scanner really is, in dense and in brittle bone alike.
enum BoneThreshold {
    static let softTissueHU: Float = 40
    static let lowest: Float = 140
    static let highest: Float = 600

    /// Cortex is thinner than coarse voxels, whose peaks are then too low to halve: the part falls from a half at
    /// 1.5 mm to 0.4 at 3 mm.
    static func part(_ geometry: GridGeometry) -> Float {
        let voxel = cubeRoot(geometry.voxelVolume)
        return Float(min(max(0.5 - 0.067 * (voxel - 1.5), 0.4), 0.54))
    }

    static func map(_ grid: ScalarGrid, voxel geometry: GridGeometry) -> ScalarGrid {
        let part = part(geometry)
        var result = grid.blurred(sigma: 0.7).localMaximum(radius: 2).blurred(sigma: 1.2)
        for i in 0..<result.count {
            result.values[i] = min(max(softTissueHU + part * (result.values[i] - softTissueHU), lowest), highest)
        }
        return result
    }
}

func cubeRoot(_ x: Double) -> Double { cbrt(x) }
