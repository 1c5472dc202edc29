import Frames
import Imaging

#if canImport(Glibc)
    import Glibc
#endif

func cosineAndSine(_ radians: Double) -> (Double, Double) { (cos(radians), sin(radians)) }

/// Vessels and ventricles inside the skull, as far as the image tells them from brain.
struct HeadContents: Sendable {
    /// Median of all that is in the skull, HU: brain.
    let brainHU: Float
    /// Standard deviation of brain about its median, from the middle of the distribution, HU.
    let noise: Float
    /// 1 in vessels that contrast has made brighter than brain; `nil` in an image without contrast.
    let vessels: MaskGrid?
    /// The same outside the skull: vessels of neck and face.
    let outerVessels: MaskGrid?
    let vesselHU: Float
    /// Halfway between brain and the brightest vessel nearby, HU.
    let vesselLevel: ScalarGrid
    /// The smoothed image, and the level below which it is fluid.
    let smooth: ScalarGrid
    let fluidLevel: Float
    /// 1 in the ventricles; `nil` where fluid cannot be told from brain.
    let ventricles: MaskGrid?

    /// Enhanced vessels are at least so much brighter than brain; fresh blood is 30–50 HU brighter, lesions seldom
    /// more.
    static let enhancement: Float = 85
    /// Less than this (mm³) of enhanced vessels is no contrast but calcium.
    static let leastVessels = 1500.0
    /// Fluid has 0–15 HU (textbooks); brain about 30–40.
    static let fluidHU: Float = 6
    /// Ventricles lie at least so deep below the inner table, mm; sulci and outer cisterns do not.
    static let ventricleDepth: Float = 18
    static let leastVentricle = 400.0

    init(_ grid: ScalarGrid, _ body: MaskGrid, _ cavity: HeadCavity) {
        let depth = cavity.mask.signedDistance()
        (brainHU, noise) = Self.statistics(grid, depth)
        let level = brainHU + max(Self.enhancement, 6 * noise)
        let found =
            Self.showsContrast(grid, cavity.mask)
            ? Self.findVessels(grid, cavity, depth, level: level) : (mask: nil, hu: 0)
        (vessels, vesselHU) = (found.mask, found.hu)
        outerVessels = found.mask.map { _ in OuterVessels.find(grid, body, cavity, level: level, hu: found.hu) }
        vesselLevel = Self.edgeLevel(grid, brain: brainHU, vessel: found.hu)
        smooth = grid.blurred(sigma: 1.2)
        fluidLevel = (brainHU + Self.fluidHU) / 2
        ventricles = Self.findVentricles(smooth, depth, brain: brainHU, vessels: found.mask)
    }

    /// Thin vessels are blurred, so their edge lies at half of what their middle reaches.
    private static func edgeLevel(_ grid: ScalarGrid, brain: Float, vessel: Float) -> ScalarGrid {
        var level = grid.localMaximum(radius: 2)
        for i in 0..<level.count {
            let peak = min(max(level.values[i], brain + enhancement), max(vessel * 1.15, brain + enhancement))
            level.values[i] = brain + (peak - brain) / 2
        }
        return level
    }

    /// Whether a bright, long thing lies deep in the skull: an enhanced vessel, since calcium is compact.
    static func showsContrast(_ grid: ScalarGrid, _ mask: MaskGrid) -> Bool {
        let depth = mask.signedDistance()
        let (brain, noise) = statistics(grid, depth)
        let level = brain + max(enhancement, 6 * noise)
        var bright = MaskGrid(like: grid, filledWith: 0)
        for i in 0..<grid.count where depth[i] < -8 && grid.values[i] > level { bright.values[i] = 1 }
        let parts = ConnectedComponents(of: bright.bits, connectivity: .twentySix)
        let map = parts.map()
        var low = [Vector3](repeating: Vector3(repeating: .infinity), count: parts.voxelCounts.count)
        var high = [Vector3](repeating: Vector3(repeating: -.infinity), count: parts.voxelCounts.count)
        for i in 0..<grid.count where map[i] != 0 {
            let (k, p) = (Int(map[i]) - 1, grid.point(offset: i))
            (low[k], high[k]) = (pointwiseMin(low[k], p), pointwiseMax(high[k], p))
        }
        return zip(low, high).contains { length($1 - $0) >= longCalcium }
    }

    /// Calcified choroid plexus and pineal gland are shorter, mm.
    static let longCalcium = 25.0

    /// Median, and half the distance between the 16th and the 84th percentile, of what is deeper than 8 mm.
    private static func statistics(_ grid: ScalarGrid, _ depth: [Float]) -> (Float, Float) {
        var bins = [Int](repeating: 0, count: 300)
        for i in 0..<grid.count where depth[i] < -8 {
            let k = Int(grid.values[i]) + 100
            if bins.indices.contains(k) { bins[k] += 1 }
        }
        let total = bins.reduce(0, +)
        func quantile(_ part: Double) -> Float {
            var left = Double(total) * part
            for k in bins.indices {
                left -= Double(bins[k])
                if left < 0 { return Float(k - 100) }
            }
            return 0
        }
        return (quantile(0.5), max((quantile(0.84) - quantile(0.16)) / 2, 1))
    }

