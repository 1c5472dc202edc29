import Frames
import Imaging

/// Bones far from the midline, which cannot be vertebrae: ribs and the pelvis.
struct LateralBones: Sendable {
    enum Kind: Sendable { case rib, pelvis, other }

    /// Vertebrae reach no further to the side than this, mm.
    static let clearance = 56.0
    static let boneHU: Float = 220
    /// Cortex, which organs full of contrast lack; every voxel of bone has some within `cortexReach` mm.
    static let cortexHU: Float = 380, cortexReach = 7.0

    /// Kind of each component, by number - 1.
    private(set) var kinds: [Kind] = []
    /// Component of each voxel of the coarse grid, 0 for none.
    private(set) var map: PatientGrid<Int32>
    /// Ribs and pelvis with a margin of one coarse voxel, in which their blurred edges lie.
    private(set) var surroundings: MaskGrid
    /// Where cortex lies within `cortexReach`.
    private(set) var nearCortex: MaskGrid
    /// What is bright through and through over more than 12 mm: bodies of vertebrae, and hearts and vessels
    /// with contrast.
    private(set) var solid: MaskGrid
    static let solidHU: Float = 180
    /// Less than a tenth of an ilium, mm³.
    static let leastPelvis = 3000.0

    /// - Parameters:
    ///   - curve: the canal, from whose middle the distance to the side counts.
    ///   - part: lowers the limits where coarse voxels blur thin cortex, 0.8…1.
    ///   - pelvisTop: the height below which a pelvis can lie, mm.
    ///   - organFloor: the height above which what is solid is an organ, mm.
    ///   - ribCeiling: the height above which no bone is a rib but the skull's or the jaw's, mm.
    init(
        _ coarse: ScalarGrid, _ body: MaskGrid, part: Float = 1, pelvisTop: Double, organFloor: Double,
        ribCeiling: Double = .infinity, curve: SpineCurve
    ) {
        var mask = MaskGrid(like: coarse, filledWith: 0)
        nearCortex = Self.nearCortex(coarse, Self.cortexHU * part)
        solid = Self.solid(coarse)
        for z in 0..<coarse.nz {
            let centre = curve.middle(at: coarse.point(0, 0, z).z)
            for y in 0..<coarse.ny {
                for x in 0..<coarse.nx {
                    let i = coarse.offset(x, y, z)
                    guard coarse.values[i] > Self.boneHU * part, body.values[i] == 1 else { continue }
                    if abs(coarse.point(x, 0, 0).x - centre) > Self.clearance { mask.values[i] = 1 }
                }
            }
        }
        Self.removeOrgans(&mask, coarse, nearCortex: nearCortex, above: organFloor)
        // Thin cortex falls into shreds; closed, both tables of an ilium and what lies between them are one.
        if part < 0.8 { mask = mask.dilated(steps: 2).eroded(steps: 2) }
        let (numbers, list) = mask.components()
        map = PatientGrid(like: coarse, filledWith: 0)
        map.values = numbers
        surroundings = MaskGrid(like: coarse, filledWith: 0)
        func told(_ list: [Component], _ numbers: [Int32]) -> [Kind] {
            Self.kinds(
                of: list, numbers, coarse, dense: 400 * part, pelvisTop: pelvisTop, organFloor: organFloor,
                ribCeiling: ribCeiling, curve: curve)
        }
        kinds = told(list, numbers)
        partRibs(curve, told)
        for i in 0..<coarse.count where map.values[i] > 0 && kinds[Int(map.values[i]) - 1] != .other {
            surroundings.values[i] = 1
        }
        surroundings = surroundings.dilated(steps: 1)
    }

    /// How far out a rib is alone: beyond that it may touch the shoulder blade, mm.
    static let beforeShoulder = 70.0

