import Frames
import Imaging

/// A phantom: the solids that a definition describes. Image, labels, meshes and landmarks all come from them.
///
/// ```swift
/// let phantom = try Phantom(.load("Phantoms/lumbar.yaml"))
/// let geometry = try phantom.geometry(spacing: nil)
/// let ct = phantom.sample(geometry, seed: 1)
/// let truth = phantom.labels(geometry)
/// ```
public struct Phantom: Sendable {
    public let definition: PhantomDefinition
    public let fiducials: [Fiducial]
    /// Screws, rods and cages, teeth and fillings.
    public private(set) var implants: [Implant] = []
    /// The middle of a head's lesion.
    public var lesion: Point<CT>? {
        guard let head, let lesion = head.head.lesion else { return nil }
        return Point(head.ct(lesion.centre))
    }
    let poses: SpinePoses
    let anatomies: [VertebraAnatomy]
    let sacralAnatomy: SacrumAnatomy?
    let skeleton: Skeleton
    let soft: SoftTissue
    let head: HeadAnatomy?

    /// - Throws: `PhantomError.inconsistent` where the solids don't fit into each other.
    public init(_ definition: PhantomDefinition) throws(PhantomError) {
        try definition.checkConsistency()
        self.definition = definition
        poses = SpinePoses(definition)
        let fillet = definition.bone.fillet
        anatomies = definition.levels.map { VertebraAnatomy(level: $0, fillet: fillet) }
        let sacrum = poses.sacral
        sacralAnatomy = definition.sacrum.map { SacrumAnatomy($0, fillet: fillet, poses: sacrum) }
        let canal = Self.canalLine(definition, poses, anatomies)
        let courses = Self.ribs(poses, anatomies)
        let cage = RibCage(definition.levels, courses: courses)
        let head = Self.head(definition, poses, anatomies)
        let bones = Self.bones(poses, anatomies, sacralAnatomy, courses, cage) + (head?.bones ?? [])
        self.head = head
        skeleton = Skeleton(bones: bones, canal: canal, jointGap: definition.bone.jointGap)
        soft = SoftTissue(
            definition, canal: canal, discs: Self.discs(bones, levels: definition.levels.count), cage: cage, head: head,
            arteries: Self.vertebralArteries(poses, anatomies))
        fiducials = try Fiducial.place(definition.fiducials, on: soft, canal: canal)
        try checkSpineInTorso()
        implants = head?.teeth ?? []
        if let wanted = definition.implants {
            implants += Implant.all(wanted, axis: { axis($0, $1) }, disc: { discMiddle(below: $0) })
        }
    }

    /// The middle of the disc below a vertebra, turned half way between its neighbours.
    private func discMiddle(below label: AnatomicalLabel) -> Pose<CT, Vertebra>? {
        guard let i = definition.levels.firstIndex(where: { $0.label == label }) else { return nil }
        let (body, disc) = (definition.levels[i].body, definition.levels[i].discBelow)
        let half = Pose<Vertebra, Vertebra>(
            rotation: turn(x: body.wedge / 2 + radians(degrees: disc.lordosis) / 2),
            translation: Vector3(0, 0, -(body.height + disc.height) / 2))
        return poses.vertebrae[i] * half
    }

    private static func canalLine(
        _ d: PhantomDefinition, _ poses: SpinePoses, _ anatomies: [VertebraAnatomy]
    ) -> CanalLine {
        var controls: [(centre: Vector3, left: Vector3, halfWidth: Double, halfDepth: Double)] = []
        func add(_ pose: Pose<CT, Vertebra>, _ y: Double, _ z: Double, _ width: Double, _ depth: Double) {
            let left = (pose * Direction<Vertebra>.x).vector
            controls.append(((pose * Point<Vertebra>(0, y, z)).coordinates, left, width / 2, depth / 2))
        }
        for (i, (pose, anatomy)) in zip(poses.vertebrae, anatomies).enumerated() {
            let canal = anatomy.level.canal
            if i == 0 { add(pose, anatomy.canalCentre, d.head == nil ? 70 : 36, canal.width, canal.depth) }
            add(pose, anatomy.canalCentre, 0, canal.width, canal.depth)
        }
        guard let sacrum = d.sacrum else {
            if let pose = poses.vertebrae.last, let anatomy = anatomies.last {
                add(pose, anatomy.canalCentre, -70, anatomy.level.canal.width, anatomy.level.canal.depth)
            }
            return CanalLine(through: controls, isClosedAbove: d.head != nil)
        }
        for (i, pose) in poses.sacral.enumerated() {
            add(
                pose, SacrumAnatomy.canalCentre(sacrum, segment: i), 0, SacrumAnatomy.canalWidth(sacrum, segment: i),
                SacrumAnatomy.canalDepth(sacrum, segment: i))
        }
        return CanalLine(through: controls, isClosedAbove: d.head != nil)
    }

