import Frames
import Imaging

/// Measures one path exactly against the labels' voxels: the planner's way. `TrajectoryExamination` has another of its own.
struct PathMeasurement: Sendable {
    let labels: LabelVolume
    let tissue: TissueTable
    let skull: SkullSurface?
    let midline: MidlinePlane?
    let limits: TrajectoryLimits
    let radius: Double

    let outer: OuterVoxels

    /// What is to be avoided further away than this is no news, mm.
    private static let far = 50.0

    /// The outer voxels of all that paths keep away from; `nil` where the labels have none.
    struct OuterVoxels: Sendable {
        let vessels, ventricles, forbidden, obstacles: BoundaryVoxels?

        init(_ labels: LabelVolume, _ table: TissueTable, _ survey: LabelSurvey) {
            vessels = BoundaryVoxels(of: [.vessel], in: labels, survey)
            ventricles = table.approach == .head ? BoundaryVoxels(of: [.ventricle], in: labels, survey) : nil
            forbidden = BoundaryVoxels(of: table.forbidden, in: labels, survey)
            obstacles = BoundaryVoxels(of: table.obstacles, in: labels, survey)
        }
    }

    /// From the line between two places to the nearest of some labels, less the radius; `nil` beyond `farthest`.
    func distance(
        _ source: BoundaryVoxels?, _ a: Point<CT>, _ b: Point<CT>, farthest: Double = 1e5
    ) -> (Double, AnatomicalLabel)? {
        guard let source else { return nil }
        // first near, where few voxels are to be looked at
        for horizon in [13.0, farthest] {
            if let found = VoxelBoxes(source, from: a, to: b, horizon: horizon).nearest() {
                return (found.distance - radius, found.label)
            }
        }
        return nil
    }

    /// - Parameter layout: where the line from target outwards meets skull and skin.
    func metrics(target: Point<CT>, direction: Vector3, layout: PathLayout) -> TrajectoryMetrics {
        let skin = Point<CT>(target.coordinates + direction * layout.skin)
        var m = TrajectoryMetrics(depth: layout.skin)
        if let vessels = outer.vessels {
            let boxes = VoxelBoxes(vessels, from: target, to: skin, horizon: limits.riskHorizon + radius + 1)
            m.vesselDistance = boxes.nearest().map { $0.distance - radius } ?? distance(vessels, target, skin)?.0
            m.risk = risk(boxes.profile(step: 0.5), least: m.vesselDistance ?? 0)
        }
        if !isIn(.ventricle, target) { m.ventricleDistance = distance(outer.ventricles, target, skin)?.0 }
        m.noGoDistance = distance(outer.forbidden, target, skin, farthest: Self.far)?.0
        m.boneDistance = distance(outer.obstacles, target, skin, farthest: Self.far)?.0
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
