import Frames
import Imaging
import Meshing
import Planning

/// What the three-dimensional view shows: surfaces of the labels, and the plan's items among them.
struct ModelScene: Sendable {
    enum Group: String, CaseIterable, Sendable { case bone, canal, vessel, other }

    struct Surface: Sendable {
        let label: AnatomicalLabel
        let group: Group
        let colour: SIMD3<UInt8>
        let mesh: TriangleMesh

        var name: String { label.levelName }
    }

    let surfaces: [Surface]
    let items: [PlanItem]
    /// Labels that were there and are not shown, each with its reason.
    let omitted: [String]

    /// Structures that help to judge a plan; soft tissue and what fills the skull would hide it.
    private static let shown: Set<AnatomicalLabel> = Set(AnatomicalLabel.craniocaudal).union([
        .spinalCanal, .vessel, .skull, .ventricle, .lesion,
    ])
    /// Blocks grow until a surface has no more triangles than this; simplifying takes longer than anything else here, so a
    /// surface that is still large (a skull) is shown as it is.
    private static let steps = [(scale: 1.0, most: 40_000), (1.5, 40_000), (2, 70_000), (3, 70_000)]
    private static let mostToSimplify = 40_000
    /// mm, for blocks of the usual length.
    private static let tolerance = 0.35

    /// - Parameter plan: whose items are shown.
    init(labels: LabelVolume?, plan: PlanFile, progress: ProgressReport? = nil) {
        items = plan.items.filter { $0.cylinder != nil }
        guard let labels else {
            (surfaces, omitted) = ([], ["No labels were given, so the view shows the plan's items alone."])
            return
        }
        let wanted = labels.counts().keys.filter(Self.shown.contains).sorted()
        let coarse = CoarseMask(labels)
        let made = parallelMap(wanted.count, progress: progress) { i in
            Result { () throws(MeshingError) in try Self.mesh(of: wanted[i], in: coarse) }
        }
        var (surfaces, omitted): ([Surface], [String]) = ([], [])
        for (label, result) in zip(wanted, made) {
            switch result {
            case .success(let mesh): surfaces.append(Self.surface(label, mesh))
            case .failure: omitted.append("No closed surface could be made of \(label.name); it is not in the view.")
            }
        }
        (self.surfaces, self.omitted) = (surfaces, omitted)
    }

    private static func mesh(of label: AnatomicalLabel, in coarse: CoarseMask) throws(MeshingError) -> TriangleMesh {
        for (scale, most) in steps {
            guard let mask = coarse.mask(of: label, scale: scale) else { break }
            let surface = try SurfaceExtraction.surface(of: CoarseMask.inside, in: mask)
            guard surface.triangles.count <= most else { continue }
            let isSmall = surface.triangles.count <= mostToSimplify
            return isSmall ? try surface.simplified(maxError: tolerance * scale) : surface
        }
        throw .labelNotFound([label.number])
    }

    private static func surface(_ label: AnatomicalLabel, _ mesh: TriangleMesh) -> Surface {
        switch label {
        case .spinalCanal: Surface(label: label, group: .canal, colour: SIMD3(86, 180, 233), mesh: mesh)
        case .vessel: Surface(label: label, group: .vessel, colour: SIMD3(204, 51, 63), mesh: mesh)
        case .lesion: Surface(label: label, group: .other, colour: SIMD3(230, 159, 0), mesh: mesh)
        case .ventricle: Surface(label: label, group: .other, colour: SIMD3(0, 114, 178), mesh: mesh)
        default: Surface(label: label, group: .bone, colour: SIMD3(226, 214, 188), mesh: mesh)
        }
    }

    /// The middle and half the diagonal of what is shown, by the items where there are any: they are what is looked at.
    var centreAndReach: (centre: Point<CT>, reach: Double) {
        let points = items.flatMap { [$0.entry.coordinates, $0.target.coordinates] }
        let bounds = surfaces.compactMap(\.mesh.bounds).flatMap { [$0.low.coordinates, $0.high.coordinates] }
        func box(_ p: [Vector3]) -> (low: Vector3, high: Vector3)? {
            p.first.map { first in p.reduce((first, first)) { (pointwiseMin($0.0, $1), pointwiseMax($0.1, $1)) } }
        }
        guard let all = box(points.isEmpty ? bounds : points) else { return (.origin, 50) }
        let centre = (all.low + all.high) / 2
        // Bone round the items, but not a whole spine round two screws.
        let reach = length(all.high - all.low) / 2 + 35
        let outer = box(points + bounds).map { length($0.high - $0.low) / 2 } ?? reach
        return (Point(centre), max(min(reach, outer), 20))
    }

    /// Where a level's name is written: its surface's middle.
    var names: [(text: String, at: Point<CT>)] {
        surfaces.filter { $0.group == .bone }.compactMap { s in s.mesh.centroid.map { (s.name, $0) } }
    }
}

/// How an item looks by its grade, in colours that the colour-blind keep apart; letters say the same.
enum ItemLook {
    static func colour(_ item: PlanItem) -> SIMD3<UInt8> {
        switch item.screwMetrics?.grade {
        case .A: SIMD3(0, 158, 115)
        case .B: SIMD3(230, 159, 0)
        case .C, .D, .E: SIMD3(213, 94, 0)
        case nil: SIMD3(0, 114, 178)
        }
    }
}
