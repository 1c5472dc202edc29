import Frames
import Imaging
import Uncertainty

extension UncertaintyPropagation {
    /// What an item's uncertainty came to, or why its bone could not be looked at.
    public struct Finding: Equatable, Sendable {
        public let id: String
        public let isScrew: Bool
        public let uncertainty: ItemUncertainty
        /// Why there is no probability of grade A, where the item is a screw.
        public let fault: PlanningError?
    }

    /// Every item of a plan, in its order.
    ///
    /// - Throws: `PlanningError.uncertainty`.
    public func findings(
        for plan: PlanFile, labels: LabelVolume, ct: Volume<Int16>, progress: ProgressReport? = nil
    ) throws(PlanningError) -> [Finding] {
        let hasPaths = plan.items.contains { !$0.kind.isScrew }
        let vessels = hasPaths ? BoundaryVoxels(of: [.vessel], in: labels, LabelSurvey(labels)) : nil
        return try findings(for: plan, vessels: vessels, progress: progress) { (level) throws(PlanningError) in
            try VertebraAnatomy(level, in: labels, ct: ct).boneDepth
        }
    }

    /// As above, with the bone of each level from elsewhere.
    func findings(
        for plan: PlanFile, vessels: BoundaryVoxels?, progress: ProgressReport? = nil,
        bone: @Sendable (AnatomicalLabel) throws(PlanningError) -> any BoneDepth
    ) throws(PlanningError) -> [Finding] {
        let levels = Set(plan.items.compactMap { $0.kind == .pedicleScrew ? $0.level : nil }).sorted()
        let bones = parallelMap(levels.count) { i in
            Result { () throws(PlanningError) in try bone(levels[i]) }
        }
        let found = parallelMap(plan.items.count, progress: progress) { i -> Result<Finding, UncertaintyError> in
            let item = plan.items[i]
            let level = item.kind == .pedicleScrew ? item.level : nil
            let bone = level.flatMap { levels.firstIndex(of: $0) }.map { bones[$0] }
            return Result { () throws(UncertaintyError) in try finding(item, in: bone, near: vessels) }
        }
        var findings: [Finding] = []
        for one in found {
            do throws(UncertaintyError) { findings.append(try one.get()) } catch { throw .uncertainty(error) }
        }
        return findings
    }

    /// - Parameter bone: `nil` where the item lies in none.
    private func finding(
        _ item: PlanItem, in bone: Result<any BoneDepth, PlanningError>?, near vessels: BoundaryVoxels?
    ) throws(UncertaintyError) -> Finding {
        var known: (any BoneDepth)?
        var fault: PlanningError?
        switch bone {
        case .success(let found)?: known = found
        case .failure(let reason)?: fault = reason
        case nil: break
        }
        return Finding(
            id: item.id, isScrew: item.kind.isScrew,
            uncertainty: try uncertainty(of: item, in: known, near: vessels), fault: fault)
    }
}

extension PlanFile {
    /// The plan with each item's uncertainty among its metrics, in place of any that was there. Approvals of the plan as it
    /// was do not hold for it.
    public func adding(_ findings: [UncertaintyPropagation.Finding]) -> PlanFile {
        var plan = self
        let byID = Dictionary(findings.map { ($0.id, $0.uncertainty.json) }, uniquingKeysWith: { a, _ in a })
        for i in plan.items.indices {
            guard let new = byID[plan.items[i].id] else { continue }
            plan.items[i].metrics = plan.items[i].metrics.filter { !ItemUncertainty.keys.contains($0.key) }
            plan.items[i].metrics.merge(new) { $1 }
        }
        return plan
    }
}
