import Imaging
import Planning

/// One of the planner's screws for a pedicle, and what it is best at.
struct ItemProposal: Equatable {
    let screw: ScrewCylinder
    let length: Double
    let title: String
}

extension EditorModel {
    /// The planner's proposals for the item's pedicle, worked out when first asked for and again when labels changed.
    func proposals(for item: PlanItem) -> [ItemProposal] {
        let key = ProposalKey(id: item.id, labels: session.labelVersion)
        if let known = knownProposals[key] { return known }
        guard let evaluator = session.bench.evaluator(item.level), let side = item.side else { return [] }
        let planner = PedicleScrewPlanner(catalogue: options.catalogue, limits: options.limits)
        let found = try? planner.proposals(evaluator, side: side, ct: session.ct, labels: session.draft.labels)
        let named = (found ?? []).map { ItemProposal(screw: $0.screw, length: $0.length, title: Self.title($0.aim)) }
        knownProposals[key] = named
        return named
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
}

struct ProposalKey: Hashable {
    let id: String
    let labels: Int
}

extension PlanItem {
    /// Whether one vertebra's bone is all that it goes through.
    var isOfOneVertebra: Bool { kind.isScrew && kind != .alarIliacScrew }
}
