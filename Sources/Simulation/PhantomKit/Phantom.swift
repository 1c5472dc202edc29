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
    let poses: SpinePoses
    let anatomies: [VertebraAnatomy]
    let sacralAnatomy: SacrumAnatomy
    let skeleton: Skeleton
    let soft: SoftTissue

    /// - Throws: `PhantomError.inconsistent` where the solids don't fit into each other.
    public init(_ definition: PhantomDefinition) throws(PhantomError) {
        try definition.checkConsistency()
        self.definition = definition
        poses = SpinePoses(definition)
        let fillet = definition.bone.fillet
        anatomies = definition.levels.map { VertebraAnatomy(level: $0, fillet: fillet) }
        sacralAnatomy = SacrumAnatomy(definition.sacrum, fillet: fillet, poses: poses.sacral)
        let canal = Self.canalLine(definition, poses, anatomies)
        let bones = Self.bones(definition, poses, anatomies, sacralAnatomy)
        skeleton = Skeleton(bones: bones, canal: canal, jointGap: definition.bone.jointGap)
        soft = SoftTissue(definition, canal: canal, discs: Self.discs(bones, levels: definition.levels.count))
        fiducials = try Fiducial.place(definition.fiducials, on: soft, canal: canal)
        try checkSpineInTorso()
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
            if i == 0 { add(pose, anatomy.canalCentre, 70, canal.width, canal.depth) }
            add(pose, anatomy.canalCentre, 0, canal.width, canal.depth)
        }
        for (i, pose) in poses.sacral.enumerated() {
            add(
                pose, SacrumAnatomy.canalCentre(d.sacrum, segment: i), 0,
                SacrumAnatomy.canalWidth(d.sacrum, segment: i),
                SacrumAnatomy.canalDepth(d.sacrum, segment: i))
        }
        return CanalLine(through: controls)
    }

    private static func bones(
        _ d: PhantomDefinition, _ poses: SpinePoses, _ anatomies: [VertebraAnatomy], _ sacrum: SacrumAnatomy
    ) -> [BoneSolid] {
        var bones = zip(anatomies, poses.vertebrae).map { $0.solid(pose: $1) }
        bones.append(sacrum.solid(pose: poses.sacral[0]))
        bones += Side.allCases.map { PelvisAndRibs.ilium($0, beside: poses.sacral[0], alarSpan: d.sacrum.alarSpan) }
        for (anatomy, pose) in zip(anatomies, poses.vertebrae) {
            guard let length = anatomy.level.ribLength else { continue }
            bones += Side.allCases.map { PelvisAndRibs.rib($0, of: anatomy, pose: pose, length: length) }
        }
        return bones
    }

    /// Vertebrae and sacrum stand first among the bones, in order.
    private static func discs(_ bones: [BoneSolid], levels: Int) -> [DiscSolid] {
        (0..<levels).map { i in
            DiscSolid(
                upper: bones[i].toLocal, lower: bones[i + 1].toLocal, upperBody: bones[i].bodies[0].solid,
                lowerBody: bones[i + 1].bodies[0].solid)
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
        return parts.map { skeleton.distance(of: $0, p.coordinates) }.min()
    }
}
