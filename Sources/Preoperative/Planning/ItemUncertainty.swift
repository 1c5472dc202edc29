import Frames
import Uncertainty

/// What an error budget means for one item.
public struct ItemUncertainty: Equatable, Sendable {
    /// The probability that the screw comes out grade A; `nil` for what is no screw, or where its bone is not known.
    public let probabilityOfA: Double?
    /// Of the target, in the CT's axes, mm².
    public let tip: Covariance<CT>
    /// Where the tip lies with 95 %.
    public let ellipsoid: ConfidenceEllipsoid<CT>
    /// The tip's distance from where it was planned that is not exceeded with 95 %, mm.
    public let tipError95: Double
    /// Of the axis, root mean square, rad.
    public let angleRMS: Double
    /// Each source's share of the variance that decides: of the margin where the screw comes nearest to the bone's
    /// surface, or of the tip's place where there is no bone. They sum to 1.
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
        if let dominant { object["dominant_error"] = .string(dominant.rawValue) }
        return object
    }

    /// Keys that this type writes into a plan.
    public static let keys: Set<String> = [
        "p_grade_a", "tip_error_95_mm", "tip_error_rms_mm", "angle_error_rms_deg", "dominant_error",
        "tip_covariance_mm2", "tip_ellipsoid_95_mm", "tip_ellipsoid_axes", "error_shares",
    ]
}

/// Carries an error budget to the items of a plan.
///
/// A screw is displaced as a rigid body by a random error of its pose, and the bone's surface by a random error of its
/// label; it is graded as in CONTRACT.md each time. The seed is fixed: the same plan gives the same numbers.
public struct UncertaintyPropagation: Sendable {
    public let budget: ErrorBudget<CT>
    public var samples = 20_000
    public var seed: UInt64 = 20_261

    public init(budget: ErrorBudget<CT>) { self.budget = budget }

    /// - Parameter bone: the item's own vertebra, where it has one.
    /// - Throws: `UncertaintyError` where the budget's fiducials hold no pose.
    public func uncertainty(
        of item: PlanItem, in bone: (any BoneDepth)?
    ) throws(UncertaintyError) -> ItemUncertainty {
        let errors = try budget.poseErrors(entry: item.entry, of: Tool.self)
        let total = try budget.poseError(entry: item.entry, of: Tool.self)
        let placements = try PlacementSamples(total, boundary: budget.boundaryDeviation, count: samples, seed: seed)
        let tip = total.covariance(at: item.target)
        let screw = item.kind == .pedicleScrew ? item.cylinder : nil
        let surface = screw.flatMap { s in bone.map { ScrewSurface(s, in: $0) } }
        return ItemUncertainty(
            probabilityOfA: surface.flatMap { s in bone.map { s.probabilityOfA(placements, in: $0) } }, tip: tip,
            ellipsoid: try tip.ellipsoid(confidence: 0.95), tipError95: placements.quantile(0.95, at: item.target),
            angleRMS: Self.angleRMS(total, item), shares: shares(errors, item, surface, bone))
    }

    /// A turn about the axis itself moves no axis.
    private static func angleRMS(_ total: PoseCovariance<CT, Tool>, _ item: PlanItem) -> Double {
        guard let axis = (item.target - item.entry).direction?.vector else { return 0 }
        return max(total.rotation.trace - dot(axis, total.rotation * axis), 0).squareRoot()
    }

    private func shares(
        _ errors: [(source: ErrorSource, error: PoseCovariance<CT, Tool>)], _ item: PlanItem,
        _ surface: ScrewSurface?, _ bone: (any BoneDepth)?
    ) -> [ErrorSource: Double] {
        var variances: [ErrorSource: Double] = [:]
        if let place = surface?.nearest, let bone, let outwards = place.outwards(in: bone) {
            for (source, error) in errors {
                let deviation = error.covariance(at: place.point).deviation(along: outwards)
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
