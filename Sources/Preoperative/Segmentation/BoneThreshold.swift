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

    /// How bright bone is against healthy bone, 0.66…1, from the thresholds at the endplates beside discs.
    static func brightness(_ discs: [DiscPlane], _ threshold: ScalarGrid) -> Float {
        let ridges = discs.map { threshold.sample($0.centre + $0.normal * $0.halfThickness) }.sorted()
        guard !ridges.isEmpty else { return 1 }
        let part = (ridges[ridges.count / 2] - brittleRidge) / (healthyRidge - brittleRidge)
        return 0.66 + 0.34 * min(max(part, 0), 1)
    }

    /// The threshold at the endplates of healthy and of brittle bone, HU.
    static let healthyRidge: Float = 170, brittleRidge: Float = 150

    /// Metal outshines the bone that holds it: HU that no bone reaches, how far its blur goes, mm, and what stands for
    /// bone there.
    static let metalHU: Float = 1700, metalHalo = 2.5, besideMetalHU: Float = 600

    /// The grid with metal and its halo held to what bone has; `liftsShadows`: its dark rim as well.
    static func withoutMetal(
        _ grid: ScalarGrid, besideHU: Float = besideMetalHU, liftsShadows: Bool = false
    ) -> ScalarGrid {
        guard grid.values.contains(where: { $0 > metalHU }) else { return grid }
        var metal = MaskGrid(like: grid, filledWith: 0)
        for i in 0..<grid.count where grid.values[i] > metalHU { metal.values[i] = 1 }
        metal = metal.dilated(steps: max(1, Int((metalHalo / grid.spacing).rounded())))
        var result = grid
        for i in 0..<grid.count where metal.values[i] == 1 {
            result.values[i] = liftsShadows ? besideHU : min(grid.values[i], besideHU)
        }
        return result
    }

    static func map(_ grid: ScalarGrid, voxel geometry: GridGeometry) -> ScalarGrid {
        let part = part(geometry)
        var result = withoutMetal(grid).blurred(sigma: 0.7).localMaximum(radius: 2).blurred(sigma: 1.2)
        for i in 0..<result.count {
            result.values[i] = min(max(softTissueHU + part * (result.values[i] - softTissueHU), lowest), highest)
        }
        return result
    }

    /// What stands for metal where a bone's surface is sought: marrow, since a screw's edge is no cortex, HU.
    static let marrowHU: Float = 150
    /// How far from metal its streaks are bright in soft tissue, within its slices and along the spine, mm.
    static let streakReach = 90.0, streakHeight = 3.0
    /// Streaks are taken for bone only where they reach this part of the usual threshold at endplates.
    static let streakPart: Float = 0.85

    /// Raises the threshold in the slices of metal, where streaks are as bright as faint bone.
    static func againstStreaks(_ threshold: inout ScalarGrid, _ grid: ScalarGrid, _ discs: [DiscPlane]) {
        let plane = grid.nx * grid.ny
        var low = [SIMD2<Int>?](repeating: nil, count: grid.nz), high = low
        for i in 0..<grid.count where grid.values[i] > metalHU {
            let z = i / plane, p = SIMD2(i % grid.nx, (i % plane) / grid.nx)
            low[z] = low[z].map { pointwiseMin($0, p) } ?? p
            high[z] = high[z].map { pointwiseMax($0, p) } ?? p
        }
        let ridges = discs.map { threshold.sample($0.centre + $0.normal * $0.halfThickness) }.sorted()
        guard low.contains(where: { $0 != nil }), !ridges.isEmpty else { return }
        let least = streakPart * ridges[ridges.count / 2]
        let reach = Int(streakReach / grid.spacing), height = max(1, Int((streakHeight / grid.spacing).rounded()))
        for z in 0..<grid.nz {
            let near = max(0, z - height)...min(grid.nz - 1, z + height)
            guard let a = near.compactMap({ low[$0] }).reduce(nil, { r, p in r.map { pointwiseMin($0, p) } ?? p }),
                let b = near.compactMap({ high[$0] }).reduce(nil, { r, p in r.map { pointwiseMax($0, p) } ?? p })
            else { continue }
            for y in max(0, a.y - reach)..<min(grid.ny, b.y + reach) {
                for x in max(0, a.x - reach)..<min(grid.nx, b.x + reach) {
                    let i = grid.offset(x, y, z)
                    threshold.values[i] = max(threshold.values[i], least)
                }
            }
        }
    }
}

func cubeRoot(_ x: Double) -> Double { cbrt(x) }
