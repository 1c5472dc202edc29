import Frames
import Imaging

extension PlanChecker {
    /// The straight paths of a plan, by identifier.
    func checkTrajectories(_ plan: PlanFile, _ ct: Volume<Int16>, _ labels: LabelVolume) -> [String: ItemCheck] {
        let items = plan.items.filter { $0.kind != .pedicleScrew }
        guard !items.isEmpty else { return [:] }
        let canal = CanalKnown(labels, for: items, ct: ct)
        let labels = canal.labels
        let examination = TrajectoryExamination(
            ct: ct, labels: labels, limits: trajectoryLimits, present: Set(labels.counts().keys),
            midline: MaskSymmetry(labels)?.midline())
        let found = parallelMap(items.count) { k -> ItemCheck in
            let item = items[k]
            guard let (metrics, findings) = examination.check(item) else {
                return ItemCheck(id: item.id, metrics: nil, findings: [.noAxis])
            }
            var all = findings + crowding(item, metrics, plan) + family(item, plan)
            if canal.concerns(item) { all.append(.canalUnknown) }
            if abs(item.length - item.entry.distance(to: item.target)) > 0.05 {
                return ItemCheck(
                    id: item.id, metrics: nil, trajectory: metrics,
                    findings: [.lengthDiffers(stated: item.length, measured: item.entry.distance(to: item.target))]
                        + all.map(Finding.trajectory) + claims(item, metrics, examination))
            }
            all = all.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
            return ItemCheck(
                id: item.id, metrics: nil, trajectory: metrics,
                findings: all.map(Finding.trajectory) + claims(item, metrics, examination))
        }
        return Dictionary(found.map { ($0.id, $0) }, uniquingKeysWith: { a, _ in a })
    }

    /// Electrodes that come too near: each against all that are to be carried out, but the one whose place it would take.
    private func crowding(_ item: PlanItem, _ m: TrajectoryMetrics, _ plan: PlanFile) -> [TrajectoryFinding] {
        guard item.kind == .electrode else { return [] }
        var findings: [TrajectoryFinding] = []
        for other in plan.chosenItems
        where other.kind == .electrode && other.id != item.id && other.id != item.alternativeTo {
            guard let a = item.cylinder, let b = other.cylinder else { continue }
            let gap = closest(a, 0, a.length, b, 0, b.length) - a.radius - b.radius
            if gap < trajectoryLimits.electrodeGap - 0.01 {
                let broken = BrokenTrajectoryLimit(.electrodeGap, value: gap, limit: trajectoryLimits.electrodeGap)
                findings.append(.tooNear(other: other.id, broken))
            }
            let reach = trajectoryLimits.boltReach
            // from the skull outwards; the other one's crossing as the plan says it, or its skin
            let (from, to) = (depthOfSkull(item, m), depthOfSkull(other, other.trajectoryMetrics))
            let bolts = closest(a, from - reach, from, b, to - reach, to)
            if bolts < trajectoryLimits.boltSpacing - 0.1 {
                let broken = BrokenTrajectoryLimit(.boltSpacing, value: bolts, limit: trajectoryLimits.boltSpacing)
                findings.append(.tooNear(other: other.id, broken))
            }
        }
        return findings
    }

    private func depthOfSkull(_ item: PlanItem, _ m: TrajectoryMetrics?) -> Double {
        guard let crossing = m?.skullCrossing else { return 0 }
        let depth = crossing.distance(to: item.entry)
        return depth < item.length ? depth : 0
    }

    /// The least distance between parts of two axes, by thirds within thirds: the distance of two lines is convex.
    private func closest(
        _ a: ScrewCylinder, _ a0: Double, _ a1: Double, _ b: ScrewCylinder, _ b0: Double, _ b1: Double
    ) -> Double {
        func least(_ low: Double, _ high: Double, _ f: (Double) -> Double) -> Double {
            var (low, high) = (low, high)
            for _ in 0..<50 {
                let (m, n) = (low + (high - low) / 3, high - (high - low) / 3)
                if f(m) <= f(n) { high = n } else { low = m }
            }
            return f((low + high) / 2)
        }
        return least(a0, a1) { s in
            let p = a.point(at: s)
            return least(b0, b1) { b.point(at: $0).distance(to: p) }
        }
    }

    private func family(_ item: PlanItem, _ plan: PlanFile) -> [TrajectoryFinding] {
        guard let other = item.alternativeTo else { return [] }
        let isThere = plan.items.contains { $0.id == other && $0.alternativeTo == nil && $0.kind == item.kind }
        return isThere ? [] : [.alternativeOfNothing(other)]
    }

    /// What the plan says of a path against what was measured: distances to 0.3 mm, lengths to 1 mm and a voxel, angles to
    /// 6° (two ways to find a normal on stairs of voxels), risk to 0.05, the way beyond the midline to what 1 mm and 1° of that
    /// plane make of it.
    private func claims(
        _ item: PlanItem, _ measured: TrajectoryMetrics, _ examination: TrajectoryExamination
    ) -> [Finding] {
        guard item.trajectoryMetrics != nil else { return [.metricsIncomplete] }
        let (said, found) = (item.metrics, measured.json)
        var findings: [Finding] = []
        for key in found.keys.sorted() {
            guard let a = said[key]?.number, let b = found[key]?.number else { continue }
            let tolerance: Double
            switch key {
            case "risk": tolerance = 0.05
            case _ where key.hasSuffix("_deg"): tolerance = 6
            case "midline_crossing_mm": tolerance = Self.midlineTolerance(item, examination.midline)
            case _ where key.hasSuffix("_length_mm"): tolerance = 1 + examination.labels.geometry.spacing.max()
            case _ where key.hasSuffix("_mm"): tolerance = 0.3
            default: continue
            }
            if abs(a - b) > tolerance { findings.append(.claimDiffers(key: key, claimed: a, measured: b)) }
        }
        return findings
    }

    private static func midlineTolerance(_ item: PlanItem, _ midline: MidlinePlane?) -> Double {
        guard let midline, let path = item.cylinder, abs(midline.side(path.tip)) > 4 else { return .infinity }
        let slope = abs(dot(path.axis.vector, midline.left.vector))
        return (1 + 0.02 * path.length) / max(slope, 0.02)
    }
}
