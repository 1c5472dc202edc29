import Frames
import Imaging

/// All that the paths of one plan share, and what judges the lines of each target.
struct PathScene: Sendable {
    let labels: LabelVolume
    let survey: LabelSurvey
    let skull: SkullSurface?
    let midline: MidlinePlane?
    let judges: [PathJudge]

    /// - Throws: `PlanningError.trajectory` for a target on which nothing may be planned.
    init(
        _ planner: TrajectoryPlanner, ct: Volume<Int16>, labels: LabelVolume, targets: [TrajectoryPlanner.Target]
    ) throws(PlanningError) {
        let given = LabelSurvey(labels)
        let levels = Set(targets.compactMap { given.label(at: $0.point, in: labels) }).union(planner.through)
        let labels = try labels.withCanal(of: levels, ct: ct)
        let survey = LabelSurvey(labels)
        for label in planner.avoid.union(planner.through).sorted() where survey[label] == nil {
            throw .trajectory(.labelMissing(label))
        }
        let reader = TargetPlace.Reader(ct: ct, labels: labels, survey: survey, avoid: planner.avoid)
        var places: [TargetPlace] = []
        for target in targets { places.append(try reader.read(target, through: planner.through)) }
        let inHead = places.contains { $0.approach == .head }
        if inHead, survey[.vessel] == nil, !planner.allowsUnknownVessels { throw .trajectory(.vesselsUnknown) }
        (self.labels, self.survey) = (labels, survey)
        skull = inHead ? SkullSurface(labels, survey) : nil
        midline = skull?.midline()
        var bench = JudgeBench(planner: planner, ct: ct, labels: labels, survey: survey, skull: skull, midline: midline)
        var judges: [PathJudge] = []
        for (target, place) in zip(targets, places) { judges.append(try bench.judge(target.point, place)) }
        self.judges = judges
    }
}

/// Makes the judges of one plan; targets of one kind share the fields of what is to be avoided.
private struct JudgeBench {
    let planner: TrajectoryPlanner
    let ct: Volume<Int16>
    let labels: LabelVolume
    let survey: LabelSurvey
    let skull: SkullSurface?
    let midline: MidlinePlane?
    private var made: [Fields] = []

    init(
        planner: TrajectoryPlanner, ct: Volume<Int16>, labels: LabelVolume, survey: LabelSurvey,
        skull: SkullSurface?, midline: MidlinePlane?
    ) {
        (self.planner, self.ct, self.labels) = (planner, ct, labels)
        (self.survey, self.skull, self.midline) = (survey, skull, midline)
    }

    private struct Fields {
        let through: Set<AnatomicalLabel>
        let approach: Approach
        let hazards: Hazards
        let outer: PathMeasurement.OuterVoxels
    }

    mutating func judge(_ target: Point<CT>, _ place: TargetPlace) throws(PlanningError) -> PathJudge {
        let table = TissueTable(place.approach, through: place.through, avoid: planner.avoid)
        let fields = try fields(place, table)
        let isHead = place.approach == .head
        let measurement = PathMeasurement(
            labels: labels, tissue: table, skull: isHead ? skull : nil, midline: isHead ? midline : nil,
            limits: planner.limits, radius: planner.diameter / 2, outer: fields.outer)
        let inVentricle = place.label == .ventricle
        return PathJudge(
            target: target, radius: planner.diameter / 2,
            tracer: PathTracer(labels: labels, ct: ct, tissue: table, target: target), hazards: fields.hazards,
            skull: isHead ? skull : nil, measurement: measurement, limits: planner.limits,
            targetInVentricle: inVentricle, ventricleMargin: inVentricle ? 0 : ventricleMargin(measurement, target))
    }

    private mutating func fields(_ place: TargetPlace, _ table: TissueTable) throws(PlanningError) -> Fields {
        if let known = made.first(where: { $0.through == place.through && $0.approach == place.approach }) {
            return known
        }
        let new = Fields(
            through: place.through, approach: place.approach, hazards: try Hazards(labels, table, survey),
            outer: PathMeasurement.OuterVoxels(labels, table, survey))
        made.append(new)
        return new
    }

    /// A target nearer to a ventricle than the margin is reached on ways that come no nearer than it lies itself.
    private func ventricleMargin(_ measurement: PathMeasurement, _ target: Point<CT>) -> Double {
        let there = measurement.distance(measurement.outer.ventricles, target, target)?.0 ?? .infinity
        return planner.limits.ventricleMargin(atTarget: there)
    }
}
