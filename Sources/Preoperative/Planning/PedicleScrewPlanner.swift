import Frames
import Imaging

/// Two screws a level, from labels and CT: through the pedicles, or by another technique where that is usual or asked for.
///
/// ```swift
/// let result = try PedicleScrewPlanner().plan(ct: ct, labels: labels, levels: [.init(vertebra: "L3")!])
/// try result.plan.write(to: "plan.json")
/// ```
/// The same input gives the same plan on any number of cores.
public struct PedicleScrewPlanner: Sendable {
    /// For pedicles from T1 down.
    public var catalogue = ScrewCatalogue.standard
    /// For pedicles of the neck, lateral masses, and through the sacrum into the ilium.
    public var neckCatalogue = ScrewCatalogue.neck
    public var lateralMassCatalogue = ScrewCatalogue.lateralMass
    public var iliacCatalogue = ScrewCatalogue.iliac
    public var limits = PlanLimits()
    /// Where another technique is wanted than the usual one.
    public var techniques: [AnatomicalLabel: ScrewTechnique] = [:]
    /// Whether items carry the other proposals for their pedicle.
    public var givesProposals = false

    public init(catalogue: ScrewCatalogue = .standard, limits: PlanLimits = PlanLimits()) {
        self.catalogue = catalogue
        self.limits = limits
    }

    public func technique(for level: AnatomicalLabel) -> ScrewTechnique { techniques[level] ?? .usual(level) }

    func catalogue(for level: AnatomicalLabel) -> ScrewCatalogue {
        switch technique(for: level) {
        case .pedicle: level.number <= 7 ? neckCatalogue : catalogue
        case .magerl, .royCamille, .pars: lateralMassCatalogue
        case .alarIliac: iliacCatalogue
        }
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

    /// C2–C7, T1–T13, L1–L6 and S1; C1 has no body and no pedicle.
    public static func canPlan(_ level: AnatomicalLabel) -> Bool {
        (2...26).contains(level.number) || level == .t13
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
        if let wrong = levels.first(where: { !Self.canPlan($0) || !technique(for: $0).suits($0) }) {
            throw .levelNotPlannable(wrong)
        }
        let survey = LabelSurvey(labels)
        let single = parallelMap(levels.count, progress: progress) { outcome(for: levels[$0], ct, labels, survey) }
        let outcomes = ImageDoubt(ct: ct).refused(RodAlignment.aligned(single))
        let image = PlanFile.Image(seriesUID: seriesUID, sha256: ImageFingerprint.sha256(of: ct))
        let decided = outcomes.flatMap { outcome in outcome.screws.map { ($0, outcome.search($0.side)) } }
        let items = parallelMap(decided.count) { item(decided[$0].0, decided[$0].1, labels) }
        return Result(
            plan: PlanFile(image: image, items: items), refusals: outcomes.flatMap(\.refusals),
            anatomies: outcomes.compactMap(\.anatomy), labelAccuracy: labels.geometry.spacing.max() / 2)
    }

    /// A screw that is decided on.
    struct Screw: Sendable {
        let level: AnatomicalLabel
        let side: Side
        let technique: ScrewTechnique
        var screw: ScrewCylinder
        var metrics: ScrewMetrics
    }

    struct Outcome: Sendable {
        var screws: [Screw] = []
        var refusals: [PlanningError] = []
        var anatomy: VertebraAnatomy?
        /// Of pedicle screws, by side.
        var searches: [ScrewSearch] = []

        func search(_ side: Side) -> ScrewSearch? { searches.first { $0.side == side } }
    }

    private func outcome(
        for level: AnatomicalLabel, _ ct: Volume<Int16>, _ labels: LabelVolume, _ survey: LabelSurvey
    ) -> Outcome {
        var outcome = Outcome()
        do throws(PlanningError) {
            let anatomy = try VertebraAnatomy(level, in: labels, ct: ct, survey)
            outcome.anatomy = anatomy
            let technique = technique(for: level)
            for (side, found) in zip(Side.allCases, screws(anatomy, technique, ct, labels, &outcome)) {
                do throws(PlanningError) {
                    let (screw, metrics) = try found.get()
                    let decided = Screw(
                        level: level, side: side, technique: technique, screw: screw, metrics: metrics)
                    try checkPair(outcome.screws.first, decided)
                    outcome.screws.append(decided)
                } catch {
                    outcome.refusals.append(error.explained(by: anatomy, labels))
                }
            }
        } catch {
            outcome.refusals.append(error)
        }
        return outcome
    }

    /// One answer a side, in their order.
    private func screws(
        _ anatomy: VertebraAnatomy, _ technique: ScrewTechnique, _ ct: Volume<Int16>, _ labels: LabelVolume,
        _ outcome: inout Outcome
    ) -> [Swift.Result<ScrewPairing.Screw, PlanningError>] {
        let catalogue = catalogue(for: anatomy.level)
        if let guide = ScrewGuide(technique) {
            return Side.allCases.map { side in
                Swift.Result { () throws(PlanningError) in
                    try GuidedScrewSearch(anatomy, side, guide, ct: ct, catalogue: catalogue, limits: limits).best()
                }
            }
        }
        if technique == .alarIliac {
            return Side.allCases.map { side in
                Swift.Result { () throws(PlanningError) in
                    let bone = try SacroiliacBone(anatomy, side, in: labels)
                    return try AlarIliacSearch(bone: bone, ct: ct, catalogue: catalogue, limits: limits).best()
                }
            }
        }
        let searches = Side.allCases.map { side in
            Swift.Result { () throws(PlanningError) in
                try ScrewSearch(anatomy, side, ct: ct, labels: labels, catalogue: catalogue, limits: limits)
            }
        }
        outcome.searches = searches.compactMap { try? $0.get() }
        return ScrewPairing.screws(searches)
    }

    private func item(_ decided: Screw, _ search: ScrewSearch?, _ labels: LabelVolume) -> PlanItem {
        let (screw, metrics, kind) = (decided.screw, decided.metrics, decided.technique.kind)
        let isIliac = kind == .alarIliacScrew
        var item = PlanItem(
            id: isIliac ? "S2-ilium-\(decided.side.rawValue)" : PlanItem.screwIdentifier(decided.level, decided.side),
            kind: kind, level: isIliac ? nil : decided.level,
            side: decided.side, entry: screw.entry, target: screw.tip, diameter: screw.diameter,
            metrics: metrics.json(diameter: screw.diameter, kind: kind))
        item.length = roundedForFile((screw.length * 1000).rounded() / 1000)
        item.metrics["label_accuracy_mm"] = .number(roundedForFile(labels.geometry.spacing.max() / 2))
        if givesProposals, let search { item.proposals = Self.proposals(search, around: screw, metrics) }
        return item
    }

    private func checkPair(_ first: Screw?, _ second: Screw) throws(PlanningError) {
        guard let first else { return }
        let gap = first.screw.gap(to: second.screw)
        guard gap >= limits.smallestGapOfPair else {
            throw .pedicle(
                second.level, second.side,
                .limitBroken(BrokenLimit(name: .gapOfPair, value: gap, limit: limits.smallestGapOfPair)))
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
