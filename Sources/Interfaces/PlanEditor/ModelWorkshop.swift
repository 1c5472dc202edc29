import Frames
import Imaging
import Meshing
import Planning

/// Surfaces for the 3-D view, made in the background: the selected level first, then its neighbours. A surface whose labels
/// change stays until the new one is there.
final class ModelWorkshop {
    private var surfaces: [AnatomicalLabel: (surface: ModelSurface, version: Int)] = [:]
    private var made = 0
    private var version = 0
    private var wanted: [AnatomicalLabel] = []
    /// Surfaces that are not of the labels as they are now.
    private var stale: Set<AnatomicalLabel> = []
    private var failed: Set<AnatomicalLabel> = []
    private var working: AnatomicalLabel?
    private let answers = Inbox<(label: AnatomicalLabel, version: Int, surface: ModelSurface?)>()
    private var quiet = Quiet()
    private let isImmediate: Bool

    /// How far a drawn surface may lie from the label's, mm: less than a character cell shows.
    private static let largestError = 0.6
    /// Of a head alone.
    private static let head: [AnatomicalLabel] = [.skull, .vessel, .ventricle, .lesion]

    init(isImmediate: Bool) { self.isImmediate = isImmediate }

    var isWorking: Bool { working != nil || !wanted.isEmpty }

    /// In an order that does not change.
    var shown: [AnatomicalLabel] { surfaces.keys.sorted() }

    func surface(_ label: AnatomicalLabel) -> (surface: ModelSurface, version: Int)? { surfaces[label] }

    /// Every level of the plan, nearest to the selected one first; about paths what they pass by.
    func prepare(_ draft: PlanDraft, _ item: PlanItem?) {
        let order = AnatomicalLabel.craniocaudal
        let middle = item?.level.flatMap { order.firstIndex(of: $0) } ?? 0
        let levels = Set(draft.plan.items.compactMap(\.level))
        let near = order.indices.filter { levels.contains(order[$0]) }.sorted {
            (abs($0 - middle), $0) < (abs($1 - middle), $1)
        }.map { order[$0] }
        let hasPaths = draft.plan.items.contains { !$0.kind.isScrew }
        wanted = (hasPaths ? Self.head : []) + near
        wanted = wanted.filter {
            $0 != working && !failed.contains($0) && (surfaces[$0] == nil || stale.contains($0))
                && draft.extents.box($0) != nil
        }
        for gone in surfaces.keys where draft.extents.box(gone) == nil { surfaces[gone] = nil }
    }

    /// Where nothing is done in the background: makes what a picture needs.
    func finish(_ draft: PlanDraft) {
        guard isImmediate else { return }
        for label in wanted { take(label, Self.make(label, draft.labels)) }
        wanted = []
    }

    func forget(_ changed: Set<AnatomicalLabel>) {
        guard !changed.isEmpty else { return }
        version += 1
        stale.formUnion(changed.filter { surfaces[$0] != nil })
        failed.subtract(changed)
        quiet.disturb()
    }

    private func take(_ label: AnatomicalLabel, _ surface: ModelSurface?) {
        made += 1
        stale.remove(label)
        surfaces[label] = surface.map { ($0, made) }
        if surface == nil { failed.insert(label) }
    }

    private static func make(_ label: AnatomicalLabel, _ labels: LabelVolume) -> ModelSurface? {
        // A skull in full would take long, and a cell shows millimetres.
        let isLarge = label == .skull
        let source = isLarge ? labels.coarser(than: 2) : labels
        guard let mesh = try? SurfaceExtraction.surface(of: label, in: source, smoothing: isLarge ? 5 : 15) else {
            return nil
        }
        if isLarge { return ModelSurface(mesh) }
        return ModelSurface((try? mesh.simplified(maxError: largestError)) ?? mesh)
    }

    /// Takes in what is finished, and begins the next where a person has paused.
    ///
    /// - Parameter begins: whether the machine has time for pictures.
    func collect(at time: Double, _ draft: PlanDraft, begins: Bool) -> Bool {
        let done = answers.takeAll()
        for answer in done {
            working = nil
            // Of labels that were changed meanwhile: made again.
            if answer.version == version {
                take(answer.label, answer.surface)
            } else if !wanted.contains(answer.label) {
                wanted.insert(answer.label, at: 0)
            }
        }
        if begins, working == nil, !wanted.isEmpty, quiet.lasts(at: time) { begin(wanted.removeFirst(), draft.labels) }
        return !done.isEmpty
    }

    private func begin(_ label: AnatomicalLabel, _ labels: LabelVolume) {
        working = label
        let number = version
        Background.run { [answers] in answers.put((label, number, Self.make(label, labels))) }
    }
}

extension Volume where Voxel == UInt8 {
    /// Every second, third, … voxel, so that they are at least so many mm apart.
    func coarser(than spacing: Double) -> LabelVolume {
        let steps = (0..<3).map { max(Int((spacing / geometry.spacing[$0]).rounded()), 1) }
        let small = GridSize(
            (size.x + steps[0] - 1) / steps[0], (size.y + steps[1] - 1) / steps[1], (size.z + steps[2] - 1) / steps[2])
        let grown = geometry.spacing * Vector3(Double(steps[0]), Double(steps[1]), Double(steps[2]))
        guard
            let coarse = try? GridGeometry(
                size: small, spacing: grown, origin: geometry.origin, direction: geometry.direction)
        else { return self }
        var voxels = [UInt8](repeating: 0, count: small.count)
        withVoxels { v in
            for z in 0..<small.z {
                for y in 0..<small.y {
                    let row = (z * steps[2] * size.y + y * steps[1]) * size.x
                    for x in 0..<small.x { voxels[(z * small.y + y) * small.x + x] = v[row + x * steps[0]] }
                }
            }
        }
        return LabelVolume(geometry: coarse, voxels: voxels)
    }
}
