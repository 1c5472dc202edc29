import Dispatch
import Foundation
import Frames
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
        guard let found, let first = found.first else { return [] }
        return found.map { one in
            let trade = one == first ? "" : ": " + text(one.trade(against: first))
            return ItemProposal(screw: one.screw, length: one.length, title: title(one.aim) + trade)
        }
    }

    /// What a proposal wins and loses against the recommended one.
    private static func text(_ trade: ScrewProposal.Trade) -> String {
        func part(_ name: String, _ x: Double, _ unit: String, least: Double) -> String? {
            abs(x) < least ? nil : String(format: "\(name) %+.1f\(unit)", x)
        }
        let parts = [
            part("margin", trade.margin, " mm", least: 0.05), part("canal", trade.medialMargin, " mm", least: 0.05),
            part("thickness", trade.diameter, " mm", least: 0.05), part("length", trade.length, " mm", least: 0.05),
            part("pull-out", (trade.pullout ?? 0) * 100, " %%", least: 1),
            part("convergence", degrees(radians: trade.convergence), "°", least: 0.5),
        ].compactMap(\.self)
        return parts.isEmpty ? "the same numbers" : parts.joined(separator: ", ")
    }

    private static func title(_ aim: ScrewProposal.Aim) -> String {
        switch aim {
        case .recommended: "recommended"
        case .safest: "safest"
        case .strongest: "strongest"
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
        guard let evaluator = session.bench.measures(item.level)?.screws, let side = item.side,
            item.kind == .pedicleScrew
        else { return session.isMeasuring(item) ? nil : [] }
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
