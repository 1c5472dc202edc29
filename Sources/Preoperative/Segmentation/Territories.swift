import Frames
import Imaging

/// Whose bone each voxel is: the piece of the spine, rib or pelvis that reaches it first through bone.
///
/// Fronts start in every body (and in the far ends of ribs and pelvis) and run at a price: low through dense bone,
/// high across joint gaps, which are thin dark sheets between bright sides (the largest eigenvalue of the Hessian),
/// and high where the HU fall below the local threshold. Discs are walls. It is a multi-source shortest path
/// (Dijkstra 1959) with whole-number prices in buckets (Dial 1969).
struct Territories {
    // Owners: 0 nobody, 1… the spine's pieces from the lowest (index + 1), 100…199 ribs, 200 pelvis.
    static let firstRib = Paint.firstRib
    static let pelvis = Paint.pelvis

    var owner: MaskGrid
    /// 1 where dark marrow lies within cortex.
    var marrow: MaskGrid
    /// Which number of `LateralBones` each rib's owner stands for.
    var ribs: [Int] = []
}

/// What the fronts need to know about every voxel.
struct TerritoryFinder {
    let grid: ScalarGrid
    /// Half the way from soft tissue to the bone near each voxel, HU.
    let threshold: ScalarGrid
    let curve: SpineCurve
    let shape: CanalShape
    let column: ColumnDepth
    let segments: [SpineSegment]
    let discs: [DiscPlane]
    let lateral: LateralBones
    /// One a segment; `nil` for the sacrum and where no body's middle is in the image.
    let surfaces: [BodySurface?]
    let atlas: Atlas?

    func find() -> Territories {
        let sigma = max(0.8, 0.9 * grid.spacing)
        let smooth = BoneThreshold.withoutMetal(grid).blurred(sigma: sigma)
        let sheet = smooth.darkSheetness(sigma: sigma)
        var price = prices(smooth, sheet)
        let none = MaskGrid(like: grid, filledWith: 0)
        var territories = Territories(owner: none, marrow: none)
        if let density = faintMarrow { territories.marrow = openMarrow(&price, density) }
        let sources = seeds(&territories, &price)
        blockDiscs(&price, territories.owner)
        let joints = FacetJoint.find(segments, curve, smooth, sharp: grid)
        let ribLine = RibLine(column.halfDepths, curve, segments, smooth)
        let zones = FrontZones(price, grid, curve, shape, surfaces, lateral, ribLine, joints: joints)
        flood(&territories.owner, price, zones, sources)
        return territories
    }

    /// What a step through a gap as dark as soft tissue costs, in steps through dense bone.
    static let gapPrice: Float = 150

    /// The price of a step through dense bone.
    var easiest: UInt8 { UInt8(min(max(grid.spacing * 6, 1), 250)) }

    /// 0 where no front may run (no bone), otherwise the price of a step into the voxel.
    private func prices(_ smooth: ScalarGrid, _ sheet: ScalarGrid) -> [UInt8] {
        var price = [UInt8](repeating: 0, count: grid.count)
        let unit = Float(grid.spacing * 6)
        for i in 0..<grid.count {
            let limit = threshold.values[i], value = smooth.values[i]
            guard value > 0.72 * limit, mayBeBone(i) else { continue }
            // threshold = (soft + bright) / 2, so the contrast is about twice what stands above soft tissue.
            let contrast = max(2 * (limit - 40), 150)
            let gap = max(0, sheet.values[i] / contrast - 0.05)
            let faint = max(0, (limit - value) / limit)
            let cost = unit * (1 + min(gap, 0.5) * Self.gapPrice + faint * 20)
            price[i] = UInt8(min(max(cost, 1), 250))
        }
        return price
    }

    /// Away from the spine only what has cortex nearby is bone; contrast-filled kidneys have none.
    @inline(__always) private func mayBeBone(_ i: Int) -> Bool {
        let p = grid.point(offset: i)
        guard abs(p.x - curve.middle(at: p.z)) > 36 else { return true }
        guard let c = lateral.nearCortex.nearestOffset(p) else { return true }
        return lateral.nearCortex.values[c] == 1
    }

