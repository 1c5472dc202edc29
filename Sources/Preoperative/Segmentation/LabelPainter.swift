import Frames
import Imaging

#if canImport(Glibc)
    import Glibc
#endif

/// Numbers that stand for structures until the levels have their names.
enum Paint {
    static let nothing: UInt8 = 0
    static let firstRib: UInt8 = 100, pelvis: UInt8 = 200
    static let canal: UInt8 = 250, disc: UInt8 = 251, bone: UInt8 = 252, metal: UInt8 = 253, body: UInt8 = 254
}

/// Paints the image's own grid: whose each voxel is, with boundaries where the HU cross the local threshold.
struct LabelPainter {
    let ct: Volume<Int16>
    let coarse: ScalarGrid
    let body, otherBones: MaskGrid
    let grid: ScalarGrid
    let threshold: ScalarGrid
    let curve: SpineCurve
    let shape: CanalShape
    let segments: [SpineSegment]
    /// One a segment; `nil` for the sacrum and for bodies that are cut off.
    let surfaces: [BodySurface?]
    let discs: [DiscPlane]
    let territories: Territories
    let lateral: LateralBones

    /// The canal's place by height, for a quick look.
    private let axis: CanalAxis

    init(ct: Volume<Int16>, anatomy: SpineAnatomy) {
        self.ct = ct
        axis = CanalAxis(anatomy.curve)
        (coarse, body) = (anatomy.coarse, anatomy.body)
        otherBones = OtherBones.mask(anatomy.coarse, anatomy.body)
        (grid, threshold, curve, shape) = (anatomy.grid, anatomy.threshold, anatomy.curve, anatomy.shape)
        (segments, surfaces, discs) = (anatomy.segments, anatomy.surfaces, anatomy.discs)
        (territories, lateral) = (anatomy.territories, anatomy.lateral)
    }

    static let metalHU: Int16 = 2800
    /// Bone apart from the spine, HU.
    static let boneHU: Float = 250
    /// Beside the narrowest body, and how far in front of the canal transverse processes begin, mm.
    static let bodyHalfWidth = 18.0, transverseRoot = 18.0
    /// How far a body's bone may stand out of its smooth surface (spurs), mm.
    static let spur = 2.0

    func paint() -> [UInt8] {
        var result = [UInt8](repeating: Paint.nothing, count: ct.size.count)
        let size = ct.size
        let rims = discs.map { DiscRim($0, curve, segments, surfaces) }
        ct.withVoxels { voxels in
            let hu = SharedReader(voxels)
            result.withUnsafeMutableBufferPointer { out in
                let target = SharedBuffer(out)
                parallelFor(size.z) { z in
                    for y in 0..<size.y {
                        for x in 0..<size.x {
                            let i = (z * size.y + y) * size.x + x
                            let p = ct.geometry.point(VoxelIndex(x, y, z)).coordinates
                            target[i] = paint(hu[i], p, rims)
                        }
                    }
                }
            }
        }
        return result
    }

    /// What one voxel is.
    @inline(__always) private func paint(_ hu: Int16, _ p: Vector3, _ rims: [DiscRim]) -> UInt8 {
        guard let c = coarse.nearestOffset(p) else { return Paint.nothing }
        if hu >= Self.metalHU { return Paint.metal }
        let ground = body.values[c] == 1 && hu > -700 ? Paint.body : Paint.nothing
        guard hu > -200 else { return ground }
        let value = Float(hu)
        let aside = axis.distance(p)
        guard value > BoneThreshold.lowest || aside < 55 else { return ground }
        guard let i = grid.nearestOffset(p) else { return farBone(value, p, c) ?? ground }
        let owner = territories.owner.values[i]
        let bone = value > threshold.values[i]
        let organ = lateral.solid.values[c] == 1 && abs(p.x - axis.centre(p.z).x) > 26
        let ownedBone =
            bone && owner >= Paint.firstRib && (owner == Paint.pelvis || !organ)
            && (abs(p.x - axis.centre(p.z).x) < LateralBones.clearance || lateral.surroundings.values[c] == 1)
        guard aside < 90 else { return ownedBone ? owner : farBone(value, p, c) ?? ground }
        let place = curve.place(of: p)
        let radius = (place.left * place.left + place.back * place.back).squareRoot()
        let near = radius < 75 && abs(place.ahead) < 60
        if near {
            let inCanal =
                abs(place.ahead) < 1 && radius < CanalShape.reach + 3
                && radius < shape.radius(place.index, angle: atan2(place.back, place.left))
            let apart = organ && lateral.nearCortex.values[c] == 0
            if let piece = spinePiece(owner, bone, p, place, inCanal), !apart || isSacrum(piece) { return piece }
            if inCanal { return Paint.canal }
            if ownedBone { return owner }
            if !bone, value > -150, rims.contains(where: { $0.contains(p) }) { return Paint.disc }
        }
        if ownedBone { return owner }
        return farBone(value, p, c) ?? ground
    }

