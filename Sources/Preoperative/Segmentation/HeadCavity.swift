import Frames
import Imaging

/// The space inside the skull: the deepest soft tissue that bone surrounds, cut off from orbits, nose and nerve holes
/// by an opening with a ball, and from the neck where it narrows to the foramen magnum.
struct HeadCavity: Sendable {
    /// 1 within the inner table.
    let mask: MaskGrid
    /// What is brighter than this counts as bone while the space is sought, HU.
    let boneHU: Float
    /// Middle of the opening towards the spinal canal; `nil` where the image ends above it.
    let foramen: Vector3?
    /// The share of directions from the middle in which bone is met within the image.
    let enclosure: Double

    /// Radius of the ball that must fit, mm: wider than half of every hole of the skull base but the foramen magnum.
    static let ball: Float = 5
    /// Thick slices blur thin walls away over wider holes: the ball grows with what a voxel's length has over this, mm.
    static let fineVoxel = 1.5
    /// How far the found space grows back into corners that the ball does not reach, mm.
    static let corner: Float = 2.5
    /// The foramen magnum is reached where the opened space's section falls below this, mm². The foramen has 700–1000
    /// mm², of which the ball takes a rim.
    static let foramenArea = 550.0
    /// Brain lies at least this deep, mm.
    static let deepest: Float = 24
    static let leastEnclosure = 0.72

    /// No head holds more, ml: a larger space has run out of the skull.
    static let largest = 2200.0
    /// Bone's level in an image without contrast: thin walls blurred by thick slices reach no more.
    static let plainLevel: Float = 240

    /// Looks for the space as in an image without contrast; where it then holds long bright vessels, again with a level
    /// that lies above them.
    ///
    /// - Throws: `SegmentationError.noSkullFound`.
    static func find(
        in grid: ScalarGrid, _ body: MaskGrid, longestVoxel: Double
    ) throws(SegmentationError) -> HeadCavity {
        let smooth = grid.blurred(sigma: 0.8)
        let ball = Self.ball + Float(max(longestVoxel - fineVoxel, 0))
        let plain = try find(in: smooth, body, ball: ball, boneHU: plainLevel)
        guard HeadContents.showsContrast(grid, plain.mask) else { return try plain.plausible() }
        return try find(in: smooth, body, ball: ball, boneHU: enhancedLevel(grid, body)).plausible()
    }

    private func plausible() throws(SegmentationError) -> HeadCavity {
        let volume = Double(mask.values.reduce(0) { $0 + Int($1) }) * pow3(mask.spacing) / 1000
        guard volume <= Self.largest else { throw .noSkullFound(enclosedShare: enclosure) }
        return self
    }

    private static func find(
        in smooth: ScalarGrid, _ body: MaskGrid, ball: Float, boneHU: Float
    ) throws(SegmentationError) -> HeadCavity {
        let grid = smooth
        var soft = MaskGrid(like: grid, filledWith: 0)
        for i in 0..<grid.count where body.values[i] == 1 && smooth.values[i] > -30 && smooth.values[i] < boneHU {
            soft.values[i] = 1
        }
        let depth = soft.signedDistance()
        let ranked = seeds(soft, depth).map { (offset: $0, share: enclosure(of: $0, smooth, boneHU)) }
        guard let seed = ranked.max(by: { $0.share < $1.share }), seed.share >= leastEnclosure else {
            throw .noSkullFound(enclosedShare: ranked.map(\.share).max() ?? 0)
        }
        var core = MaskGrid(like: grid, filledWith: 0)
        for i in 0..<core.count where depth[i] < -ball { core.values[i] = 1 }
        let (cut, foramen) = cutAtForamen(core, from: seed.offset, ball)
        let mask = grown(cut.component(at: seed.offset), by: ball, within: soft)
        return HeadCavity(mask: mask, boneHU: boneHU, foramen: foramen, enclosure: seed.share)
    }

    /// Two fifths of cortical bone as this image shows it.
    private static func enhancedLevel(_ grid: ScalarGrid, _ body: MaskGrid) -> Float {
        var bins = [Int](repeating: 0, count: 400)
        for i in 0..<grid.count where body.values[i] == 1 && grid.values[i] > 250 {
            bins[min(Int(grid.values[i] / 10), 399)] += 1
        }
        var left = bins.reduce(0, +) / 10
        let top = bins.indices.reversed().first { i in
            left -= bins[i]
            return left < 0
        }
        return min(max(Float(top ?? 100) * 4, plainLevel), 450)
    }

