import Frames
import Imaging

/// From the lines that searches found to items of a plan: chosen together, refined, measured exactly.
struct PathChoice {
    let planner: TrajectoryPlanner
    let scene: PathScene
    let outcomes: [PathSearch.Outcome]
    private(set) var items: [PlanItem] = []
    private(set) var refusals: [PlanningError] = []
    private let targets: [TrajectoryPlanner.Target]

    /// A path that was measured and keeps all limits.
    struct Path: Sendable {
        let direction: Vector3
        let skin: Double
        let metrics: TrajectoryMetrics
        let cost: Double
        let line: ElectrodeLine
    }

    /// Candidates of one target that are this near on the skin are one, mm.
    private static let sameEntry = 3.0
    /// So many lines are measured exactly for one target before it is given up.
    private static let mostMeasured = 48

    init(
        _ planner: TrajectoryPlanner, _ scene: PathScene, _ targets: [TrajectoryPlanner.Target],
        _ outcomes: [PathSearch.Outcome]
    ) {
        (self.planner, self.scene, self.targets, self.outcomes) = (planner, scene, targets, outcomes)
    }

    mutating func run() {
        let isElectrode = planner.kind == .electrode && targets.count > 1
        let wanted = isElectrode ? 40 : planner.alternatives + 1
        let apart = isElectrode ? Self.sameEntry : planner.distinctEntries
        let me = self
        let pools = parallelMap(targets.count) { me.pool($0, wanted: wanted, apart: apart) }
        let chosen = isElectrode ? together(pools) : pools.map { $0.isEmpty ? nil : 0 }
        var paths = chosen.enumerated().map { t, c in c.map { pools[t][$0] } }
        if isElectrode { refineTogether(&paths) }
        for t in targets.indices { report(t, paths, pools[t], isElectrode) }
    }

    /// Distinct lines of one target, refined where it stands alone, measured, best first.
    private func pool(_ t: Int, wanted: Int, apart: Double) -> [Path] {
        let judge = scene.judges[t]
        var found: [Path] = []
        var tried = 0
        for candidate in outcomes[t].safe {
            guard found.count < wanted, tried < wanted + Self.mostMeasured else { break }
            let entry = judge.target.coordinates + candidate.direction * candidate.layout.skin
            guard isApart(entry, found, judge, apart) else { continue }
            tried += 1
            let better = refined(candidate.direction, judge) { _ in true }
            if let path = measured(better, judge), isApart(entryOf(path, judge), found, judge, apart) {
                found.append(path)
            } else if let path = measured(candidate.direction, judge) {
                found.append(path)
            }
        }
        return found.sorted { $0.cost < $1.cost }
    }

    private func entryOf(_ path: Path, _ judge: PathJudge) -> Vector3 {
        judge.target.coordinates + path.direction * path.skin
    }

    private func isApart(_ entry: Vector3, _ found: [Path], _ judge: PathJudge, _ apart: Double) -> Bool {
        found.allSatisfy { length(entryOf($0, judge) - entry) >= apart }
    }

    /// Turned by up to a few degrees to where the cost is least.
    private func refined(_ start: Vector3, _ judge: PathJudge, _ allows: (Vector3) -> Bool) -> Vector3 {
        let (a, b) = (perpendicular(to: start), cross(start, perpendicular(to: start)))
        func direction(_ p: [Double]) -> Vector3 {
            let v = start + a * p[0] + b * p[1]
            return v / length(v)
        }
        let best = PatternSearch(steps: [0.008, 0.008], halvings: 4, mostEvaluations: 40).minimise(from: [0, 0]) { p in
            guard abs(p[0]) < 0.06, abs(p[1]) < 0.06 else { return 1e6 }
            let u = direction(p)
            return allows(u) ? judge.candidate(u).cost : 1e6
        }
        return direction(best.parameters)
    }

    /// The path along a direction where it keeps every limit by exact distances.
    private func measured(_ direction: Vector3, _ judge: PathJudge) -> Path? {
        let layout = judge.tracer.layout(direction)
        guard layout.block == nil else { return nil }
        let m = judge.measurement.metrics(target: judge.target, direction: direction, layout: layout)
        guard planner.limits.broken(by: m, skullAngle: planner.limits.plannedSkullAngle).isEmpty else { return nil }
        if judge.tracer.tissue.approach == .head, m.skullAngle == nil { return nil }
        return Path(
            direction: direction, skin: layout.skin, metrics: m, cost: PathCost(limits: planner.limits).value(m),
            line: line(direction, layout, judge))
    }

    private func line(_ direction: Vector3, _ layout: PathLayout, _ judge: PathJudge) -> ElectrodeLine {
        ElectrodeLine(
            target: judge.target,
            crossing: Point(judge.target.coordinates + direction * (layout.outerTable ?? layout.skin)),
            radius: judge.radius, reach: planner.limits.boltReach)
    }

