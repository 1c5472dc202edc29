import Frames
import Imaging

/// Segments a CT of the trunk without any training: body, canal, discs, then whose bone each voxel is.
///
/// ```swift
/// let result = try SpineSegmentation.segment(ct)
/// for v in result.vertebrae { print(v.label.name, v.isCertain, v.isPartial) }
/// ```
public enum SpineSegmentation {
    /// Voxels longer than this hide discs and joints, mm.
    public static let coarsestSpacing = 5.5
    static let coarseSpacing = 2.0

    /// - Parameters:
    ///   - ct: HU, on any grid.
    ///   - progress: called with the fraction done.
    /// - Returns: labels by CONTRACT.md's numbers on the grid of `ct`, and what is known about each vertebra.
    public static func segment(
        _ ct: Volume<Int16>, options: SegmentationOptions = SegmentationOptions(), progress: ProgressReport? = nil
    ) throws(SegmentationError) -> SpineSegmentationResult {
        try check(ct)
        switch options.anatomy {
        case .head: return try HeadSegmentation.segment(ct, progress: progress)
        case .bone: return try BoneSegmentation.segment(ct, progress: progress)
        case .spine: break
        }
        let anatomy = try SpineAnatomy(ct, progress: progress)
        return try SpineAssembly(ct: ct, anatomy: anatomy, options: options).result(progress)
    }

    static func check(_ ct: Volume<Int16>) throws(SegmentationError) {
        let size = ct.size
        guard size.x >= 16, size.y >= 16, size.z >= 4 else {
            throw .imageTooSmall(x: size.x, y: size.y, z: size.z)
        }
        let longest = ct.geometry.spacing.max()
        guard longest <= coarsestSpacing else { throw .tooCoarse(spacing: longest, limit: coarsestSpacing) }
        let (low, high) = ct.withVoxels { v in
            v.reduce((Int16.max, Int16.min)) { (min($0.0, $1), max($0.1, $1)) }
        }
        // Fat at least; a field of view within the body holds no air.
        guard low < -50, high > 150 else { throw .notHounsfield(lowest: Int(low), highest: Int(high)) }
    }
}

/// Everything that is found before voxels are painted.
struct SpineAnatomy {
    let coarse: ScalarGrid
    let body: MaskGrid
    let grid: ScalarGrid
    let threshold: ScalarGrid
    let curve: SpineCurve
    let shape: CanalShape
    let column: ColumnDepth
    let discs: [DiscPlane]
    let segments: [SpineSegment]
    let surfaces: [BodySurface?]
    let lateral: LateralBones
    let territories: Territories
    /// Where C1 and the dens of C2 are seen, which are then the highest pieces but the skull.
    let atlas: Atlas?

    static let wallHU: Float = 160

    init(_ ct: Volume<Int16>, progress: ProgressReport?) throws(SegmentationError) {
        let box = PatientBox(around: ct.geometry)
        coarse = ScalarGrid(ct, spacing: SpineSegmentation.coarseSpacing, box: box)
        progress?(0.06)
        body = BodyMask.find(in: coarse)
        guard body.values.contains(1) else { throw .noBodyFound }
        progress?(0.12)
        guard let path = CanalPathFinder(grid: coarse, body: body).find(within: ct),
            let rough = SpineCurve(path: path, smoothing: 8)
        else { throw .noSpineFound(minimumLength: CanalPathFinder.shortest) }
        progress?(0.2)
        grid = Self.workingGrid(ct, around: path, within: box)
        let centred = CanalShape.centred(rough, grid, wallHU: Self.wallHU)
        let turned = SpineSymmetry.aligned(centred, grid)
        curve = turned
        shape = CanalShape(turned, grid, wallHU: Self.wallHU)
        progress?(0.3)
        column = ColumnDepth(curve, shape, grid)
        var found = DiscFinder(curve: curve, grid: grid, shape: shape, column: column).find()
        guard !found.isEmpty else { throw .noWholeVertebra(coveredLength: Double(curve.count)) }
        var limits = BoneThreshold.map(grid, voxel: ct.geometry)
        BoneThreshold.againstStreaks(&limits, grid, found)
        threshold = limits
        let ring = AtlasFinder(
            curve: curve, grid: grid, shape: shape, column: column, discs: found,
            brightness: BoneThreshold.brightness(found, threshold)
        ).find()
        atlas = ring?.atlas
        if let disc = ring?.disc { found = Array(found[...disc]) }
        let top = SacrumFinder.topDisc(found, curve, grid, threshold)
        discs = Array(found[(top ?? 0)...])
        let pieces = SpineSegment.split(discs, onSacrum: top != nil)
        segments = atlas == nil ? pieces : SpineSegment.withAtlas(pieces)
        progress?(0.45)
        lateral = LateralBones(
            coarse, body, part: 2 * BoneThreshold.part(ct.geometry) * BoneThreshold.brightness(discs, threshold),
            pelvisTop: Self.pelvisTop(discs, sacrum: top != nil),
            organFloor: Self.organFloor(discs, sacrum: top != nil),
            ribCeiling: atlas == nil ? .infinity : found[found.count - 1].centre.z,
            curve: turned)
        surfaces = Self.surfaces(segments, curve, shape, column, grid, threshold)
        progress?(0.5)
        territories = TerritoryFinder(
            grid: grid, threshold: threshold, curve: curve, shape: shape, column: column, segments: segments,
            discs: discs,
            lateral: lateral, surfaces: surfaces, atlas: atlas
        ).find()
        progress?(0.7)
    }

