import Frames
import Imaging

/// Measures straight paths while a person moves them, the planner's way: what all of them share is worked out once, then a
/// path takes some milliseconds.
///
/// ```swift
/// let evaluator = try PathEvaluator(for: plan.items, labels: labels, ct: ct)
/// let measured = evaluator.measured(item).map { evaluator.crowded($0, item, among: plan.items) }
/// ```
/// `PlanChecker` has another way of its own.
public struct PathEvaluator: Sendable {
    public let limits: TrajectoryLimits
    private let ct: Volume<Int16>
    private let labels: LabelVolume
    private let canal: CanalKnown
    private let survey: LabelSurvey
    private let skull: SkullSurface?
    private let midline: MidlinePlane?
    private var outer: [Meaning: PathMeasurement.OuterVoxels] = [:]

    /// What labels mean to a path: those of one meaning share what they keep away from.
    private struct Meaning: Hashable, Sendable {
        let approach: Approach
        let through, avoid: Set<AnatomicalLabel>

        var table: TissueTable { TissueTable(approach, through: through, avoid: avoid) }
    }

    /// What was found of one path.
    public struct Measured: Equatable, Sendable {
        public var metrics: TrajectoryMetrics
        public var findings: [TrajectoryFinding] = []
        /// To the nearest other electrode: between shafts within the skull, and between axes outside it, mm.
        public var electrodeSpacing, boltSpacing: Double?
    }

    /// - Parameter items: of the plan; screws among them are left out.
    /// - Throws: `PlanningError.gridsDiffer`.
    public init(
        for items: [PlanItem], labels: LabelVolume, ct: Volume<Int16>, limits: TrajectoryLimits = TrajectoryLimits()
    ) throws(PlanningError) {
        guard ct.geometry.matches(labels.geometry) else { throw .gridsDiffer }
        canal = CanalKnown(labels, for: items.filter { !$0.kind.isScrew }, ct: ct)
        let labels = canal.labels
        (self.limits, self.ct, self.labels) = (limits, ct, labels)
        survey = LabelSurvey(labels)
        skull = SkullSurface(labels, survey)
        midline = skull?.midline()
        for item in items where !item.kind.isScrew {
            let meaning = meaning(item)
            if outer[meaning] == nil { outer[meaning] = .init(labels, meaning.table, survey) }
        }
    }

    /// Whether the labels mean to this path what they meant to those that this was made for.
    public func covers(_ item: PlanItem) -> Bool { outer[meaning(item)] != nil }

    private func meaning(_ item: PlanItem) -> Meaning {
        let reader = TargetPlace.Reader(ct: ct, labels: labels, survey: survey, avoid: [])
        let approach = item.target.isFinite ? reader.approach(item.target) : .body
        let own: Set<AnatomicalLabel> = approach == .body ? [label(item.target)] : []
        let through = item.labels("through_labels").union(own).intersection(TissueTable.bones)
        return Meaning(
            approach: approach, through: approach == .head ? through.subtracting([.skull]) : through,
            avoid: item.labels("avoid_labels"))
    }

    private func label(_ p: Point<CT>) -> AnatomicalLabel {
        let i = labels.geometry.nearest(p)
        return labels.size.contains(i) ? labels[label: i] : AnatomicalLabel(0)
    }

    /// Where the line from a target outwards leaves the skin; `nil` where the image ends before.
    ///
    /// - Parameter outwards: from the target to the entry.
    public func skin(from target: Point<CT>, outwards: Direction<CT>) -> Point<CT>? {
        let step = max(labels.geometry.spacing.min() * 0.45, 0.1)
        var first: Double?
        for s in stride(from: 0, through: 500, by: step) {
            let i = labels.geometry.nearest(target + outwards * s)
            guard labels.size.contains(i) else { return nil }
            guard labels[i] == 0 else {
                first = nil
                continue
            }
            let begin = first ?? s
            first = begin
            guard s - begin > 1.5 else { continue }
            var (inner, outer) = (begin - step, begin)
            for _ in 0..<7 {
                let middle = (inner + outer) / 2
                if label(target + outwards * middle).number != 0 { inner = middle } else { outer = middle }
            }
            return target + outwards * max((inner + outer) / 2, 0)
        }
        return nil
    }

    // MARK: Measuring

