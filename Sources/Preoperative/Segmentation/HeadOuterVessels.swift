import Frames
import Imaging

/// Enhanced vessels outside the skull, so that they are not taken for bone: as bright as those inside, away from
/// cortex, and not surrounded by it as marrow is.
enum OuterVessels {
    /// What lies so near to cortex is left to it, mm.
    static let clearance: Float = 2.5
    /// Smaller ones are calcium or streaks, mm³.
    static let least = 250.0

    static func find(
        _ grid: ScalarGrid, _ body: MaskGrid, _ cavity: HeadCavity, level: Float, hu: Float
    ) -> MaskGrid {
        var cortex = MaskGrid(like: grid, filledWith: 0)
        let strong = max(hu * 1.6, 450)
        for i in 0..<grid.count where grid.values[i] > strong { cortex.values[i] = 1 }
        let away = cortex.signedDistance()
        var bright = MaskGrid(like: grid, filledWith: 0)
        var core = bright
        let floor = max(level, 40 + (hu - 40) * 0.55)
        for i in 0..<grid.count
        where body.values[i] == 1 && cavity.mask.values[i] == 0 && grid.values[i] > level && grid.values[i] < hu * 1.5 {
            bright.values[i] = 1
            core.values[i] = away[i] > clearance && grid.values[i] > floor ? 1 : 0
        }
        return free(core.withoutSmall(volume: least), away).within(Float(1.5 * grid.spacing)).and(bright)
    }

    /// Components of which less than half the surface lies close to cortex.
    private static func free(_ core: MaskGrid, _ away: [Float]) -> MaskGrid {
        let parts = ConnectedComponents(of: core.bits, connectivity: .twentySix)
        let map = parts.map()
        var (rim, near) = (
            [Int](repeating: 0, count: parts.voxelCounts.count), [Int](repeating: 0, count: parts.voxelCounts.count)
        )
        let plane = core.nx * core.ny
        for i in plane..<max(core.count - plane, plane) where map[i] != 0 {
            guard [1, -1, core.nx, -core.nx, plane, -plane].contains(where: { map[i + $0] == 0 }) else { continue }
            rim[Int(map[i]) - 1] += 1
            if away[i] < clearance + 1.2 * Float(core.spacing) { near[Int(map[i]) - 1] += 1 }
        }
        var result = core
        for i in 0..<core.count where map[i] != 0 && near[Int(map[i]) - 1] * 2 >= rim[Int(map[i]) - 1] {
            result.values[i] = 0
        }
        return result
    }
}
