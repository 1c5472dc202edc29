import Frames
import Imaging

/// Measures one path exactly against the labels' voxels: the planner's way. `TrajectoryExamination` has another of its own.
struct PathMeasurement: Sendable {
    let labels: LabelVolume
    let tissue: TissueTable
    let survey: LabelSurvey
    let skull: SkullSurface?
    let midline: MidlinePlane?
    let limits: TrajectoryLimits
    let radius: Double

    /// Distances are looked for this far, then further: the volume to search grows with it.
    private static let horizons = [13.0, 40, 120]

    /// From the line between two places to the nearest of some labels, less the radius.
    func distance(_ wanted: Set<AnatomicalLabel>, _ a: Point<CT>, _ b: Point<CT>) -> (Double, AnatomicalLabel)? {
        let there = wanted.filter { survey[$0] != nil }
        guard !there.isEmpty else { return nil }
        for horizon in Self.horizons {
            let boxes = VoxelBoxes(of: there, in: labels, from: a, to: b, horizon: horizon)
            if let found = boxes.nearest() { return (found.distance - radius, found.label) }
        }
        return nil
    }

    /// - Parameter layout: where the line from target outwards meets skull and skin.
    func metrics(target: Point<CT>, direction: Vector3, layout: PathLayout) -> TrajectoryMetrics {
        let skin = Point<CT>(target.coordinates + direction * layout.skin)
        var m = TrajectoryMetrics(depth: layout.skin)
        if survey[.vessel] != nil {
            let boxes = VoxelBoxes(
                of: [.vessel], in: labels, from: target, to: skin, horizon: limits.riskHorizon + radius + 1)
            let nearest = boxes.nearest()?.distance ?? .infinity
            m.vesselDistance =
                nearest.isFinite ? nearest - radius : distance([.vessel], target, skin)?.0 ?? Self.horizons[2]
            m.risk = risk(boxes.profile(step: 0.5), least: m.vesselDistance ?? 0)
        }
        if tissue.approach == .head, survey[.ventricle] != nil, !isIn(.ventricle, target) {
            m.ventricleDistance = distance([.ventricle], target, skin)?.0
        }
        m.noGoDistance = distance(tissue.forbidden, target, skin)?.0
        m.boneDistance = distance(tissue.obstacles, target, skin)?.0
        if let inner = layout.innerTable, let outer = layout.outerTable {
            let crossing = Point<CT>(target.coordinates + direction * outer)
            (m.scalpLength, m.boneLength, m.brainLength) = (layout.skin - outer, outer - inner, inner)
            m.skullCrossing = crossing
            m.skullAngle = skull?.normal(at: crossing).map { angle($0, direction) }
            m.midlineCrossing = crossed(target, direction, inner)
        }
        return m
    }

    private func risk(_ profile: [Double], least: Double) -> Double {
        let count = Double(max(profile.count, 1))
        let near = profile.reduce(0) { $0 + limits.nearness($1 - radius) } / count
        let broken = profile.reduce(0) { $0 + limits.shortfall($1 - radius) } / count
        return limits.risk(near: near, broken: broken, least: least)
    }

    private func isIn(_ label: AnatomicalLabel, _ p: Point<CT>) -> Bool {
        let i = labels.geometry.nearest(p)
        return labels.size.contains(i) && labels[label: i] == label
    }

    /// How much of the path within the skull lies across the midline from the target; a target within 2 mm of it has no side.
    func crossed(_ target: Point<CT>, _ direction: Vector3, _ length: Double) -> Double? {
        guard let midline else { return nil }
        let at = midline.side(target)
        guard abs(at) > 2 else { return 0 }
        let slope = dot(direction, midline.left.vector)
        guard at * slope < 0 else { return 0 }
        return max(length - abs(at / slope), 0)
    }
}