    /// One path each such that no two come too near, at the least sum of costs.
    private func together(_ pools: [[Path]]) -> [Int?] {
        let limits = planner.limits
        return ElectrodeAssignment(costs: pools.map { $0.map(\.cost) }) { a, i, b, j in
            pools[a][i].line.keepsClear(of: pools[b][j].line, limits)
        }.solve()
    }

    /// Each in turn, the others fixed.
    private func refineTogether(_ paths: inout [Path?]) {
        for t in paths.indices {
            guard let path = paths[t] else { continue }
            let others = paths.enumerated().compactMap { $0 == t ? nil : $1?.line }
            let judge = scene.judges[t]
            let better = refined(path.direction, judge) { u in
                let line = line(u, judge.tracer.layout(u), judge)
                return others.allSatisfy { line.keepsClear(of: $0, planner.limits) }
            }
            if let found = measured(better, judge), found.cost < path.cost,
                others.allSatisfy({ found.line.keepsClear(of: $0, planner.limits) })
            {
                paths[t] = found
            }
        }
    }

    private mutating func report(_ t: Int, _ paths: [Path?], _ pool: [Path], _ isElectrode: Bool) {
        let id = targets[t].id
        guard let path = paths[t] else {
            refusals.append(.trajectory(.noPath(target: id, reason(t, paths, pool))))
            return
        }
        let others = paths.enumerated().compactMap { other, path in other == t ? nil : path?.line }
        items.append(item(id, t, path, others, rank: 1))
        var taken = [path]
        for next in pool where taken.count <= planner.alternatives {
            guard isApart(entryOf(next, scene.judges[t]), taken, scene.judges[t], planner.distinctEntries) else { continue }
            guard !isElectrode || others.allSatisfy({ next.line.keepsClear(of: $0, planner.limits) }) else { continue }
            let letter = String(UnicodeScalar(UInt8(97 + taken.count)))
            var item = item("\(id)-\(letter)", t, next, others, rank: taken.count + 1)
            item.alternativeTo = id
            items.append(item)
            taken.append(next)
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
        let table = judge.tracer.tissue
        func names(_ set: Set<AnatomicalLabel>) -> JSONValue { .array(set.sorted().map { .number(Double($0.number)) }) }
        item.metrics["approach"] = .string(table.approach.rawValue)
        if !planner.avoid.isEmpty { item.metrics["avoid_labels"] = names(planner.avoid) }
        if !table.through.isEmpty { item.metrics["through_labels"] = names(table.through) }
        if planner.kind == .electrode, !others.isEmpty {
            let gaps = others.map { path.line.gap(to: $0) }, bolts = others.map { path.line.boltSpacing(to: $0) }
            item.metrics["electrode_spacing_mm"] = gaps.min().map { .number(roundedForFile($0)) }
            item.metrics["bolt_spacing_mm"] = bolts.min().map { .number(roundedForFile($0)) }
        }
        return item
    }

    /// Why a target has no path.
    private func reason(_ t: Int, _ paths: [Path?], _ pool: [Path]) -> NoPath {
        let judge = scene.judges[t]
        let limits = planner.limits
        if !pool.isEmpty {
            let crowded = paths.indices.max { a, b in conflicts(pool, paths[a]) < conflicts(pool, paths[b]) }
            return .collision(with: targets[crowded ?? t].id)
        }
        var near: [(Set<AnatomicalLabel>, Double)] = [
            ([.vessel], limits.vesselMargin), (judge.tracer.tissue.forbidden, limits.noGoMargin),
            (judge.tracer.tissue.obstacles, limits.boneMargin),
        ]
        if !judge.targetInVentricle { near.append(([.ventricle], limits.ventricleMargin)) }
        for (labels, margin) in near {
            let p = judge.target
            if let found = judge.measurement.distance(labels, p, p), found.0 < margin {
                return .targetTooNear(found.1, distance: found.0, margin: margin)
            }
        }
        if let fault = outcomes[t].fault { return fault }
        // fields saw safe lines that the voxels themselves do not confirm: the best of them
        let measured = outcomes[t].safe.prefix(Self.mostMeasured).flatMap { c in
            limits.broken(
                by: judge.measurement.metrics(target: judge.target, direction: c.direction, layout: c.layout),
                skullAngle: limits.plannedSkullAngle)
        }
        let best = measured.min { abs($0.value - $0.limit) < abs($1.value - $1.limit) }
        return best.map { .limit($0) } ?? .blocked(.noSkull)
    }

    private func conflicts(_ pool: [Path], _ other: Path?) -> Int {
        guard let other else { return 0 }
        return pool.count { !$0.line.keepsClear(of: other.line, planner.limits) }
    }
}
