import Frames
import Imaging

/// Judges a plan anew, whoever made or edited it: nothing that the plan says of itself is believed.
///
/// Margins are those of an exact cylinder to each triangle of the bone's surface and to the faces of the label's
/// voxels, not to the planner's distance fields. Angles, endplates and the isthmus refer to the vertebra's frame, which
/// is found again from labels and image.
public struct PlanChecker: Sendable {
    public var limits = PlanLimits()
    public var trajectoryLimits = TrajectoryLimits()

    public init(limits: PlanLimits = PlanLimits()) { self.limits = limits }

    /// Something wrong with an item.
    public enum Finding: Equatable, Sendable {
        case brokenLimit(BrokenLimit)
        /// A metric in the plan that is not what was measured; `key` as in the file, values in its unit.
        case claimDiffers(key: String, claimed: Double, measured: Double)
        case claimsGrade(GertzbeinRobbins, measured: GertzbeinRobbins)
        /// A metric that CONTRACT.md asks for is missing or no number.
        case metricsIncomplete
        /// `length_mm` is not the distance from entry to target.
        case lengthDiffers(stated: Double, measured: Double)
        /// The entry lies on the other side of the vertebra.
        case wrongSide
        /// The tip does not lie in front of the entry by at least 10 mm, or 4 mm in a lateral mass.
        case notForwards
        case tipOutsideBone
        /// The entry of a screw through a pedicle lies so far in front of the canal's middle, mm: in the foramen.
        case entryInFrontOfArch(Double)
        /// Another item of the plan goes through the same pedicle.
        case pedicleTwice(other: String)
        /// The vertebra or the screw does not allow a measurement.
        case notMeasurable(PlanningError)
        /// Entry and target coincide.
        case noAxis
        case trajectory(TrajectoryFinding)
        /// This checker judges no items of this kind.
        case kindNotJudged(PlanItem.Kind)
    }

    public struct ItemCheck: Equatable, Sendable {
        public let id: String
        /// As measured; `nil` where it could not be.
        public let metrics: ScrewMetrics?
        /// The same of a straight path.
        public var trajectory: TrajectoryMetrics?
        public let findings: [Finding]
        public var passed: Bool { findings.isEmpty }
    }

    public struct Result: Equatable, Sendable {
        /// In the plan's order.
        public let items: [ItemCheck]
        public var passed: Bool { items.allSatisfy(\.passed) }
    }

    /// - Throws: `PlanningError.gridsDiffer`, `.anotherImage`.
    public func check(
        _ plan: PlanFile, ct: Volume<Int16>, labels: LabelVolume, progress: ProgressReport? = nil
    ) throws(PlanningError) -> Result {
        guard ct.geometry.matches(labels.geometry) else { throw .gridsDiffer }
        let sha256 = ImageFingerprint.sha256(of: ct)
        guard plan.image.sha256 == sha256 else { throw .anotherImage(planned: plan.image.sha256, given: sha256) }
        let levels = Set(plan.items.compactMap { Self.judges($0.kind) ? $0.level : nil }).sorted()
        let survey = LabelSurvey(labels)
        let groups = parallelMap(levels.count, progress: progress) {
            check(plan.items, at: levels[$0], ct, labels, survey)
        }
        let iliac = plan.items.filter { $0.kind == .alarIliacScrew }.map { checkIliac($0, ct, labels, survey) }
        let found = Dictionary(uniqueKeysWithValues: (groups.flatMap { $0 } + iliac).map { ($0.id, $0) })
        let paths = checkTrajectories(plan, ct, labels)
        return Result(
            items: plan.items.map {
                found[$0.id] ?? paths[$0.id] ?? ItemCheck(id: $0.id, metrics: nil, findings: [.kindNotJudged($0.kind)])
            })
    }

    private static func judges(_ kind: PlanItem.Kind) -> Bool { kind.isScrew && kind != .alarIliacScrew }

    private func check(
        _ all: [PlanItem], at level: AnatomicalLabel, _ ct: Volume<Int16>, _ labels: LabelVolume, _ survey: LabelSurvey
    ) -> [ItemCheck] {
        let items = all.filter { Self.judges($0.kind) && $0.level == level }
        do throws(PlanningError) {
            let anatomy = try VertebraAnatomy(level, in: labels, ct: ct, survey)
            let examination = ScrewExamination(anatomy: anatomy, ct: ct, labels: labels)
            var beside = examination
            beside.skipped = PlanLimits.skippedBesidePedicles
            return items.map { item in
                check(
                    item, item.kind == .pedicleScrew ? examination : beside, others: items.filter { $0.id != item.id })
            }
        } catch {
            return items.map { ItemCheck(id: $0.id, metrics: nil, findings: [.notMeasurable(error)]) }
        }
    }

