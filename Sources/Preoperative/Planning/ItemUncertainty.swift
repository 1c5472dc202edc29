import Frames
import Uncertainty

/// What an error budget means for one item.
public struct ItemUncertainty: Equatable, Sendable {
    /// The probability that the screw comes out grade A; `nil` for what is no screw, or where its bone is not known.
    public let probabilityOfA: Double?
    /// Of a straight path: how near to a vessel it may come out; `nil` for screws, and where no vessel is known.
    public let clearance: PathClearance?
    /// Of the target, in the CT's axes, mm².
    public let tip: Covariance<CT>
    /// Where the tip lies with 95 %.
    public let ellipsoid: ConfidenceEllipsoid<CT>
    /// The tip's distance from where it was planned that is not exceeded with 95 %, mm.
    public let tipError95: Double
    /// Of the axis, root mean square, rad.
    public let angleRMS: Double
    /// Each source's share of the variance that decides: of the margin where the screw comes nearest to the bone's
    /// surface, of the distance where the path comes nearest to a vessel, or of the tip's place where there is neither.
    /// They sum to 1.
    public let shares: [ErrorSource: Double]

    public var tipRMS: Double { tip.rms }

    /// The source with the greatest share.
    public var dominant: ErrorSource? {
        ErrorSource.allCases.max { (shares[$0] ?? 0) < (shares[$1] ?? 0) }.flatMap { shares[$0] ?? 0 > 0 ? $0 : nil }
    }

    /// The keys of `metrics` in a plan. `tip_covariance_mm2` is row by row in LPS, `tip_ellipsoid_95_mm` its half axes.
    public var json: [String: JSONValue] {
        var object: [String: JSONValue] = [
            "tip_error_95_mm": .number(roundedForFile(tipError95)), "tip_error_rms_mm": .number(roundedForFile(tipRMS)),
            "angle_error_rms_deg": .number(roundedForFile(degrees(radians: angleRMS))),
            "tip_covariance_mm2": .array(
                (0..<9).map { .number(roundedForFile(tip.matrix[$0 / 3, $0 % 3])) }),
            "tip_ellipsoid_95_mm": .array((0..<3).map { .number(roundedForFile(ellipsoid.semiAxes[$0])) }),
            "tip_ellipsoid_axes": .array(
                (0..<9).map { .number(roundedForFile(ellipsoid.axes[$0 % 3, $0 / 3])) }),
            "error_shares": .object(
                Dictionary(uniqueKeysWithValues: shares.map { ($0.rawValue, .number(roundedForFile($1))) })),
        ]
        if let probabilityOfA { object["p_grade_a"] = .number(roundedForFile(probabilityOfA)) }
        if let clearance {
            object["p_vessel_margin"] = .number(roundedForFile(clearance.probabilityOfMargin))
            object["p_vessel_clear"] = .number(roundedForFile(clearance.probabilityOfNone))
            object["vessel_distance_95_mm"] = .number(roundedForFile(clearance.distance95))
        }
        if let dominant { object["dominant_error"] = .string(dominant.rawValue) }
        return object
    }

    /// Keys that this type writes into a plan.
    public static let keys: Set<String> = [
        "p_grade_a", "tip_error_95_mm", "tip_error_rms_mm", "angle_error_rms_deg", "dominant_error",
        "tip_covariance_mm2", "tip_ellipsoid_95_mm", "tip_ellipsoid_axes", "error_shares", "p_vessel_margin",
        "p_vessel_clear", "vessel_distance_95_mm",
    ]
}

/// Carries an error budget to the items of a plan.
///
/// A screw is displaced as a rigid body by a random error of its pose, and the bone's surface by a random error of its
/// label; it is graded as in CONTRACT.md each time. A straight path is displaced alike, and its distance to the vessels'
/// voxels measured each time. The seed is fixed: the same plan gives the same numbers.
public struct UncertaintyPropagation: Sendable {
    public let budget: ErrorBudget<CT>
    public var samples = 20_000
    public var seed: UInt64 = 20_261
    /// From a path to vessels, mm.
    public var vesselMargin = TrajectoryLimits().vesselMargin

