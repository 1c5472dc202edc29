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
