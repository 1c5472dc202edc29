import Frames
import Uncertainty

/// A rigid registration of paired points, with everything that says how far to trust it.
///
/// ```swift
/// let fit = try PointRegistration(moving: planned, fixed: touched, error: .isotropic(rms: 0.35))
/// let tip = fit.X_AB * plannedTip
/// let tre = fit.predictedTRE(at: plannedTip)        // RMS, mm
/// ```
public struct PointRegistration<A: Frame, B: Frame>: Sendable {
    /// Maps the moving frame B to the fixed frame A.
    public let X_AB: Pose<A, B>
    /// Fitted less measured place of each point, in the fixed frame.
    public let residuals: [Displacement<A>]
    /// The RMS of the residuals' lengths, mm. It does not predict the error at a target.
    public let fre: Double
    /// The covariance of the pose, to first order.
    public let covariance: PoseCovariance<A, B>
    /// Localisation error used for the prediction, RMS in three dimensions, mm.
    public let fle: Double
    /// No localisation error was given: it is estimated from the residuals, which few points support badly.
    public let fleIsEstimated: Bool
    public let warnings: [PointWarning]
    private let moving: [Point<B>]
    private let fixed: [Point<A>]
    private let weight: Matrix3?

    /// Fits; with an error along axes, weighted by its inverse square (Gauss–Newton from the plain fit).
    ///
    /// - Throws: `RegistrationError` for too few, unequally many, doubled, collinear or not finite points.
    public init(
        moving: [Point<B>], fixed: [Point<A>], error: LocalisationError<A>? = nil
    ) throws(RegistrationError) {
        try PointCheck.run(moving: moving, fixed: fixed)
        let own = try error?.covariance()
        let weight = try Self.weight(error)
        let pose = try Self.fit(moving: moving, fixed: fixed, weight: weight)
        X_AB = pose
        residuals = RigidFit.residuals(pose, moving: moving, fixed: fixed)
        fre = RigidFit.rms(residuals)
        fleIsEstimated = own == nil
        let estimate = FiducialError.estimatedFLE(fre: fre, count: moving.count) ?? 0
        fle = own?.rms ?? estimate
        let each = if let own { own } else { try LocalisationError<A>.isotropic(rms: estimate).covariance() }
        covariance = try asRegistration { () throws(UncertaintyError) in
            try FiducialError.poseCovariance(
                points: moving.map { pose * $0 }, covariances: [Covariance](repeating: each, count: moving.count),
                weights: weight.map { [Matrix3](repeating: $0, count: moving.count) })
        }
        (self.moving, self.fixed, self.weight) = (moving, fixed, weight)
        warnings = PointWarning.all(moving: moving, fixed: fixed, fre: fre)
    }

    /// For each point its distance, mm, from where the fit of all the others takes it; `nil` where those do not
    /// suffice.
    ///
    /// Computed anew at each call, with one fit a point.
    public var leaveOneOut: [Double?] { moving.indices.map { leaveOut($0) } }

    /// The expected RMS error, mm, at a target given in the moving frame.
    public func predictedTRE(at target: Point<B>) -> Double { covariance.covariance(at: X_AB * target).rms }

    /// The covariance of that error, in the fixed frame.
    public func targetCovariance(at target: Point<B>) -> Covariance<A> { covariance.covariance(at: X_AB * target) }

    /// The inverse covariance, scaled to a largest element of 1; `nil` for the plain fit.
    private static func weight(_ error: LocalisationError<A>?) throws(RegistrationError) -> Matrix3? {
        guard case .alongAxes(let rms) = error, rms.min() > 0 else { return nil }
        return Matrix3(diagonal: Vector3(repeating: rms.min() * rms.min()) / (rms * rms))
    }

    private static func fit(
        moving: [Point<B>], fixed: [Point<A>], weight: Matrix3?
    ) throws(RegistrationError) -> Pose<A, B> {
        var pose = RigidFit.pose(moving: moving, fixed: fixed)
        guard let weight else { return pose }
        let mean = fixed.reduce(Vector3.zero) { $0 + $1.coordinates } / Double(fixed.count)
        for _ in 0..<50 {
            var information = PoseInformation<A>(centre: Point(mean))
            for (m, f) in zip(moving, fixed) {
                let here = pose * m
                information.add(at: here, wanted: f - here, weight: weight, covariance: .zero)
            }
            let step = try asRegistration { () throws(UncertaintyError) in try information.solution() }
            pose = step.applied(to: pose)
            if length(step.rotation) < 1e-12 && length(step.translation) < 1e-10 { break }
        }
        return pose
    }

    private func leaveOut(_ i: Int) -> Double? {
        var (m, f) = (moving, fixed)
        m.remove(at: i)
        f.remove(at: i)
        guard (try? PointCheck.run(moving: m, fixed: f)) != nil,
            let others = try? Self.fit(moving: m, fixed: f, weight: weight)
        else { return nil }
        return (others * moving[i]).distance(to: fixed[i])
    }
}

/// What makes a fit of paired points suspect though it can be computed.
public enum PointWarning: Equatable, Sendable {
    /// A mirrored copy would fit much better: left and right are swapped somewhere. Both residuals, mm.
    case mirroredFitsBetter(fre: Double, mirrored: Double)
    /// The fixed points lie this many times as far apart as the moving ones: other units, or other points.
    case scaleDiffers(ratio: Double)

    static func all<A: Frame, B: Frame>(moving: [Point<B>], fixed: [Point<A>], fre: Double) -> [PointWarning] {
        var found: [PointWarning] = []
        func size<F: Frame>(_ points: [Point<F>]) -> Double {
            let (across, along) = RigidFit.spread(points)
            return (across * across + along * along).squareRoot()
        }
        let mirrored = RigidFit.mirroredResidual(moving: moving, fixed: fixed)
        if fre > 1, mirrored < fre / 3 { found.append(.mirroredFitsBetter(fre: fre, mirrored: mirrored)) }
        let ratio = size(fixed) / size(moving)
        // 2 % of 100 mm is 2 mm, far beyond any tracker's own error
        if abs(ratio - 1) > 0.02, abs(size(fixed) - size(moving)) > 2 { found.append(.scaleDiffers(ratio: ratio)) }
        return found
    }
}

/// Refuses points that no rigid transform can be had from.
enum PointCheck {
    /// Points nearer than this are the same, mm.
    static let leastDistance = 0.01
    /// Least RMS distance across the points' line, as a part of that along it.
    static let leastAcross = 0.02

    static func run<A: Frame, B: Frame>(moving: [Point<B>], fixed: [Point<A>]) throws(RegistrationError) {
        guard moving.count == fixed.count else { throw .countMismatch(moving: moving.count, fixed: fixed.count) }
        guard moving.count >= 3 else { throw .tooFewPoints(found: moving.count, needed: 3) }
        try check(moving, .moving)
        try check(fixed, .fixed)
    }

    private static func check<F: Frame>(_ points: [Point<F>], _ set: PointSet) throws(RegistrationError) {
        if let bad = points.firstIndex(where: {
            !$0.isFinite || abs($0.coordinates.max()) > 1e6 || abs($0.coordinates.min()) > 1e6
        }) {
            throw .notFinite(set: set, index: bad)
        }
        for i in points.indices {
            for j in 0..<i where points[i].distance(to: points[j]) < leastDistance {
                throw .duplicatePoints(set: set, first: j, second: i, distance: points[i].distance(to: points[j]))
            }
        }
        let (across, along) = RigidFit.spread(points)
        guard across >= leastAcross * along else { throw .collinear(set: set, across: across, along: along) }
    }
}