    /// What is found of a path by itself.
    ///
    /// - Returns: `nil` where entry and target coincide, or where `covers` is false.
    public func measured(_ item: PlanItem) -> Measured? {
        let meaning = meaning(item)
        guard let path = item.cylinder, let outer = outer[meaning] else { return nil }
        let tissue = meaning.table
        let isHead = meaning.approach == .head
        let measurement = PathMeasurement(
            labels: labels, tissue: tissue, skull: isHead ? skull : nil, midline: isHead ? midline : nil,
            limits: limits, radius: path.radius, outer: outer)
        let outwards = -path.axis.vector
        var layout = PathTracer(labels: labels, ct: ct, tissue: tissue, target: item.target).layout(outwards)
        let block = layout.block
        // Of a line that is stopped on its way distances are told as far as the item reaches.
        if block != nil { layout = PathLayout(skin: path.length) }
        var found = Measured(
            metrics: measurement.metrics(target: item.target, direction: outwards, layout: layout))
        found.findings = targetFindings(item) + (block.map { [.blocked($0)] } ?? [])
        if isHead, block == nil, found.metrics.skullAngle == nil { found.findings.append(.blocked(.roughSkull)) }
        if block == nil, abs(path.length - layout.skin) > entryTolerance {
            found.findings.append(.entryOffSkin(distance: path.length - layout.skin))
        }
        let broken = limits.broken(
            by: found.metrics, skullAngle: limits.largestSkullAngle,
            ventricleMargin: ventricleMargin(measurement, item.target))
        found.findings = broken.map(TrajectoryFinding.brokenLimit) + found.findings
        return found
    }

    /// Half a voxel's diagonal, and what a hand does, mm.
    private var entryTolerance: Double { 0.5 + length(labels.geometry.spacing) / 2 }

    private func ventricleMargin(_ measurement: PathMeasurement, _ target: Point<CT>) -> Double {
        let there = measurement.distance(measurement.outer.ventricles, target, target)?.0 ?? .infinity
        return limits.ventricleMargin(atTarget: there)
    }

    private func targetFindings(_ item: PlanItem) -> [TrajectoryFinding] {
        var found: [TrajectoryFinding] = []
        let i = labels.geometry.nearest(item.target)
        guard labels.size.contains(i) else { return [.target(.outsideImage)] }
        let here = labels[label: i]
        if here.number == 0 { found.append(.target(.outsideBody)) }
        if here == .vessel { found.append(.target(.inVessel)) }
        if here == .metal { found.append(.target(.inMetal)) }
        if here == .skull { found.append(.target(.inBone(here))) }
        if item.labels("avoid_labels").contains(here) { found.append(.target(.inForbidden(here))) }
        if canal.concerns(item) { found.append(.canalUnknown) }
        if survey[.vessel] == nil, item.metrics["vessels_known"] != .bool(false) { found.append(.vesselsUnknown) }
        return found
    }

    /// The same with what an electrode is beside the others: against all that are to be carried out, but the one whose
    /// place it would take.
    ///
    /// - Parameter others: of the plan, this one among them or not.
    public func crowded(_ measured: Measured, _ item: PlanItem, among others: [PlanItem]) -> Measured {
        guard item.kind == .electrode else { return measured }
        var found = measured
        let own = line(item, found.metrics)
        for other in others
        where other.kind == .electrode && other.id != item.id && other.alternativeTo == nil
            && other.id != item.alternativeTo
        {
            let line = line(other, other.trajectoryMetrics)
            let (gap, bolts) = (own.gap(to: line), own.boltSpacing(to: line))
            found.electrodeSpacing = min(found.electrodeSpacing ?? .infinity, gap)
            found.boltSpacing = min(found.boltSpacing ?? .infinity, bolts)
            if gap < limits.electrodeGap - 1e-6 {
                found.findings.append(
                    .tooNear(other: other.id, .init(.electrodeGap, value: gap, limit: limits.electrodeGap)))
            }
            if bolts < limits.boltSpacing - 1e-6 {
                found.findings.append(
                    .tooNear(other: other.id, .init(.boltSpacing, value: bolts, limit: limits.boltSpacing)))
            }
        }
        return found
    }

    private func line(_ item: PlanItem, _ m: TrajectoryMetrics?) -> ElectrodeLine {
        ElectrodeLine(
            target: item.target, crossing: m?.skullCrossing ?? item.entry, radius: item.diameter / 2,
            reach: limits.boltReach)
    }
}

extension PlanItem {
    /// Labels that the plan names for this path.
    func labels(_ key: String) -> Set<AnatomicalLabel> {
        let numbers = metrics[key]?.array?.compactMap(\.number) ?? []
        return Set(numbers.filter { $0 >= 1 && $0 <= 255 && $0 == $0.rounded() }.map { AnatomicalLabel(UInt8($0)) })
    }

    /// Puts in what a measurement of a path found.
    public mutating func state(_ measured: PathEvaluator.Measured) {
        let known = metrics["vessels_known"]
        metrics.merge(measured.metrics.json) { $1 }
        // That vessels are not known is for the planner to say, and then for a person.
        if measured.metrics.vesselDistance == nil { metrics["vessels_known"] = known }
        stateSpacing(measured)
    }

    /// Puts in how near the other electrodes are, which changes when these move.
    public mutating func stateSpacing(_ measured: PathEvaluator.Measured) {
        for (key, value) in [
            ("electrode_spacing_mm", measured.electrodeSpacing), ("bolt_spacing_mm", measured.boltSpacing),
        ] {
            if let value, let stated = metrics[key]?.number, abs(stated - value) < 1e-3 { continue }
            metrics[key] = value.map { .number(roundedForFile($0)) }
        }
    }
}
