import Frames
import Imaging

/// Where each voxel of bone lies round the canal, as far as it says whose it can be.
struct FrontZones: Sendable {
    enum Zone {
        static let none: UInt8 = 0
        /// Behind the canal, beside the midline: articular processes.
        static let side: UInt8 = 2
        /// Beside a body or a pedicle at the chest: a rib's head and neck.
        static let rib: UInt8 = 3
        /// Further out, behind a rib's neck if there is one: transverse processes.
        static let transverse: UInt8 = 4
        /// Beside the canal: pedicles, the foramina between them, and the tips of superior articular processes.
        static let pedicle: UInt8 = 5
        /// In front of a facet joint that is seen, the lower vertebra's; behind it, the upper one's.
        static let superior: UInt8 = 6, inferior: UInt8 = 7
        /// Behind the canal, near the midline: laminae and spinous processes. Plus the millimetres behind the canal's
        /// back wall, from `front` in front of it.
        static let middle: UInt8 = 16
        static let front = 5.0, deepest = 15.0
        /// The same where laminae do not overlap, or far behind them.
        static let untiled: UInt8 = 31

        @inline(__always) static func middle(behind wall: Double) -> UInt8 {
            middle + UInt8(min(max(wall + front, 0), deepest))
        }
    }

    private(set) var zone: [UInt8]
    /// Along the curve, mm.
    private(set) var place: [Int16]

    /// Zones of what has a price.
    init(
        _ price: [UInt8], _ grid: ScalarGrid, _ curve: SpineCurve, _ shape: CanalShape,
        _ surfaces: [BodySurface?], _ lateral: LateralBones, _ ribLine: RibLine, joints: [FacetJoint]
    ) {
        zone = [UInt8](repeating: Zone.none, count: grid.count)
        place = [Int16](repeating: 0, count: grid.count)
        let plane = grid.nx * grid.ny
        let ribs = RibHeights(lateral, curve)
        zone.withUnsafeMutableBufferPointer { zoneOut in
            place.withUnsafeMutableBufferPointer { placeOut in
                let zone = SharedBuffer(zoneOut), place = SharedBuffer(placeOut)
                parallelFor(grid.nz) { z in
                    for i in (z * plane)..<((z + 1) * plane) where price[i] > 0 {
                        let p = grid.point(offset: i)
                        let c = curve.place(of: p)
                        guard abs(c.ahead) < 1 else { continue }
                        place[i] = Int16(c.index)
                        if let behind = Self.behindJoint(p, joints) {
                            zone[i] = behind > 0 ? Zone.inferior : Zone.superior
                            continue
                        }
                        zone[i] = Self.zone(
                            p, c.left, c.back, wall: shape.radius(c.index, angle: 0.5 * .pi), ribs, surfaces,
                            behindRib: ribLine.distance(c.index, left: c.left, back: c.back))
                    }
                }
            }
        }
    }

    /// The joints of the chest lie over the laminae, no further beside the midline than this, mm (those of the loin
    /// reach 26).
    static let thoracicSide = 17.0

    /// A pedicle's outer wall bulges in front of the straight line between ribs and processes, so far to the side and so
    /// far in front, mm.
    static let pedicleReach = 22.0, pedicleDepth = 3.5

    private static func zone(
        _ p: Vector3, _ left: Double, _ back: Double, wall: Double, _ ribs: RibHeights, _ surfaces: [BodySurface?],
        behindRib behind: Double
    ) -> UInt8 {
        let aside = abs(left)
        if aside > 14, aside < 44, back > -26, back < 34, ribs.contains(p.z, left: left > 0) {
            if behind > 1 { return aside < thoracicSide && back > 4 ? Zone.side : Zone.transverse }
            if behind < (aside < pedicleReach ? -pedicleDepth : -1), !isBody(p, surfaces) { return Zone.rib }
        }
        if back <= 4, back > -wall - 2, aside > 4, aside < 22, !isBody(p, surfaces) { return Zone.pedicle }
        guard back > 4, aside < 44 else { return Zone.none }
        guard aside < 26 else { return Zone.transverse }
        guard aside < 12 else { return Zone.side }
        // Laminae overlap in the chest; in the loin a gap lies between them.
        return ribs.contains(p.z, left: left > 0) ? Zone.middle(behind: back - wall) : Zone.untiled
    }

