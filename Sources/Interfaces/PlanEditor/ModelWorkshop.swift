import Dispatch
import Frames
import Imaging
import Meshing
import Planning

/// Surfaces for the 3-D view, made in the background: the selected level first, then its neighbours.
final class ModelWorkshop {
    private var surfaces: [AnatomicalLabel: ModelSurface] = [:]
    private var version = 0
    private var wanted: [AnatomicalLabel] = []
    private var working: AnatomicalLabel?
    private let answers = Inbox<(label: AnatomicalLabel, version: Int, surface: ModelSurface?)>()
    private let isImmediate: Bool
    private var failed: Set<AnatomicalLabel> = []

    /// How far a drawn surface may lie from the label's, mm: less than a character cell shows.
    static let largestError = 0.6

    init(isImmediate: Bool) { self.isImmediate = isImmediate }

    var isWorking: Bool { working != nil }

    func surface(_ label: AnatomicalLabel) -> ModelSurface? { surfaces[label] }

    /// Every level of the plan, nearest to the selected one first.
    func prepare(_ draft: PlanDraft, _ item: PlanItem?) {
        let order = AnatomicalLabel.craniocaudal
        let middle = item?.level.flatMap { order.firstIndex(of: $0) } ?? 0
        let levels = Set(draft.plan.items.compactMap(\.level))
        wanted = order.indices.filter { levels.contains(order[$0]) }.sorted {
            (abs($0 - middle), $0) < (abs($1 - middle), $1)
        }.map { order[$0] }.filter { surfaces[$0] == nil && !failed.contains($0) }
        labels = draft.labels
        next()
    }

    private var labels: LabelVolume?

    func forget(_ changed: Set<AnatomicalLabel>) {
        version += 1
        for label in changed { surfaces[label] = nil }
        failed.subtract(changed)
    }

    private func next() {
        guard working == nil, let label = wanted.first, let labels else {
            if wanted.isEmpty { self.labels = nil }
            return
        }
        wanted.removeFirst()
        if isImmediate {
            take(label, Self.make(label, labels))
            return next()
        }
        working = label
        let number = version
        DispatchQueue.global(qos: .utility).async { [answers] in
            answers.put((label, number, Self.make(label, labels)))
        }
    }

    private func take(_ label: AnatomicalLabel, _ surface: ModelSurface?) {
        if let surface { surfaces[label] = surface } else { failed.insert(label) }
    }

    private static func make(_ label: AnatomicalLabel, _ labels: LabelVolume) -> ModelSurface? {
        guard let mesh = try? SurfaceExtraction.surface(of: label, in: labels, smoothing: 15) else { return nil }
        return ModelSurface((try? mesh.simplified(maxError: largestError)) ?? mesh)
    }

    /// Takes in what is finished, and begins the next.
    func collect() -> Bool {
        let done = answers.takeAll()
        guard !done.isEmpty else { return false }
        working = nil
        for answer in done {
            // Of labels that were changed meanwhile: made again.
            if answer.version == version {
                take(answer.label, answer.surface)
            } else {
                wanted.insert(answer.label, at: 0)
            }
        }
        next()
        return true
    }
}