    /// The deepest element of each region deeper than `deepest`, of the eight largest.
    private static func seeds(_ soft: MaskGrid, _ depth: [Float]) -> [Int] {
        var deep = MaskGrid(like: soft, filledWith: 0)
        for i in 0..<deep.count where depth[i] < -deepest { deep.values[i] = 1 }
        let map = ConnectedComponents(of: deep.bits, connectivity: .twentySix, order: .bySize).map()
        var best = [Int?](repeating: nil, count: 8)
        for i in 0..<deep.count where (1...8).contains(map[i]) {
            let k = Int(map[i]) - 1
            if depth[i] < depth[best[k] ?? i] || best[k] == nil { best[k] = i }
        }
        return best.compactMap { $0 }
    }

    /// The share of 300 directions in which bone is met within 130 mm; what leaves the image has met none.
    private static func enclosure(of seed: Int, _ grid: ScalarGrid, _ boneHU: Float) -> Double {
        let start = grid.point(offset: seed)
        var met = 0
        for k in 0..<300 {
            let u = sphere(k, of: 300)
            var t = 4.0
            while t < 130, let i = grid.nearestOffset(start + u * t) {
                if grid.values[i] >= boneHU {
                    met += 1
                    break
                }
                t += grid.spacing * 0.7
            }
        }
        return Double(met) / 300
    }

    /// Follows the space from its seed downwards, slice by slice, to where it narrows; everything below is taken away.
    private static func cutAtForamen(_ core: MaskGrid, from seed: Int, _ ball: Float) -> (MaskGrid, Vector3?) {
        let plane = core.nx * core.ny
        var cut = core
        var above = core.slicePart(seed / plane, touching: [seed % plane])
        for z in stride(from: seed / plane - 1, through: 0, by: -1) {
            let part = core.slicePart(z, touching: above)
            if Double(part.count) * core.spacing * core.spacing < foramenArea {
                for i in 0..<(z + 1) * plane { cut.values[i] = 0 }
                let middle = (part.isEmpty ? above : part).reduce(Vector3.zero) {
                    $0 + core.point(offset: z * plane + $1)
                }
                let centre = middle / Double(max(part.isEmpty ? above.count : part.count, 1))
                return (cut, centre - Vector3(0, 0, Double(ball)))
            }
            above = part
        }
        return (cut, nil)
    }

    /// The opened space: what the ball reaches, and a little further into corners; what it encloses belongs to it.
    private static func grown(_ core: MaskGrid, by ball: Float, within soft: MaskGrid) -> MaskGrid {
        core.within(ball).and(soft).within(corner).and(soft).filled(volume: 6000)
    }
}

func pow3(_ x: Double) -> Double { x * x * x }

/// Directions spread evenly over the sphere (a spiral with the golden angle).
func sphere(_ k: Int, of n: Int) -> Vector3 {
    let z = 1 - (2 * Double(k) + 1) / Double(n)
    let (c, s) = cosineAndSine(Double(k) * 2.399963229728653)
    let r = (1 - z * z).squareRoot()
    return Vector3(r * c, r * s, z)
}

extension PatientGrid where Value == UInt8 {
    /// Elements of slice `z` (offsets within it) that are connected within the slice to some of `seeds`.
    func slicePart(_ z: Int, touching seeds: [Int]) -> [Int] {
        let base = z * nx * ny
        var seen = [Bool](repeating: false, count: nx * ny)
        var (part, stack): ([Int], [Int]) = ([], [])
        for s in seeds where values[base + s] != 0 && !seen[s] {
            seen[s] = true
            stack.append(s)
        }
        while let i = stack.popLast() {
            part.append(i)
            let (y, x) = i.quotientAndRemainder(dividingBy: nx)
            for (inside, j) in [(x > 0, i - 1), (x + 1 < nx, i + 1), (y > 0, i - nx), (y + 1 < ny, i + nx)]
            where inside && !seen[j] && values[base + j] != 0 {
                seen[j] = true
                stack.append(j)
            }
        }
        return part
    }
}