    private static func bones(
        _ poses: SpinePoses, _ anatomies: [VertebraAnatomy], _ sacrum: SacrumAnatomy?, _ ribs: [[RibCourse]],
        _ cage: RibCage?
    ) -> [BoneSolid] {
        var bones = zip(anatomies, poses.vertebrae).map { $0.solid(pose: $1) }
        if let sacrum, let s1 = poses.sacral.first {
            bones.append(sacrum.solid(pose: s1))
            let span = sacrum.sacrum.alarSpan
            bones += Side.allCases.map { Pelvis.ilium($0, beside: s1, alarSpan: span) }
        }
        return bones + ribs.flatMap { $0.map(\.solid) } + (cage.map { ChestSolids(cage: $0).solids } ?? [])
    }

    private static func head(
        _ d: PhantomDefinition, _ poses: SpinePoses, _ anatomies: [VertebraAnatomy]
    ) -> HeadAnatomy? {
        guard let head = d.head, let atlas = anatomies.first, let pose = poses.vertebrae.first else { return nil }
        return HeadAnatomy(head, atlas: atlas, pose: pose, fillet: d.bone.fillet)
    }

    /// For each side the places where the artery passes the transverse processes from C6 up to C1, CT coordinates.
    private static func vertebralArteries(_ poses: SpinePoses, _ anatomies: [VertebraAnatomy]) -> [[Vector3]] {
        Side.allCases.map { side in
            zip(anatomies, poses.vertebrae).filter { $0.0.level.label.number <= 6 }.reversed().flatMap {
                anatomy, pose in
                let (at, h) = (anatomy.arteryHole(side), Vector3(0, 0, anatomy.level.body.height / 2))
                return [at - h, at + h].map { (pose * Point<Vertebra>($0)).coordinates }
            }
        }
    }

    /// Left and right for each level that has ribs, none for the others.
    private static func ribs(_ poses: SpinePoses, _ anatomies: [VertebraAnatomy]) -> [[RibCourse]] {
        zip(anatomies, poses.vertebrae).map { anatomy, pose in
            guard let rib = anatomy.level.rib else { return [] }
            return Side.allCases.map { RibCourse(rib, $0, of: anatomy, pose: pose) }
        }
    }

    /// Vertebrae and sacrum stand first among the bones, in order.
    private static func discs(_ bones: [BoneSolid], levels: Int) -> [DiscSolid] {
        (0..<levels).compactMap { i in
            guard i + 1 < bones.count, let upper = bones[i].bodies.first, let lower = bones[i + 1].bodies.first else {
                return nil
            }
            return DiscSolid(
                upper: bones[i].toLocal, lower: bones[i + 1].toLocal, upperBody: upper.solid, lowerBody: lower.solid)
        }
    }

    private func checkSpineInTorso() throws(PhantomError) {
        for (pose, level) in zip(poses.vertebrae, definition.levels) {
            let p = pose.translation
            guard soft.skinDistance(p, skeleton.canal.coordinates(p)) < -level.body.meanDepth * 0.7 else {
                throw .inconsistent(path: "placement.position_mm", problem: .spineOutsideTorso(level: level.label.name))
            }
        }
    }

    /// The definition's field of view as a grid, or another `spacing` (mm) in the same field.
    ///
    /// - Throws: `PhantomError.impossibleGrid` for spacings that are no spacings, or more than 10⁹ voxels.
    public func geometry(spacing: Vector3? = nil) throws(PhantomError) -> GridGeometry {
        let view = definition.fieldOfView
        let spacing = spacing ?? view.spacing
        guard spacing.isFinite, spacing.min() >= 0.05, spacing.max() <= 50 else {
            throw .impossibleGrid(reason: "spacing \(spacing.x)×\(spacing.y)×\(spacing.z) mm")
        }
        let counts = (view.size / spacing).rounded(.toNearestOrAwayFromZero).clamped(
            lowerBound: Vector3(1, 1, 1), upperBound: Vector3(repeating: 1e5))
        let size = GridSize(Int(counts.x), Int(counts.y), Int(counts.z))
        guard size.count <= 1_000_000_000 else { throw .impossibleGrid(reason: "\(size.x)×\(size.y)×\(size.z) voxels") }
        let origin = view.centre - (counts - Vector3(1, 1, 1)) * spacing / 2
        do { return try GridGeometry(size: size, spacing: spacing, origin: Point(origin)) } catch {
            throw .impossibleGrid(reason: "\(size.x)×\(size.y)×\(size.z) voxels")
        }
    }

    /// Signed distance to the surface of the bones with `label`, mm, negative inside: exact on the surface, near to the
    /// distance around it. `nil` where the phantom has no such bone.
    public func signedDistance(of label: AnatomicalLabel, at p: Point<CT>) -> Double? {
        let parts = skeleton.bones.indices.filter { skeleton.bones[$0].label == label }
        let pieces = implants.filter { $0.label == label }
        return (parts.map { skeleton.distance(of: $0, p.coordinates) } + pieces.map { $0.distance(p.coordinates) })
            .min()
    }
}