    /// The vertebra or sacrum to which a voxel belongs, if any.
    @inline(__always) private func spinePiece(
        _ owner: UInt8, _ bone: Bool, _ p: Vector3, _ place: (index: Int, left: Double, back: Double, ahead: Double),
        _ inCanal: Bool
    ) -> UInt8? {
        for (k, surface) in surfaces.enumerated() {
            guard let surface, squaredLength(p - surface.centre) < 1500 else { continue }
            let depth = surface.depth(p)
            if depth > 0.8 && !inCanal { return owner >= Paint.firstRib && depth < 4 ? nil : UInt8(k + 1) }
            if depth > -Self.spur && bone && (owner == UInt8(k + 1) || (depth > 0 && owner < Paint.firstRib)) {
                return UInt8(k + 1)
            }
        }
        guard bone, owner > 0, owner < Paint.firstRib else { return nil }
        let segment = segments[Int(owner) - 1]
        guard segment.kind == .vertebra else { return owner }
        let front = shape.radius(place.index, angle: 1.5 * .pi)
        // In front of the canal a vertebra is its body, which its surface bounds, and the roots of low lumbar
        // transverse processes beside it.
        let isLow = segments[0].kind == .sacrum && owner <= 3
        let room = isLow && abs(place.left) > Self.bodyHalfWidth ? Self.transverseRoot : 4
        guard place.back > -(front + room) || surfaces[Int(owner) - 1] == nil else { return nil }
        guard abs(place.left) < 62, place.back < 80, place.back > -(front + 42) else { return nil }
        return owner
    }

    private func isSacrum(_ piece: UInt8) -> Bool { segments[Int(piece) - 1].kind == .sacrum }

    private func farBone(_ value: Float, _ p: Vector3, _ coarseOffset: Int) -> UInt8? {
        guard value > Self.boneHU else { return nil }
        switch lateral.component(at: p)?.kind {
        case .pelvis: return Paint.pelvis
        case .rib: return lateral.solid.values[coarseOffset] == 1 ? nil : Paint.firstRib
        case .other, nil:
            let organ = lateral.solid.values[coarseOffset] == 1 && p.z > discs[0].centre.z
            return otherBones.values[coarseOffset] == 1 && !organ ? Paint.bone : nil
        }
    }
}

/// Where the canal runs at each height, in steps of 1 mm.
struct CanalAxis: Sendable {
    private let base: Double
    private let centres: [SIMD2<Double>]

    init(_ curve: SpineCurve) {
        let low = curve.frames[0].centre.z, high = curve.frames[curve.count - 1].centre.z
        base = low
        var k = 0
        centres = (0...max(0, Int(high - low))).map { step in
            while k + 1 < curve.count && curve.frames[k].centre.z < low + Double(step) { k += 1 }
            return SIMD2(curve.frames[k].centre.x, curve.frames[k].centre.y)
        }
    }

    @inline(__always) func centre(_ z: Double) -> SIMD2<Double> {
        centres[min(max(Int(z - base), 0), centres.count - 1)]
    }

    /// Distance from the canal within the axial plane, mm; beyond the ends from where it ended.
    @inline(__always) func distance(_ p: Vector3) -> Double {
        let c = centre(p.z)
        let (dx, dy) = (p.x - c.x, p.y - c.y)
        return (dx * dx + dy * dy).squareRoot()
    }
}

/// The outline of a disc: what lies between the rims of the bodies above and below.
struct DiscRim: Sendable {
    let disc: DiscPlane
    let left, back: Vector3
    /// Distance of the outline from the disc's middle by azimuth, mm; empty where no body beside it is whole.
    private let reach: [Double]
    /// How far the space down to the body below may reach beyond its endplate's ridge, mm; the sacrum's surface is not
    /// known, so there it ends at the ridge.
    private let below: Double
    static let azimuths = 48

    init(_ disc: DiscPlane, _ curve: SpineCurve, _ segments: [SpineSegment], _ surfaces: [BodySurface?]) {
        self.disc = disc
        let axes = disc.axes(curve)
        (left, back) = axes
        below = segments.contains { $0.kind == .sacrum && $0.upper?.s == disc.s } ? -0.5 : 3.5
        var sums = [Double](repeating: 0, count: Self.azimuths), count = 0.0
        for (segment, surface) in zip(segments, surfaces) {
            guard let surface, segment.lower?.s == disc.s || segment.upper?.s == disc.s else { continue }
            let side = segment.lower?.s == disc.s ? 1.0 : -1
            count += 1
            for k in sums.indices { sums[k] += Self.rim(surface, disc, axes, side, k) }
        }
        reach = count > 0 ? sums.map { $0 / count } : []
    }

    /// How far a body's surface reaches out 3–6 mm beyond the endplate.
    private static func rim(
        _ surface: BodySurface, _ disc: DiscPlane, _ axes: (left: Vector3, back: Vector3), _ side: Double, _ k: Int
    ) -> Double {
        let a = 2 * Double.pi * Double(k) / Double(azimuths)
        let out = axes.left * cos(a) + axes.back * sin(a)
        let start = disc.centre + disc.normal * (side * (disc.halfThickness + 4.5))
        var r = 4.0
        while r < 34, surface.depth(start + out * r) > 0 { r += 0.5 }
        return r
    }

    @inline(__always) func contains(_ p: Vector3) -> Bool {
        guard !reach.isEmpty else { return false }
        let d = p - disc.centre
        let h = dot(d, disc.normal)
        guard h < disc.halfThickness + 3.5, h > -disc.halfThickness - below else { return false }
        let u = dot(d, left), w = dot(d, back)
        let r = (u * u + w * w).squareRoot()
        guard r < 36 else { return false }
        var turn = atan2(w, u) / (2 * .pi) * Double(Self.azimuths)
        if turn < 0 { turn += Double(Self.azimuths) }
        return r < reach[Int(turn) % Self.azimuths]
    }
}
