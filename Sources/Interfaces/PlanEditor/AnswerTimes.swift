/// How long the screen took to answer, from the arrival of keys or of the mouse to the last byte that the terminal took.
public struct AnswerTimes: Sendable {
    /// What was answered, by what it made of the screen.
    public enum Kind: String, CaseIterable, Sendable {
        /// The plan or its labels changed.
        case edit
        /// Another item was turned to: every view of it is new.
        case selection
        /// Nothing changed but how slices are laid, or their window: at least one was sampled anew.
        case slice
        /// Whatever else changed nothing: pages, prompts, panes, the turning model.
        case look
        /// The plan was written or signed.
        case save
    }

    private var times: [Kind: [Double]] = [:]

    public init() {}

    /// - Parameter milliseconds: since the keys came.
    public mutating func record(_ kind: Kind, _ milliseconds: Double) { times[kind, default: []].append(milliseconds) }

    public func count(_ kind: Kind) -> Int { times[kind]?.count ?? 0 }

    /// The time that this share of the answers of a kind did not exceed; `nil` where there was none.
    public func quantile(_ share: Double, of kind: Kind) -> Double? {
        guard let sorted = times[kind]?.sorted(), !sorted.isEmpty else { return nil }
        return sorted[min(Int(Double(sorted.count) * min(max(share, 0), 1)), sorted.count - 1)]
    }
}

extension EditorModel {
    /// What tells one kind of answer from another.
    struct Mark: Equatable {
        fileprivate let plan: PlanMark
        fileprivate let selected: Int
        fileprivate let sampled: Int

        fileprivate struct PlanMark: Equatable {
            let edits, labels: Int
        }
    }

    var mark: Mark {
        Mark(
            plan: .init(edits: session.editCount, labels: session.labelVersion), selected: state.selected,
            sampled: pictures.sampled)
    }

    /// What the answer since then was, once it is drawn.
    func kind(since before: Mark) -> AnswerTimes.Kind {
        let now = mark
        if now.plan != before.plan { return .edit }
        if now.selected != before.selected { return .selection }
        return now.sampled != before.sampled ? .slice : .look
    }
}