    /// How far behind a joint, where that is clear, mm.
    private static func behindJoint(_ p: Vector3, _ joints: [FacetJoint]) -> Double? {
        for joint in joints {
            if let behind = joint.behind(p), abs(behind) > 0.7 { return behind }
        }
        return nil
    }

    private static func isBody(_ p: Vector3, _ surfaces: [BodySurface?]) -> Bool {
        surfaces.contains { surface in
            guard let surface, squaredLength(p - surface.centre) < 1500 else { return false }
            return surface.depth(p) > -1
        }
    }
}

/// The heights at which ribs run beside the spine, from their far parts: a rib's head lies above these, mm.
struct RibHeights: Sendable {
    private let base: Double
    private var flags: [[Bool]]
    static let above = 35, below = 6

    init(_ lateral: LateralBones, _ curve: SpineCurve) {
        let map = lateral.map
        base = map.origin.z
        let count = Int(Double(map.nz) * map.spacing) + 1
        flags = [[Bool]](repeating: [Bool](repeating: false, count: count), count: 2)
        for i in 0..<map.count where map.values[i] > 0 && lateral.kinds[Int(map.values[i]) - 1] == .rib {
            let p = map.point(offset: i), left = p.x - curve.middle(at: p.z)
            guard abs(left) < LateralBones.clearance + 10 else { continue }
            let k = Int(p.z - base)
            for j in max(0, k - Self.below)..<min(count, k + Self.above) { flags[left > 0 ? 1 : 0][j] = true }
        }
    }

    @inline(__always) func contains(_ z: Double, left: Bool) -> Bool {
        let k = Int(z - base), side = flags[left ? 1 : 0]
        return k >= 0 && k < side.count && side[k]
    }
}

/// What a step costs one front more than another, by where it leads.
struct FrontRules: Sendable {
    /// The heights between which an arch is a piece's own: above and below it is a neighbour's.
    private struct Limits: Sendable {
        /// Near the midline: above it is the upper neighbour's spinous process and laminae; and above `tile` even at
        /// the canal's back wall.
        var middle = Int16.max, tile = Int16.max
        /// Beside it: how far up and down articular processes reach.
        var top = Int16.max, bottom = Int16.min
        /// The lowest place beside the canal, at a pedicle: below it lies a foramen.
        var foramen = Int16.min
        /// Joints above this place are with the vertebra above, those below with the one below.
        var waist = Int16.min
        /// The lowest place of transverse processes; the highest is `top`.
        var transverse = Int16.min
        /// Above `slow` a front runs in its superior articular processes, below `fast` in its inferior ones.
        var slow = Int16.max, fast = Int16.min

        /// The highest place of an arch near the midline, by how far behind the canal's wall it lies.
        @inline(__always) func highest(inMiddle zone: UInt8) -> Int16 {
            guard tile > middle, tile < Int16.max, zone < FrontZones.Zone.untiled else { return middle }
            let behind = Double(zone - FrontZones.Zone.middle) - FrontZones.Zone.front
            return max(middle, tile - Int16(FrontRules.tile.slope * behind))
        }
    }

    private let limits: [Limits]
    private let unit: Double

    /// Articular processes from the middle of a disc: up from the vertebra below it, down from the one above, mm.
    static let articularReach = (up: 9.0, down: 15.0)
    /// The joints of L5 lie lower than their disc, since it leans forward, mm.
    static let sacralReach = 4.0
    /// And its inferior processes hang that much further down, since the canal runs backwards there, mm.
    static let sacralHang = 12.0
    /// Laminae overlap like tiles: the lower one begins at the canal, this far above the middle of the disc, and the
    /// upper one hangs down behind it, mm and mm per mm.
    static let tile = (above: 2.0, slope: 1.2)
    /// Pedicles leave the upper half of a body; the part of the height below which there is none.
    static let foramenRise = 0.2
    /// From disc to disc, mm: levels of the neck measure 15–19.
    static let tallestOfNeck = 20.0
    /// What that costs the lower lamina, in steps of dense bone: less than a gap, since the image may show none.
    static let tileDelay = 0.75
    /// Transverse processes leave the upper part of a vertebra; none lies lower than this part of its height.
    static let transverseRise = 0.2
    /// A step beyond those heights, about 5 mm of dense bone.
    static let misplaced: Int32 = 30
    /// What a front pays on the wrong side of a joint that is seen, in steps of dense bone.
    static let wrongSide = 3.0
    /// A rib's front starts far out, so it must run faster than a vertebra's to meet it at their joints; a vertebra's
    /// reaches its superior articular processes by a shorter way than its inferior ones. In steps of dense bone.
    static let ribHaste = 0.5, downHaste = 0.25, upDelay = 0.25