    /// About three quarters of the image's own resolution, over the spine with its processes.
    private static func workingGrid(_ ct: Volume<Int16>, around path: [Vector3], within box: PatientBox) -> ScalarGrid {
        var (low, high) = (path[0], path[0])
        for p in path {
            low = pointwiseMin(low, p)
            high = pointwiseMax(high, p)
        }
        let wanted = PatientBox(low: low - Vector3(75, 62, 60), high: high + Vector3(75, 80, 45))
        let voxel = cubeRoot(ct.geometry.voxelVolume)
        return ScalarGrid(ct, spacing: min(max(voxel * 0.75, 0.9), 1.5), box: wanted.intersection(box))
    }

    /// The height below which bone far from the midline can be pelvis: the iliac crest reaches to L4, mm.
    private static func pelvisTop(_ discs: [DiscPlane], sacrum: Bool) -> Double {
        discs[0].centre.z + (sacrum ? 80 : 30)
    }

    /// Above this height what is bright through and through far from the midline is an organ, not a pelvis, mm.
    private static func organFloor(_ discs: [DiscPlane], sacrum: Bool) -> Double {
        discs[0].centre.z + (sacrum ? 20 : -100)
    }

    private static func surfaces(
        _ segments: [SpineSegment], _ curve: SpineCurve, _ shape: CanalShape, _ column: ColumnDepth,
        _ grid: ScalarGrid, _ threshold: ScalarGrid
    ) -> [BodySurface?] {
        let smooth = BoneThreshold.withoutMetal(grid, besideHU: BoneThreshold.marrowHU, liftsShadows: true).blurred(
            sigma: 0.7)
        @Sendable func surface(_ k: Int, like usual: [Double]?) -> BodySurface? {
            let segment = segments[k]
            guard segment.kind == .vertebra else { return nil }
            let core = BodyCore(
                segment, height: SpineSegment.typicalHeight(segments), halfDepth: column.halfDepth(segment))
            guard smooth.nearestOffset((core.low + core.high) / 2) != nil else { return nil }
            return BodySurface(
                core, curve, shape, lower: segment.lower, upper: segment.upper, smooth, threshold, like: usual)
        }
        var result = [BodySurface?](repeating: nil, count: segments.count)
        result.withUnsafeMutableBufferPointer { out in
            let target = SharedBuffer(out)
            parallelFor(segments.count) { target[$0] = surface($0, like: nil) }
        }
        // Screws and their streaks look like cortex within a body; its neighbours tell how large it is.
        let crossed = MetalNearby.within(result, grid)
        for k in segments.indices where crossed[k] {
            let free = segments.indices.filter { !crossed[$0] && segments[$0].isWhole && result[$0] != nil }
            guard let near = free.min(by: { abs($0 - k) < abs($1 - k) }) else { continue }
            result[k] = surface(k, like: result[near]?.radii)
        }
        return result
    }
}
