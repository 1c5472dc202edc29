import Frames
import Imaging

/// What a choice says of each target: the items of the plan, or why there is none.
extension PathChoice {
    mutating func report(_ t: Int, _ paths: [Path?], _ alternatives: [Path], _ drafts: [Draft]) {
        let id = targets[t].id
        guard let path = paths[t] else {
            refusals.append(.trajectory(.noPath(target: id, reason(t, paths, drafts))))
            return
        }
        let others = paths.enumerated().compactMap { other, path in other == t ? nil : path?.line }
        items.append(item(id, t, path, others, rank: 1))
        for (k, next) in alternatives.enumerated() {
            let letter = String(UnicodeScalar(UInt8(98 + k)))
            var item = item("\(id)-\(letter)", t, next, others, rank: k + 2)
            item.alternativeTo = id
            items.append(item)
        }
    }

    private func item(_ id: String, _ t: Int, _ path: Path, _ others: [ElectrodeLine], rank: Int) -> PlanItem {
        let judge = scene.judges[t]
        let entry = entryOf(path, judge)
        var item = PlanItem(
            id: id, kind: planner.kind, level: nil, side: nil,
            entry: Point(roundedForFile(entry.x), roundedForFile(entry.y), roundedForFile(entry.z)),
            target: judge.target, diameter: planner.diameter, metrics: path.metrics.json)
        item.length = roundedForFile(item.length)
        item.metrics["rank"] = .number(Double(rank))
        item.metrics["cost"] = .number(roundedForFile(path.cost))
        item.metrics["label_accuracy_mm"] = .number(roundedForFile(scene.labels.geometry.spacing.max() / 2))
        stateTissue(judge.tracer.tissue, &item)
        if planner.kind == .electrode, !others.isEmpty {
            let gaps = others.map { path.line.gap(to: $0) }, bolts = others.map { path.line.boltSpacing(to: $0) }
            item.metrics["electrode_spacing_mm"] = gaps.min().map { .number(roundedForFile($0)) }
            item.metrics["bolt_spacing_mm"] = bolts.min().map { .number(roundedForFile($0)) }
        }
        return item
    }

    /// What the path may cross, and what it keeps away from.
    private func stateTissue(_ table: TissueTable, _ item: inout PlanItem) {
        func names(_ set: Set<AnatomicalLabel>) -> JSONValue { .array(set.sorted().map { .number(Double($0.number)) }) }
        item.metrics["approach"] = .string(table.approach.rawValue)
        let avoided = planner.avoid.union(
            table.forbidden.filter { AnatomicalLabel.organs.contains($0) && scene.survey[$0] != nil })
        if !avoided.isEmpty { item.metrics["avoid_labels"] = names(avoided) }
        if !table.through.isEmpty { item.metrics["through_labels"] = names(table.through) }
    }

    /// Why a target has no path.
    private func reason(_ t: Int, _ paths: [Path?], _ drafts: [Draft]) -> NoPath {
        let judge = scene.judges[t]
        let limits = planner.limits
        if let near = judge.targetTooNear { return near }
        let counts = paths.map { conflicts(drafts, $0) }
        if let crowded = counts.indices.max(by: { counts[$0] < counts[$1] }), counts[crowded] > 0 {
            return .collision(with: targets[crowded].id)
        }
        if let fault = outcomes[t].fault { return fault }
        // fields saw safe lines that the voxels themselves do not confirm: the best of them
        let measured = outcomes[t].safe.prefix(Self.mostMeasured).flatMap { c in
            limits.broken(
                by: judge.measurement.metrics(target: judge.target, direction: c.direction, layout: c.layout),
                skullAngle: limits.largestSkullAngle,
                ventricleMargin: judge.ventricleMargin)
        }
        let best = measured.min { abs($0.value - $0.limit) < abs($1.value - $1.limit) }
        return best.map { .limit($0) } ?? .blocked(.noSkull)
    }

    private func conflicts(_ drafts: [Draft], _ other: Path?) -> Int {
        guard let other else { return 0 }
        return drafts.count { !$0.line.keepsClear(of: other.line, planner.limits) }
    }
}