    /// - Parameter spacing: of the grid on which the fronts run, mm.
    init(segments: [SpineSegment], curve: SpineCurve, spacing: Double) {
        unit = spacing * 6
        let height = SpineSegment.typicalHeight(segments)
        limits = segments.indices.map { Self.limits(segments, $0, height, curve) }
    }

    private static func limits(
        _ segments: [SpineSegment], _ k: Int, _ height: Double, _ curve: SpineCurve
    ) -> Limits {
        func place(_ s: Double) -> Int16 { Int16(max(0, min(s, 32000))) }
        let segment = segments[k]
        var result = Limits()
        if let lower = segment.lower {
            let hang = k == 1 && segments[0].kind == .sacrum ? sacralHang : 0
            let own = segment.upper.map { $0.s - lower.s } ?? height
            result.bottom = place(lower.s - min(articularReach.down, 0.5 * own) - hang)
            let atCanal = curve.frames.lastIndex { lower.height($0.centre) < 0 }
            // The neck's articular pillars stand beside the canal.
            if own > tallestOfNeck, hang == 0 { result.foramen = place(Double(atCanal ?? 0) + foramenRise * own) }
            // In the neck they lie as low as the disc.
            result.transverse = place(own > tallestOfNeck ? lower.s + transverseRise * own : lower.s - 4)
            result.fast = place(lower.s + 0.4 * height)
        }
        guard let upper = segment.upper else { return result }
        let isSacrum = segment.kind == .sacrum
        result.top = place(upper.s + (isSacrum ? sacralReach : articularReach.up))
        let lower = segment.lower?.s ?? upper.s - height
        result.middle = isSacrum ? place(upper.s + 6) : place(0.35 * lower + 0.65 * upper.s)
        result.waist = isSacrum ? .min : place((lower + upper.s) / 2)
        // The five on a sacrum are the loin's, whose laminae do not overlap.
        let isLoin = segments[0].kind == .sacrum && k <= 5
        result.tile = isLoin ? result.middle : place(upper.s + tile.above)
        result.slow = place(upper.s - (isSacrum ? 14 : 8))
        return result
    }

    /// - Parameters:
    ///   - owner: whose front it is.
    ///   - zone: of the voxel stepped into, and its place along the curve.
    @inline(__always) func surcharge(_ owner: UInt8, _ zone: UInt8, _ place: Int16) -> Int32 {
        typealias Zone = FrontZones.Zone
        if owner >= Paint.firstRib {
            guard owner < Paint.pelvis else { return 0 }
            return (zone == Zone.none || zone == Zone.rib ? 0 : Self.misplaced) - Int32(Self.ribHaste * unit)
        }
        guard zone != Zone.none, owner > 0, Int(owner) <= limits.count else { return 0 }
        if zone == Zone.rib { return Self.misplaced }
        let own = limits[Int(owner) - 1]
        if zone == Zone.pedicle { return place <= own.top && place >= own.foramen ? 0 : Self.misplaced }
        if zone == Zone.superior || zone == Zone.inferior {
            let isUpper = place < own.waist
            return isUpper == (zone == Zone.superior) ? Int32(Self.wrongSide * unit) : 0
        }
        if zone == Zone.transverse { return place <= own.top && place >= own.transverse ? 0 : Self.misplaced }
        let held =
            zone >= Zone.middle
            ? place <= own.highest(inMiddle: zone) : place <= own.top && place >= own.bottom
        if !held { return Self.misplaced }
        if zone >= Zone.middle, place > own.middle { return Int32(Self.tileDelay * unit) }
        return place > own.slow ? Int32(Self.upDelay * unit) : place < own.fast ? -Int32(Self.downHaste * unit) : 0
    }
}