    /// Ribs that touch the shoulder blade are one component with it, and no rib; their parts nearer to the spine are.
    private mutating func partRibs(_ curve: SpineCurve, _ kinds: ([Component], [Int32]) -> [Kind]) {
        var near = MaskGrid(like: map, filledWith: 0)
        for i in 0..<map.count where map.values[i] > 0 && self.kinds[Int(map.values[i]) - 1] == .other {
            let p = map.point(offset: i)
            if abs(p.x - curve.middle(at: p.z)) < Self.beforeShoulder { near.values[i] = 1 }
        }
        let (numbers, list) = near.components()
        let found = kinds(list, numbers), known = Int32(self.kinds.count)
        for i in 0..<map.count where numbers[i] > 0 && found[Int(numbers[i]) - 1] == .rib {
            map.values[i] = known + numbers[i]
        }
        self.kinds += found.map { $0 == .rib ? .rib : .other }
    }

    private static func nearCortex(_ coarse: ScalarGrid, _ limit: Float) -> MaskGrid {
        var dense = MaskGrid(like: coarse, filledWith: 0)
        for i in 0..<dense.count where coarse.values[i] > limit { dense.values[i] = 1 }
        return dense.dilated(steps: max(1, Int((cortexReach / coarse.spacing).rounded())))
    }

    private static func solid(_ coarse: ScalarGrid) -> MaskGrid {
        var bright = MaskGrid(like: coarse, filledWith: 0)
        for i in 0..<bright.count where coarse.values[i] > solidHU { bright.values[i] = 1 }
        let steps = max(2, Int((6 / coarse.spacing).rounded()))
        return bright.eroded(steps: steps).dilated(steps: steps + 1)
    }

    /// Takes away what lies far from cortex, or is bright through and through over more than 12 mm: kidneys,
    /// heart and
    /// vessels full of contrast.
    static func removeOrgans(
        _ mask: inout MaskGrid, _ coarse: ScalarGrid, nearCortex dense: MaskGrid, above floor: Double
    ) {
        let steps = max(2, Int((6 / coarse.spacing).rounded()))
        let organs = mask.eroded(steps: steps).dilated(steps: steps + 2)
        let start = min(max(0, Int((floor - coarse.origin.z) / coarse.spacing)), coarse.nz) * coarse.nx * coarse.ny
        for i in start..<mask.count where organs.values[i] == 1 || dense.values[i] == 0 { mask.values[i] = 0 }
    }

    private static func kinds(
        of list: [Component], _ numbers: [Int32], _ coarse: ScalarGrid, dense limit: Float, pelvisTop: Double,
        organFloor: Double, ribCeiling: Double, curve: SpineCurve
    ) -> [Kind] {
        var low = [Vector3](repeating: Vector3(repeating: 1e9), count: list.count)
        var high = [Vector3](repeating: Vector3(repeating: -1e9), count: list.count)
        var dense = [Int](repeating: 0, count: list.count)
        var sumZ = [Double](repeating: 0, count: list.count)
        var nearest = [Double](repeating: 1e9, count: list.count)
        for i in numbers.indices where numbers[i] > 0 {
            let k = Int(numbers[i]) - 1, p = coarse.point(offset: i)
            low[k] = pointwiseMin(low[k], p)
            high[k] = pointwiseMax(high[k], p)
            sumZ[k] += p.z
            nearest[k] = min(nearest[k], abs(p.x - curve.middle(at: p.z)))
            if coarse.values[i] > limit { dense[k] += 1 }
        }
        let voxel = coarse.spacing * coarse.spacing * coarse.spacing
        return list.indices.map { k in
            let volume = Double(list[k].count) * voxel
            guard volume > 150, Double(dense[k]) > 0.03 * Double(list[k].count), nearest[k] < 80 else { return .other }
            let section = volume / max(length(high[k] - low[k]), 4)
            let height = sumZ[k] / Double(list[k].count)
            if height < pelvisTop && (section > 300 || volume > 15000) { return .pelvis }
            // No rib hangs lower than the sacrum's top; brittle ilia are two thin tables.
            if height < organFloor && volume > leastPelvis { return .pelvis }
            return section < 400 && height > organFloor && height < ribCeiling ? .rib : .other
        }
    }

    /// The number and kind of the component at a point; `nil` where there is none.
    func component(at p: Vector3) -> (number: Int, kind: Kind)? {
        guard let i = map.nearestOffset(p), map.values[i] > 0 else { return nil }
        let number = Int(map.values[i])
        return (number, kinds[number - 1])
    }
}
