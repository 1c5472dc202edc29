import Frames
import Imaging

/// From the lines that searches found to items of a plan: chosen together, refined, measured exactly.
struct PathChoice {
    let planner: TrajectoryPlanner
    let scene: PathScene
    let outcomes: [PathSearch.Outcome]
    var items: [PlanItem] = []
    var refusals: [PlanningError] = []
    let targets: [TrajectoryPlanner.Target]

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
    static let mostMeasured = 48

    init(
        _ planner: TrajectoryPlanner, _ scene: PathScene, _ targets: [TrajectoryPlanner.Target],
        _ outcomes: [PathSearch.Outcome]
    ) {
        (self.planner, self.scene, self.targets, self.outcomes) = (planner, scene, targets, outcomes)
    }

    mutating func run() {
        let isElectrode = planner.kind == .electrode && targets.count > 1
        let me = self
        if isElectrode {
            let pools = parallelMap(targets.count) { me.distinct($0) }
            var paths = together(pools)
            refineTogether(&paths)
            let fixed = paths
            let others = parallelMap(targets.count) { me.alternatives($0, fixed, pools[$0]) }
            for t in targets.indices { report(t, paths, others[t], pools[t]) }
        } else {
            let pools = parallelMap(targets.count) { me.pool($0) }
            let paths = pools.map(\.first)
            for t in targets.indices { report(t, paths, Array(pools[t].dropFirst()), []) }
        }
    }

    /// Distinct lines of one target that stands alone, refined and measured, best first.
    private func pool(_ t: Int) -> [Path] {
        let judge = scene.judges[t]
        var found: [Path] = []
        var tried = 0
        for candidate in outcomes[t].safe {
            guard found.count <= planner.alternatives, tried < Self.mostMeasured else { break }
            let entry = judge.target.coordinates + candidate.direction * candidate.layout.skin
            guard isApart(entry, found, judge, planner.distinctEntries) else { continue }
            tried += 1
            let better = refined(candidate.direction, judge) { _ in true }
            let path =
                measured(better, judge).flatMap {
                    isApart(entryOf($0, judge), found, judge, planner.distinctEntries) ? $0 : nil
                } ?? measured(candidate.direction, judge)
            if let path { found.append(path) }
        }
        found.sort { $0.cost < $1.cost }
        return found.filter { isWorth($0, beside: found[0]) }
    }

    /// Whether a path is an alternative that a person would look at: not far worse, and not through the whole brain.
    private func isWorth(_ path: Path, beside best: Path) -> Bool {
        let (long, short) = (path.metrics.brainLength ?? 0, best.metrics.brainLength ?? 0)
        return path.cost <= best.cost + Self.worstAlternative && long <= max(Self.longAlternative, short + 20)
    }

    /// Further above the best path's cost, or longer within the brain (mm), nothing is proposed beside it.
    private static let worstAlternative = 1.5
    private static let longAlternative = 100.0

    /// A line as fields see it, to be measured when it is chosen.
    struct Draft: Sendable {
        let direction: Vector3
        let entry: Vector3
        let cost: Double
        let line: ElectrodeLine
    }

    /// Distinct lines of one electrode, best first.
    private func distinct(_ t: Int) -> [Draft] {
        let judge = scene.judges[t]
        var found: [Draft] = []
        for c in outcomes[t].safe where found.count < ElectrodeAssignment.mostChoices {
            let entry = judge.target.coordinates + c.direction * c.layout.skin
            guard found.allSatisfy({ length($0.entry - entry) >= Self.sameEntry }) else { continue }
            found.append(
                Draft(direction: c.direction, entry: entry, cost: c.cost, line: line(c.direction, c.layout, judge)))
        }
        return found
    }

    func entryOf(_ path: Path, _ judge: PathJudge) -> Vector3 {
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
        let broken = planner.limits.broken(
            by: m, skullAngle: planner.limits.largestSkullAngle, ventricleMargin: judge.ventricleMargin)
        guard broken.isEmpty else { return nil }
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

    /// One path each such that no two come too near, at the least sum of costs; drafts that the voxels do not confirm are
    /// dropped, and the rest chosen from anew.
    private func together(_ drafts: [[Draft]]) -> [Path?] {
        let limits = planner.limits
        var drafts = drafts
        while true {
            let open = drafts
            let chosen = ElectrodeAssignment(costs: open.map { $0.map(\.cost) }) { a, i, b, j in
                open[a][i].line.keepsClear(of: open[b][j].line, limits)
            }.solve()
            let me = self
            let paths = parallelMap(chosen.count) { t in
                chosen[t].flatMap { me.measured(open[t][$0].direction, me.scene.judges[t]) }
            }
            let wrong = chosen.indices.filter { chosen[$0] != nil && paths[$0] == nil }
            if wrong.isEmpty { return paths }
            for t in wrong { if let k = chosen[t] { drafts[t].remove(at: k) } }
        }
    }

    /// Other paths to an electrode's target that keep clear of the other electrodes' chosen ones.
    private func alternatives(_ t: Int, _ paths: [Path?], _ drafts: [Draft]) -> [Path] {
        guard let path = paths[t] else { return [] }
        let judge = scene.judges[t]
        let others = paths.enumerated().compactMap { $0 == t ? nil : $1?.line }
        var taken = [path]
        var tried = 0
        for draft in drafts {
            guard taken.count <= planner.alternatives, tried < Self.mostMeasured else { break }
            guard isApart(draft.entry, taken, judge, planner.distinctEntries),
                others.allSatisfy({ draft.line.keepsClear(of: $0, planner.limits) })
            else { continue }
            tried += 1
            if let found = measured(draft.direction, judge), isWorth(found, beside: path) { taken.append(found) }
        }
        return Array(taken.dropFirst())
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
}