    public init(budget: ErrorBudget<CT>) { self.budget = budget }

    /// - Parameters:
    ///   - bone: the item's own vertebra, where it has one.
    ///   - vessels: the outer voxels of all vessels, for a path.
    /// - Throws: `UncertaintyError` where the budget's fiducials hold no pose.
    func uncertainty(
        of item: PlanItem, in bone: (any BoneDepth)?, near vessels: BoundaryVoxels?
    ) throws(UncertaintyError) -> ItemUncertainty {
        let errors = try budget.poseErrors(entry: item.entry, of: Tool.self)
        let total = try budget.poseError(entry: item.entry, of: Tool.self)
        let placements = try PlacementSamples(total, boundary: budget.boundaryDeviation, count: samples, seed: seed)
        let tip = total.covariance(at: item.target)
        let screw = item.kind == .pedicleScrew ? item.cylinder : nil
        let surface = screw.flatMap { s in bone.map { ScrewSurface(s, in: $0) } }
        let hazard = item.kind.isScrew ? nil : hazard(item, vessels, total)
        let decisive =
            surface?.nearest.flatMap { place in bone.flatMap { place.outwards(in: $0) }.map { (place.point, $0) } }
            ?? hazard?.nearest.map { ($0.point, $0.outwards) }
        return ItemUncertainty(
            probabilityOfA: surface.flatMap { s in bone.map { s.probabilityOfA(placements, in: $0) } },
            clearance: hazard?.clearance(placements, margin: vesselMargin), tip: tip,
            ellipsoid: try tip.ellipsoid(confidence: 0.95), tipError95: placements.quantile(0.95, at: item.target),
            angleRMS: Self.angleRMS(total, item), shares: shares(errors, item, decisive))
    }

    /// As above, where no vessel is known.
    public func uncertainty(
        of item: PlanItem, in bone: (any BoneDepth)?
    ) throws(UncertaintyError) -> ItemUncertainty {
        try uncertainty(of: item, in: bone, near: nil)
    }

    /// Vessels that a path may come near: as far as any of the draws moves it, and more.
    private func hazard(
        _ item: PlanItem, _ vessels: BoundaryVoxels?, _ total: PoseCovariance<CT, Tool>
    ) -> PathHazard? {
        guard let vessels, let path = item.cylinder else { return nil }
        let rms = max(total.covariance(at: item.entry).rms, total.covariance(at: item.target).rms)
        let far = PathClearance.horizon + path.radius + 6 * (rms + budget.boundaryDeviation)
        return PathHazard(path, vessels, reach: far)
    }

    /// A turn about the axis itself moves no axis.
    private static func angleRMS(_ total: PoseCovariance<CT, Tool>, _ item: PlanItem) -> Double {
        guard let axis = (item.target - item.entry).direction?.vector else { return 0 }
        return max(total.rotation.trace - dot(axis, total.rotation * axis), 0).squareRoot()
    }

    /// - Parameter decisive: where the margin is decided and the way in which an error uses it up; `nil` for the tip.
    private func shares(
        _ errors: [(source: ErrorSource, error: PoseCovariance<CT, Tool>)], _ item: PlanItem,
        _ decisive: (point: Point<CT>, outwards: Direction<CT>)?
    ) -> [ErrorSource: Double] {
        var variances: [ErrorSource: Double] = [:]
        if let decisive {
            for (source, error) in errors {
                let deviation = error.covariance(at: decisive.point).deviation(along: decisive.outwards)
                variances[source] = deviation * deviation
            }
            variances[.segmentation] = budget.boundaryDeviation * budget.boundaryDeviation
        } else {
            for (source, error) in errors { variances[source] = max(error.covariance(at: item.target).matrix.trace, 0) }
        }
        let sum = ErrorSource.allCases.reduce(0) { $0 + (variances[$1] ?? 0) }
        return variances.mapValues { sum > 0 ? $0 / sum : 0 }
    }
}
