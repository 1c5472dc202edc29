import Frames
import Imaging

/// Plans straight paths from the skin to targets: biopsies and electrodes in the head, biopsies elsewhere by label.
///
/// ```swift
/// var planner = TrajectoryPlanner(kind: .electrode)
/// planner.limits.vesselMargin = 4
/// let result = try planner.plan(ct: ct, labels: labels, targets: [.init("target-1", Point(34, 20, -20))])
/// ```
public struct TrajectoryPlanner: Sendable {
    public var limits = TrajectoryLimits()
    public let kind: PlanItem.Kind
    /// Of the instrument, mm.
    public var diameter: Double
    /// Labels that a path may cross though they are bone; a target's own label is one of them.
    public var through: Set<AnatomicalLabel> = []
    /// Labels from which it keeps `limits.noGoMargin`.
    public var avoid: Set<AnatomicalLabel> = []
    /// Other paths to each target beside the best, at least `distinctEntries` apart on the skin.
    public var alternatives = 2
    public var distinctEntries = 10.0
    /// Plan though the labels of a head have no vessels: risk and distance to vessels are then unknown.
    public var allowsUnknownVessels = false

    /// A side-cutting biopsy needle (Sedan and Vallicioni's) is 2.5 mm thick, electrodes for stereo-EEG are 0.8 mm.
    public static func usualDiameter(_ kind: PlanItem.Kind) -> Double { kind == .electrode ? 0.8 : 2.5 }
    public static let mostTargets = 100

    public init(kind: PlanItem.Kind = .biopsy) {
        self.kind = kind
        diameter = Self.usualDiameter(kind)
    }

    public struct Target: Equatable, Sendable {
        public let id: String
        public let point: Point<CT>

        public init(_ id: String, _ point: Point<CT>) { (self.id, self.point) = (id, point) }
    }

    public struct Result: Sendable {
        public var plan: PlanFile
        /// Targets without a safe path, and why.
        public var refusals: [PlanningError]
        /// One a target, in order, where they were asked for.
        public var maps: [RiskMap]
        public var midline: MidlinePlane?
        /// Half the longest voxel edge, mm: what the labels' boundaries are good for.
        public var labelAccuracy: Double
        public var vesselsKnown: Bool
    }

    /// - Parameters:
    ///   - withMaps: also the risk over all entries.
    ///   - seriesUID: for the plan's `image`.
    /// - Throws: `PlanningError.gridsDiffer`, `.trajectory` for targets and labels on which nothing may be planned.
    public func plan(
        ct: Volume<Int16>, labels: LabelVolume, targets: [Target], withMaps: Bool = false, seriesUID: String? = nil,
        progress: ProgressReport? = nil
    ) throws(PlanningError) -> Result {
        guard ct.geometry.matches(labels.geometry) else { throw .gridsDiffer }
        try checkParameters(targets)
        let scene = try PathScene(self, ct: ct, labels: labels, targets: targets)
        progress?(0.3)
        let isParallel = targets.count == 1
        let outcomes = parallelMap(targets.count, progress: { progress?(0.3 + 0.5 * $0) }) {
            PathSearch(judge: scene.judges[$0]).run(isParallel: isParallel)
        }
        var choice = PathChoice(self, scene, targets, outcomes)
        choice.run()
        progress?(0.9)
        let image = PlanFile.Image(seriesUID: seriesUID, sha256: ImageFingerprint.sha256(of: ct))
        let maps = withMaps ? targets.indices.map { RiskMap(scene.judges[$0], id: targets[$0].id) } : []
        progress?(1)
        return Result(
            plan: PlanFile(image: image, items: choice.items), refusals: choice.refusals,
            maps: maps.map { $0.marking(choice.items) }, midline: scene.midline,
            labelAccuracy: labels.geometry.spacing.max() / 2, vesselsKnown: scene.survey[.vessel] != nil)
    }

    private func checkParameters(_ targets: [Target]) throws(PlanningError) {
        func check(_ name: String, _ value: Double, _ range: ClosedRange<Double>) throws(PlanningError) {
            guard range.contains(value) else { throw .trajectory(.impossibleParameter(name: name, value: value)) }
        }
        try check("targets", Double(targets.count), 1...Double(Self.mostTargets))
        try check("diameter", diameter, 0.1...20)
        try check("alternatives", Double(alternatives), 0...20)
        try check("vessel margin", limits.vesselMargin, 0...20)
        try check("risk horizon", limits.riskHorizon, (limits.vesselMargin + 0.1)...50)
        try check("ventricle margin", limits.ventricleMargin, 0...20)
        try check("no-go margin", limits.noGoMargin, 0...30)
        try check("bone margin", limits.boneMargin, 0...20)
        try check("skull angle", degrees(radians: limits.largestSkullAngle), 1...89)
        try check("electrode gap", limits.electrodeGap, 0...50)
        try check("bolt spacing", limits.boltSpacing, 0...100)
    }
}

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
        self.labels = labels
        let survey = LabelSurvey(labels)
        self.survey = survey
        let places = TargetPlace.Reader(ct: ct, labels: labels, survey: survey, avoid: planner.avoid)
        for label in planner.avoid.union(planner.through).sorted() where survey[label] == nil {
            throw .trajectory(.labelMissing(label))
        }
        var found: [TargetPlace] = []
        for target in targets { found.append(try places.read(target, through: planner.through)) }
        let inHead = found.contains { $0.approach == .head }
        if inHead, survey[.vessel] == nil, !planner.allowsUnknownVessels { throw .trajectory(.vesselsUnknown) }
        let skull = inHead ? SkullSurface(labels, survey) : nil
        self.skull = skull
        midline = skull?.midline()
        var fields:
            [(key: Set<AnatomicalLabel>, approach: Approach, hazards: Hazards, outer: PathMeasurement.OuterVoxels)] = []
        var judges: [PathJudge] = []
        for (target, place) in zip(targets, found) {
            let table = TissueTable(place.approach, through: place.through, avoid: planner.avoid)
            var known = fields.first { $0.key == place.through && $0.approach == place.approach }
            if known == nil {
                let made = (
                    place.through, place.approach, try Hazards(labels, table, survey),
                    PathMeasurement.OuterVoxels(labels, table, survey)
                )
                fields.append(made)
                known = made
            }
            guard let known else { continue }
            let own = place.approach == .head ? skull : nil
            let measurement = PathMeasurement(
                labels: labels, tissue: table, skull: own,
                midline: place.approach == .head ? midline : nil, limits: planner.limits,
                radius: planner.diameter / 2, outer: known.outer)
            judges.append(
                PathJudge(
                    target: target.point, radius: planner.diameter / 2,
                    tracer: PathTracer(labels: labels, ct: ct, tissue: table, target: target.point),
                    hazards: known.hazards, skull: own, measurement: measurement, limits: planner.limits,
                    targetInVentricle: place.label == .ventricle,
                    ventricleMargin: place.label == .ventricle
                        ? 0 : Self.ventricleMargin(measurement, target.point, planner.limits)))
        }
        self.judges = judges
    }

    /// A target nearer to a ventricle than the margin is reached on ways that come no nearer than it lies itself.
    private static func ventricleMargin(
        _ measurement: PathMeasurement, _ target: Point<CT>, _ limits: TrajectoryLimits
    ) -> Double {
        let there = measurement.distance(measurement.outer.ventricles, target, target)?.0 ?? .infinity
        return limits.ventricleMargin(atTarget: there)
    }
}