    /// Marks the bodies' cores, and the far ends of ribs and pelvis; returns where fronts start, and when.
    private func seeds(_ territories: inout Territories, _ price: inout [UInt8]) -> [(offset: Int, start: Int32)] {
        var sources: [(offset: Int, start: Int32)] = []
        let height = SpineSegment.typicalHeight(segments)
        // The pieces above a disc that is seen; atlas and skull come last and have none.
        let cores = segments.filter { $0.lower != nil || $0.upper != nil }
            .map { BodyCore($0, height: height, halfDepth: column.halfDepth($0)) }
        let foot = cores.last?.low ?? .zero
        let pillars = NeckPillars(segments, curve, shape, column)
        let isFaint = faintMarrow != nil
        for i in 0..<grid.count {
            let p = grid.point(offset: i)
            let body = grid.values[i] > -200 ? bodyAround(p) : nil
            // Marrow of brittle bone would hold the fronts up.
            if body != nil { price[i] = easiest }
            let core = grid.values[i] > -200 ? cores.firstIndex { $0.contains(p) } : nil
            if let k = core ?? body.flatMap({ isRibless($0) ? $0 : nil }) {
                territories.owner.values[i] = UInt8(k + 1)
                price[i] = max(price[i], 1)
                sources.append((i, 0))
                continue
            }
            guard price[i] > 0 else { continue }
            if let part = atlas?.part(p, foot: foot), let k = segments.firstIndex(where: { $0.kind == part }) {
                territories.owner.values[i] = UInt8(k + 1)
                sources.append((i, 0))
                continue
            }
            if let found = pillars.pillar(at: p) {
                territories.owner.values[i] = UInt8(found.piece + 1)
                sources.append((i, found.delay))
                continue
            }
            if segments[0].kind == .sacrum, isSacralBody(p, isFaint) {
                territories.owner.values[i] = 1
                sources.append((i, 0))
            } else if let far = lateral.component(at: p), let id = owner(of: far, p, &territories) {
                territories.owner.values[i] = id
                sources.append((i, id == Territories.pelvis ? Self.pelvisDelay : 0))
            }
        }
        return sources
    }

    /// The piece within whose body's surface a point lies.
    private func bodyAround(_ p: Vector3) -> Int? {
        surfaces.firstIndex { surface in
            guard let surface, squaredLength(p - surface.centre) < 1300 else { return false }
            return surface.depth(p) > 1.5
        }
    }

    /// The four vertebrae on the sacrum carry no rib that would compete for their bone: there fronts start everywhere
    /// in the body, as they do in the sacrum, with which L5 often shares its joints' bone.
    private func isRibless(_ piece: Int) -> Bool { segments[0].kind == .sacrum && piece <= 4 }

    /// The pelvis starts late, so that the sacrum's wings are the sacrum's even where the joint beside them is fused.
    static let pelvisDelay: Int32 = 60
    static let pelvisClearance = 66.0
    /// From the midline the sacrum's fronts start so far out: in its body; and in its wings where marrow is dark, through
    /// which they run so slowly that the pelvis's would come round first in the wings' cortex, mm.
    static let sacralHalfWidth = 16.0, faintSacralHalfWidth = 30.0

    /// In front of the sacral canal, below the disc that lies on the sacrum.
    private func isSacralBody(_ p: Vector3, _ isFaint: Bool) -> Bool {
        guard let upper = segments[0].upper, upper.height(p) < -(upper.halfThickness + BodyCore.margin) else {
            return false
        }
        let place = curve.place(of: p)
        guard abs(place.ahead) < 30, abs(place.left) < (isFaint ? Self.faintSacralHalfWidth : Self.sacralHalfWidth)
        else { return false }
        let front = shape.radius(place.index, angle: 1.5 * .pi)
        return place.back < -(front + 2) && place.back > -(front + 18)
    }

    private func owner(
        of far: (number: Int, kind: LateralBones.Kind), _ p: Vector3, _ territories: inout Territories
    ) -> UInt8? {
        switch far.kind {
        case .other: return nil
        case .pelvis: return abs(p.x - curve.middle(at: p.z)) > Self.pelvisClearance ? Territories.pelvis : nil
        case .rib:
            if let known = territories.ribs.firstIndex(of: far.number) { return Territories.firstRib + UInt8(known) }
            guard territories.ribs.count < 99 else { return nil }
            territories.ribs.append(far.number)
            return Territories.firstRib + UInt8(territories.ribs.count - 1)
        }
    }

    private func flood(
        _ owner: inout MaskGrid, _ price: [UInt8], _ zones: FrontZones, _ sources: [(offset: Int, start: Int32)]
    ) {
        let rules = FrontRules(segments: segments, curve: curve, spacing: grid.spacing)
        let (w, h, d) = (grid.nx, grid.ny, grid.nz)
        let plane = w * h
        var distance = [Int32](repeating: .max, count: grid.count)
        var buckets = [[Int32]](repeating: [], count: 512)
        for (i, start) in sources { distance[i] = start; buckets[Int(start)].append(Int32(i)) }
        var now = 0, waiting = sources.count
        while waiting > 0 {
            let current = now & 511
            while let top = buckets[current].popLast() {
                waiting -= 1
                let i = Int(top)
                guard distance[i] == Int32(now) else { continue }
                let (row, x) = i.quotientAndRemainder(dividingBy: w)
                let (z, y) = row.quotientAndRemainder(dividingBy: h)
                let own = owner.values[i]
                func visit(_ inside: Bool, _ j: Int) {
                    guard inside, price[j] > 0 else { return }
                    let next =
                        Int32(now) + max(Int32(price[j]) + rules.surcharge(own, zones.zone[j], zones.place[j]), 1)
                    guard next < distance[j] else { return }
                    distance[j] = next
                    owner.values[j] = own
                    buckets[Int(next) & 511].append(Int32(j))
                    waiting += 1
                }
                visit(x > 0, i - 1)
                visit(x + 1 < w, i + 1)
                visit(y > 0, i - w)
                visit(y + 1 < h, i + w)
                visit(z > 0, i - plane)
                visit(z + 1 < d, i + plane)
            }
            now += 1
        }
    }
}