    /// Bright tissue whose middle keeps away from the inner table's blurred edge, grown back to its own edge.
    private static func findVessels(
        _ grid: ScalarGrid, _ cavity: HeadCavity, _ depth: [Float], level: Float
    ) -> (mask: MaskGrid?, hu: Float) {
        let (near, far) = (Float(grid.spacing) * 1.2, Float(grid.spacing) * 3.2)
        var bright = MaskGrid(like: grid, filledWith: 0)
        var seeds = bright
        for i in 0..<grid.count where depth[i] < 0 && grid.values[i] > level {
            bright.values[i] = 1
            if depth[i] < -near { seeds.values[i] = 1 }
        }
        let parts = ConnectedComponents(of: seeds.bits, connectivity: .twentySix)
        let map = parts.map()
        var deepest = [Float](repeating: 0, count: parts.voxelCounts.count)
        for i in 0..<grid.count where map[i] != 0 { deepest[Int(map[i]) - 1] = min(deepest[Int(map[i]) - 1], depth[i]) }
        let least = 12 / (grid.spacing * grid.spacing * grid.spacing)
        for i in 0..<grid.count where map[i] != 0 {
            let k = Int(map[i]) - 1
            if deepest[k] > -far || Double(parts.voxelCounts[k]) < least { seeds.values[i] = 0 }
        }
        let volume = Double(seeds.values.reduce(0) { $0 + Int($1) }) * grid.spacing * grid.spacing * grid.spacing
        guard volume >= leastVessels else { return (nil, 0) }
        return (seeds.within(1.5 * Float(grid.spacing)).and(bright), median(grid, seeds))
    }

    private static func median(_ grid: ScalarGrid, _ mask: MaskGrid) -> Float {
        var values = (0..<grid.count).filter { mask.values[$0] == 1 }.map { grid.values[$0] }
        values.sort()
        return values.isEmpty ? 0 : values[values.count / 2]
    }

    /// Dark, deep and as dark as fluid in their middle; `nil` where brain and fluid differ too little for the noise.
    private static func findVentricles(
        _ smooth: ScalarGrid, _ depth: [Float], brain: Float, vessels: MaskGrid?
    ) -> MaskGrid? {
        let grid = smooth
        let level = (brain + fluidHU) / 2
        guard brain - fluidHU > 14, spread(smooth, depth) * 2.5 < brain - level else { return nil }
        var dark = MaskGrid(like: grid, filledWith: 0)
        for i in 0..<grid.count where depth[i] < -4 && smooth.values[i] < level && vessels?.values[i] != 1 {
            dark.values[i] = 1
        }
        // Opened by a little, so that films of fluid round the brain do not join.
        let inner = dark.signedDistance()
        var core = dark
        for i in 0..<core.count {
            core.values[i] = inner[i] < -Float(1.3 * grid.spacing) && depth[i] < -ventricleDepth ? 1 : 0
        }
        let parts = ConnectedComponents(of: core.bits, connectivity: .twentySix)
        let map = parts.map()
        var sums = [Double](repeating: 0, count: parts.voxelCounts.count)
        for i in 0..<core.count where map[i] != 0 { sums[Int(map[i]) - 1] += Double(smooth.values[i]) }
        let least = leastVentricle / (grid.spacing * grid.spacing * grid.spacing) / 4
        for i in 0..<core.count where map[i] != 0 {
            let k = Int(map[i]) - 1
            let mean = Float(sums[k] / Double(parts.voxelCounts[k]))
            // A lesion's core or swollen brain is not as dark as fluid.
            if Double(parts.voxelCounts[k]) < least || mean > fluidHU + 0.3 * (brain - fluidHU) { core.values[i] = 0 }
        }
        let result = core.within(Float(2.6 * grid.spacing)).and(dark).withoutSmall(volume: leastVentricle)
        return result.values.contains(1) ? result : nil
    }

    /// Noise of the smoothed image: the median difference of neighbours two apart in the deep middle, scaled to a
    /// deviation.
    private static func spread(_ grid: ScalarGrid, _ depth: [Float]) -> Float {
        var differences: [Float] = []
        for i in stride(from: 0, to: grid.count - 4, by: 7) where depth[i] < -12 && depth[i + 4] < -12 {
            differences.append(abs(grid.values[i] - grid.values[i + 4]))
        }
        differences.sort()
        return differences.isEmpty ? .infinity : differences[differences.count / 2] / 0.954
    }
}
