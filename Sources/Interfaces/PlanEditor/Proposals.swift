import Dispatch
import Imaging
import Planning

/// One of the planner's screws for a pedicle, and what it is best at.
struct ItemProposal: Equatable, Sendable {
    let screw: ScrewCylinder
    let length: Double
    let title: String
}

/// Works the planner's proposals out in the background: they take some tenths of a second.
final class ProposalDesk {
    struct Key: Hashable, Sendable {
        let id: String
        /// Counts corrections of the labels, which make them anew.
        let labels: Int
    }

    private var known: [Key: [ItemProposal]] = [:]
    private var working: Set<Key> = []
    private let answers = Inbox<(key: Key, found: [ItemProposal])>()
    private let isImmediate: Bool

    init(isImmediate: Bool) { self.isImmediate = isImmediate }

    var isWorking: Bool { !working.isEmpty }

    /// `nil` until they are worked out, which this begins.
    func proposals(
        _ key: Key, _ planner: PedicleScrewPlanner, _ evaluator: ScrewEvaluator, _ side: Side, _ ct: Volume<Int16>,
        _ labels: LabelVolume
    ) -> [ItemProposal]? {
        if let found = known[key] { return found }
        if isImmediate {
            known[key] = Self.work(planner, evaluator, side, ct, labels)
        } else if working.insert(key).inserted {
            DispatchQueue.global(qos: .userInitiated).async { [answers] in
                answers.put((key, Self.work(planner, evaluator, side, ct, labels)))
            }
        }
        return known[key]
    }

    private static func work(
        _ planner: PedicleScrewPlanner, _ evaluator: ScrewEvaluator, _ side: Side, _ ct: Volume<Int16>,
        _ labels: LabelVolume
    ) -> [ItemProposal] {
        let found = try? planner.proposals(evaluator, side: side, ct: ct, labels: labels)
        return (found ?? []).map { ItemProposal(screw: $0.screw, length: $0.length, title: title($0.aim)) }
    }

    private static func title(_ aim: ScrewProposal.Aim) -> String {
        switch aim {
        case .recommended: "recommended"
        case .safest: "safest: the most bone round it"
        case .strongest: "strongest: thickest and longest"
        case .straight: "straight ahead"
        case .anatomic: "along the pedicle's axis"
        }
    }

    /// Takes in what is finished.
    func collect() -> Bool {
        let done = answers.takeAll()
        for answer in done {
            known[answer.key] = answer.found
            working.remove(answer.key)
        }
        return !done.isEmpty
    }
}

extension EditorModel {
    /// The planner's proposals for the item's pedicle; `nil` while they are worked out.
    func proposals(for item: PlanItem) -> [ItemProposal]? {
        guard let evaluator = session.bench.evaluator(item.level), let side = item.side, item.kind == .pedicleScrew
        else { return session.isMeasuring ? nil : [] }
        return desk.proposals(
            .init(id: item.id, labels: session.labelVersion),
            PedicleScrewPlanner(catalogue: options.catalogue, limits: options.limits), evaluator, side, session.ct,
            session.draft.labels)
    }
}

extension PlanItem {
    /// Whether one vertebra's bone is all that it goes through.
    var isOfOneVertebra: Bool { kind.isScrew && kind != .alarIliacScrew }
}
