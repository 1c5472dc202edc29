import Imaging
import Planning

/// Every change since the plan was opened, and where in them a person stands.
public struct EditHistory: Sendable {
    struct Step: Sendable {
        let title: String
        var reversal: EditReversal
        /// Changes of one burst (a key that is held) are taken back together.
        let burst: String?
    }

    private(set) var steps: [Step] = []
    /// So many steps hold; those behind were taken back.
    private(set) var position = 0

    public var canUndo: Bool { position > 0 }
    public var canRedo: Bool { position < steps.count }
    public var undoTitle: String? { canUndo ? steps[position - 1].title : nil }
    public var redoTitle: String? { canRedo ? steps[position].title : nil }

    mutating func record(_ reversal: EditReversal, title: String, burst: String?) {
        steps.removeSubrange(position...)
        if let burst, let last = steps.last, last.burst == burst, last.reversal.patch == nil, reversal.patch == nil {
            steps[position - 1].reversal = EditReversal(
                before: last.reversal.before, after: reversal.after, patch: nil)
            return
        }
        steps.append(Step(title: title, reversal: reversal, burst: burst))
        position += 1
    }

    /// - Returns: the labels whose voxels changed; `nil` where there is nothing to take back.
    mutating func undo(_ draft: inout PlanDraft) -> Set<UInt8>? {
        guard canUndo else { return nil }
        position -= 1
        let step = steps[position].reversal
        draft.plan = step.before
        if let patch = step.patch { draft.apply(patch, backwards: true) }
        return step.patch?.touched ?? []
    }

    mutating func redo(_ draft: inout PlanDraft) -> Set<UInt8>? {
        guard canRedo else { return nil }
        let step = steps[position].reversal
        position += 1
        draft.plan = step.after
        if let patch = step.patch { draft.apply(patch) }
        return step.patch?.touched ?? []
    }
}
