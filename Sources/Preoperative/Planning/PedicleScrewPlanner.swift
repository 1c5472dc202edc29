import Frames
import Imaging

/// Two pedicle screws a level, from labels and CT.
///
/// ```swift
/// let result = try PedicleScrewPlanner().plan(ct: ct, labels: labels, levels: [.init(vertebra: "L3")!])
/// try result.plan.write(to: "plan.json")
/// ```
/// The same input gives the same plan on any number of cores.
public struct PedicleScrewPlanner: Sendable {
    public var catalogue = ScrewCatalogue.standard
    public var limits = PlanLimits()

    public init(catalogue: ScrewCatalogue = .standard, limits: PlanLimits = PlanLimits()) {
        self.catalogue = catalogue
        self.limits = limits
    }

    /// A plan, and what was left out of it.
    public struct Result: Sendable {
        public let plan: PlanFile
        /// Why a level or a side has no screw, in the order of the levels.
        public let refusals: [PlanningError]
        /// Of each level that could be read, in the order of the levels.
        public let anatomies: [VertebraAnatomy]
        /// Half the longest side of a voxel, mm: labels, and so all margins, are not known better than this.
        public let labelAccuracy: Double
    }

    /// Labels whose accuracy is worse than this cannot promise a grade, mm.
    public static let coarseLabelAccuracy = 1.0

    /// T1–T13, L1–L6 and S1: necks have lateral mass screws, which this planner does not know.
    public static func canPlan(_ level: AnatomicalLabel) -> Bool {
        (8...26).contains(level.number) || level == .t13
    }

    /// - Parameters:
    ///   - levels: planned in the order given; a level that is refused leaves the others as they are.
    ///   - seriesUID: for the plan's `image`.
    /// - Throws: `PlanningError.gridsDiffer`, `.levelNotPlannable`.
    public func plan(
        ct: Volume<Int16>, labels: LabelVolume, levels: [AnatomicalLabel], seriesUID: String? = nil,
        progress: ProgressReport? = nil
    ) throws(PlanningError) -> Result {
        guard ct.geometry.matches(labels.geometry) else { throw .gridsDiffer }
        if let wrong = levels.first(where: { !Self.canPlan($0) }) { throw .levelNotPlannable(wrong) }
        let survey = LabelSurvey(labels)
        let outcomes = parallelMap(levels.count, progress: progress) { outcome(for: levels[$0], ct, labels, survey) }
        let image = PlanFile.Image(seriesUID: seriesUID, sha256: ImageFingerprint.sha256(of: ct))
        return Result(
            plan: PlanFile(image: image, items: outcomes.flatMap(\.items)), refusals: outcomes.flatMap(\.refusals),
            anatomies: outcomes.compactMap(\.anatomy), labelAccuracy: labels.geometry.spacing.max() / 2)
    }

    struct Outcome: Sendable {
        var items: [PlanItem] = []
        var refusals: [PlanningError] = []
        var anatomy: VertebraAnatomy?
    }

    private func outcome(
        for level: AnatomicalLabel, _ ct: Volume<Int16>, _ labels: LabelVolume, _ survey: LabelSurvey
    ) -> Outcome {
        var outcome = Outcome()
        do throws(PlanningError) {
            let anatomy = try VertebraAnatomy(level, in: labels, survey)
            outcome.anatomy = anatomy
            let searches = Side.allCases.map { side in
                Swift.Result { () throws(PlanningError) in
                    try ScrewSearch(anatomy, side, ct: ct, labels: labels, catalogue: catalogue, limits: limits)
                }
            }
            for (side, found) in zip(Side.allCases, ScrewPairing.screws(searches)) {
                do throws(PlanningError) {
                    let item = item(anatomy.level, side, try found.get(), labels)
                    try checkPair(outcome.items.first, item)
                    outcome.items.append(item)
                } catch {
                    outcome.refusals.append(error)
                }
            }
        } catch {
            outcome.refusals.append(error)
        }
        return outcome
    }

    private func item(
        _ level: AnatomicalLabel, _ side: Side, _ found: ScrewPairing.Screw, _ labels: LabelVolume
    ) -> PlanItem {
        let (screw, metrics) = found
        var item = PlanItem(
            id: PlanItem.screwIdentifier(level, side), kind: .pedicleScrew, level: level, side: side,
            entry: screw.entry, target: screw.tip, diameter: screw.diameter,
            metrics: metrics.json(diameter: screw.diameter))
        item.length = roundedForFile((screw.length * 1000).rounded() / 1000)
        item.metrics["label_accuracy_mm"] = .number(roundedForFile(labels.geometry.spacing.max() / 2))
        return item
    }

    private func checkPair(_ first: PlanItem?, _ second: PlanItem) throws(PlanningError) {
        guard let level = second.level, let side = second.side, let a = first?.cylinder, let b = second.cylinder else {
            return
        }
        let gap = a.gap(to: b)
        guard gap >= limits.smallestGapOfPair else {
            throw .pedicle(
                level, side, .limitBroken(BrokenLimit(name: .gapOfPair, value: gap, limit: limits.smallestGapOfPair)))
        }
    }
}

extension ScrewCylinder {
    /// The distance of the two axes less both radii, mm (Ericson, Real-Time Collision Detection, 5.1.9).
    public func gap(to other: ScrewCylinder) -> Double {
        let (u, v, w) = (tip - entry, other.tip - other.entry, entry - other.entry)
        let (a, b, c) = (dot(u.vector, u.vector), dot(u.vector, v.vector), dot(v.vector, v.vector))
        let (d, e) = (dot(u.vector, w.vector), dot(v.vector, w.vector))
        let across = a * c - b * b
        var s = across > 1e-9 ? ((b * e - c * d) / across).clamped(to: 0...1) : 0
        let t = ((b * s + e) / c).clamped(to: 0...1)
        s = ((b * t - d) / a).clamped(to: 0...1)
        return (w + u * s - v * t).length - radius - other.radius
    }
}