    private func checkIliac(
        _ item: PlanItem, _ ct: Volume<Int16>, _ labels: LabelVolume, _ survey: LabelSurvey
    ) -> ItemCheck {
        guard let screw = item.cylinder, let side = item.side else {
            return ItemCheck(id: item.id, metrics: nil, findings: [.noAxis])
        }
        do throws(PlanningError) {
            let bone = try SacroiliacBone(VertebraAnatomy(.sacrum, in: labels, ct: ct, survey), side, in: labels)
            let measured = bone.examined(screw, ct)
            var findings = limits.broken(by: measured, diameter: item.diameter, kind: item.kind).map(
                Finding.brokenLimit)
            if abs(item.length - screw.length) > 0.05 {
                findings.append(.lengthDiffers(stated: item.length, measured: screw.length))
            }
            if (bone.anatomy.X_CTVertebra.inverse * screw.tip).x * side.sign <= 0 { findings.append(.wrongSide) }
            if bone.ilium.distance(at: screw.tip) > 0 { findings.append(.tipOutsideBone) }
            findings += claims(item, measured, grain: labels.geometry.spacing.max())
            return ItemCheck(id: item.id, metrics: measured, findings: findings)
        } catch {
            return ItemCheck(id: item.id, metrics: nil, findings: [.notMeasurable(error)])
        }
    }

    private func check(_ item: PlanItem, _ examination: ScrewExamination, others: [PlanItem]) -> ItemCheck {
        guard let screw = item.cylinder, let side = item.side else {
            return ItemCheck(id: item.id, metrics: nil, findings: [.noAxis])
        }
        let measured = examination.metrics(screw, side: side)
        var findings = limits.broken(by: measured, diameter: item.diameter, kind: item.kind).map(Finding.brokenLimit)
        findings += item.placeFindings(in: examination.anatomy, labels: examination.labels)
        for other in others {
            if other.side == item.side { findings.append(.pedicleTwice(other: other.id)) }
            if let gap = other.cylinder?.gap(to: screw), gap < limits.smallestGapOfPair - 1e-6 {
                findings.append(
                    .brokenLimit(BrokenLimit(name: .gapOfPair, value: gap, limit: limits.smallestGapOfPair)))
            }
        }
        findings += claims(item, measured, grain: examination.labels.geometry.spacing.max())
        return ItemCheck(id: item.id, metrics: measured, findings: findings)
    }

    /// What the plan says of a screw against what was measured. Distances may differ by 0.1 mm, density by 60 HU,
    /// angles by 1°.
    private func claims(_ item: PlanItem, _ measured: ScrewMetrics, grain: Double) -> [Finding] {
        guard let claimed = item.screwMetrics else { return [.metricsIncomplete] }
        var findings: [Finding] = []
        if item.kind == .pedicleScrew, claimed.grade < measured.grade {
            findings.append(.claimsGrade(claimed.grade, measured: measured.grade))
        }
        let (said, found) = (item.metrics, measured.json(diameter: item.diameter, kind: item.kind))
        for key in found.keys.sorted() {
            guard let a = said[key]?.number, let b = found[key]?.number, let tolerance = Self.tolerance(key, grain)
            else { continue }
            // Far from the canal the planner's search has no exact field, and nothing depends on it.
            if key == "medial_margin_mm", min(a, b) > 5 { continue }
            if abs(a - b) > tolerance { findings.append(.claimDiffers(key: key, claimed: a, measured: b)) }
        }
        return findings
    }

    private static func tolerance(_ key: String, _ grain: Double) -> Double? {
        // Its own stairs: a point more or less on the solid counts a step.
        if key == "label_margin_mm" || key == "breach_mm" { return 0.2 + grain / 10 }
        if key.hasSuffix("_mm") { return 0.1 }
        if key.hasSuffix("_hu") { return 60 }
        if key.hasSuffix("_n") { return 150 }
        return key.hasSuffix("_deg") ? 1 : nil
    }
}
