import Frames
import Imaging

#if canImport(Glibc)
    import Glibc
#endif

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
    let atlas: Atlas?
    /// Whose bodies are as shallow as the neck's.
    let isNeck: [Bool]

    private let showsMarrow: Bool
    /// The canal's place by height, for a quick look.
    private let axis: CanalAxis

    init(ct: Volume<Int16>, anatomy: SpineAnatomy) {
        self.ct = ct
        showsMarrow = MarrowFiller.suits(ct.geometry)
        axis = CanalAxis(anatomy.curve)
        (coarse, body) = (anatomy.coarse, anatomy.body)
        otherBones = OtherBones.mask(anatomy.coarse, anatomy.body)
        (grid, threshold, curve, shape) = (anatomy.grid, anatomy.threshold, anatomy.curve, anatomy.shape)
        (segments, surfaces, discs) = (anatomy.segments, anatomy.surfaces, anatomy.discs)
        atlas = anatomy.atlas
        isNeck = anatomy.segments.map { anatomy.column.halfDepth($0) < Self.neckHalfDepth }
        (territories, lateral) = (anatomy.territories, anatomy.lateral)
    }

    static let metalHU: Int16 = 2800
    /// Bone apart from the spine, HU.
    static let boneHU: Float = 250
    /// Beside the narrowest body, and how far in front of the canal transverse processes begin, mm.
    static let bodyHalfWidth = 18.0, transverseRoot = 18.0
    /// Half a body's depth at the neck and its base, mm.
    static let neckHalfDepth = 10.0
    /// How far a body's bone may stand out of its smooth surface (spurs), mm.
    static let spur = 2.0

    func paint() -> [UInt8] {
        let rims = discs.map { DiscRim($0, curve, segments, surfaces) }
        return Paint.painted(ct) { hu, p in paint(hu, p, rims) }
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
        let isMarrow = showsMarrow && owner < Paint.firstRib && territories.marrow.values[i] == 1
        let bone = value > threshold.values[i] || isMarrow
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
            // What is bright there is a body's edge seen through a slice thicker than the disc.
            if owner == 0 || !bone, value > -150, rims.contains(where: { $0.contains(p) }) { return Paint.disc }
        }
        if ownedBone { return owner }
        // Within a piece's reach, what is darker than its edge is the edge's blur, not another bone.
        if near, !bone, owner > 0 { return ground }
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
        if segment.kind == .atlas, let atlas, !atlas.mayHold(p) { return nil }
        guard segment.kind == .vertebra else { return owner }
        let front = shape.radius(place.index, angle: 1.5 * .pi)
        // In front of the canal a vertebra is its body, which its surface bounds, and the roots of low lumbar
        // transverse processes beside it; in the neck, where no ribs are, the tubercles before the arteries.
        let isLow = segments[0].kind == .sacrum && owner <= 3
        let isRoot = isNeck[Int(owner) - 1] || (isLow && abs(place.left) > Self.bodyHalfWidth)
        let room = isRoot ? Self.transverseRoot : 4
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
