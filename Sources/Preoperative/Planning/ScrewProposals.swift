import Frames
import Imaging

extension PedicleScrewPlanner {
    /// Several distinct screws for one pedicle, the recommended one first; each keeps the limits.
    ///
    /// - Throws: `PlanningError.pedicle` where no screw of the catalogue does.
    public func proposals(
        _ evaluator: ScrewEvaluator, side: Side, ct: Volume<Int16>, labels: LabelVolume
    ) throws(PlanningError) -> [ScrewProposal] {
        let search = try ScrewSearch(
            evaluator.anatomy, side, ct: ct, labels: labels, catalogue: catalogue, limits: limits)
        let found = ScrewPairing.screws([.success(search)])[0]
        let (screw, metrics) = try found.get()
        return Self.proposals(search, around: screw, metrics)
    }

    /// The screw as the recommended one, and what searches with other aims find about it.
    static func proposals(
        _ search: ScrewSearch, around screw: ScrewCylinder, _ metrics: ScrewMetrics
    ) -> [ScrewProposal] {
        let length = (screw.length * 1000).rounded() / 1000
        var found = [ScrewProposal(aim: .recommended, screw: screw, length: length, metrics: metrics)]
        let line = search.parameters(of: screw)
        for aim in ScrewProposal.Aim.allCases where aim != .recommended {
            guard let best = search.aiming(at: aim).best(near: line, diameter: screw.diameter) else { continue }
            let proposal = ScrewProposal(aim: aim, screw: best.screw, length: best.length, metrics: best.metrics)
            if found.allSatisfy(proposal.isDistinct) { found.append(proposal) }
        }
        return found
    }
}
