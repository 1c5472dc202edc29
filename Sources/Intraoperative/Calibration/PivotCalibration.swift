import Frames
import Glibc
import LinearAlgebra
import Uncertainty

/// Where a tool's tip is in its marker's frame, from poses recorded while it turned about that tip, held in a hole.
///
/// Solves R t + p = w for the tip t and the hole w over all poses, strays weighed down (Yaniv 2015, "Which pivot
/// calibration?", Proc. SPIE 9415; the one-step algebraic method with Tukey's weights).
public struct PivotCalibration<A: Frame>: Sendable {
    /// The tip in the marker's frame.
    public let tip: Point<Marker>
    /// The hole in the tracker's frame.
    public let pivot: Point<A>
    /// RMS distance of the tip from the hole over the poses that count, mm.
    public let rms: Double
    /// Each pose's distance, mm.
    public let residuals: [Double]
    /// Poses that do not count: their tip lay elsewhere.
    public let strays: [Int]
    /// The error to expect of the tip.
    public let covariance: Covariance<Marker>
    /// How far the tool was tilted about its least tilted axis: the half angle of a round sweep as good, rad.
    public let sweep: Double
    /// How far the holes of the first and the second half of the poses lie apart, mm, and how far chance would bring
    /// them.
    public let drift: (distance: Double, expected: Double)

    /// - Throws: `CalibrationError.tooFewPoses`, `.notFinite`, `.sweepTooNarrow`, `.numerical`.
    public init(_ poses: [Pose<A, Marker>], limits: PivotLimits = .init()) throws(CalibrationError) {
        try PoseCheck.check(poses, atLeast: limits.poses)
        sweep = try Self.sweep(poses)
        guard sweep >= limits.sweep else { throw .sweepTooNarrow(sweep: sweep, needed: limits.sweep) }
        let fit = try PivotFit.robust(poses)
        (tip, pivot) = (Point(fit.tip), Point(fit.pivot))
        residuals = poses.map { ($0 * Point<Marker>(fit.tip)).distance(to: Point(fit.pivot)) }
        strays = fit.weights.indices.filter { fit.weights[$0] == 0 }
        rms = fit.rms
        do throws(UncertaintyError) { covariance = try Covariance(checking: fit.covariance) } catch {
            throw .uncertainty(error)
        }
        let middle = poses.count / 2
        let halves = [Array(poses[..<middle]), Array(poses[middle...])]
        let parts = try halves.map { (half) throws(CalibrationError) in try PivotFit.robust(half) }
        drift = (
            length(parts[0].pivot - parts[1].pivot), parts.map(\.pivotVariance).reduce(0, +).squareRoot()
        )
    }

    /// What speaks against using the tip; empty where nothing does.
    public func doubts(_ limits: PivotLimits = .init()) -> [PivotDoubt] {
        var doubts: [PivotDoubt] = []
        if rms > limits.rms { doubts.append(.poorFit(rms: rms)) }
        if covariance.rms > limits.tipError { doubts.append(.imprecise(error: covariance.rms)) }
        if drift.distance > max(4 * drift.expected, limits.drift) { doubts.append(.moved(distance: drift.distance)) }
        let part = Double(strays.count) / Double(residuals.count)
        if part > limits.strays { doubts.append(.strays(part: part)) }
        return doubts
    }

    /// The half angle of a round cone whose least tilted direction moves as much.
    private static func sweep(_ poses: [Pose<A, Marker>]) throws(CalibrationError) -> Double {
        let least = try OrientationSpread(poses).values[0]
        return asin(min((2 * least).squareRoot(), 1))
    }
}

/// What a pivot calibration must reach.
public struct PivotLimits: Equatable, Sendable {
    public var poses = 20
    /// Half angle of the sweep, rad: below it the tip follows the noise.
    public var sweep = radians(degrees: 12)
    /// mm.
    public var rms = 0.6
    /// Expected RMS error of the tip, mm.
    public var tipError = 0.3
    /// The hole may have moved by this much, mm.
    public var drift = 0.25
    /// Part of the poses that may be strays.
    public var strays = 0.15

    public init() {}
}

/// Why a pivot calibration should be done again.
public enum PivotDoubt: Equatable, Sendable {
    /// The tip did not stay in one place; RMS, mm.
    case poorFit(rms: Double)
    /// RMS error of the tip to expect, mm.
    case imprecise(error: Double)
    /// The hole moved between the first and the second half, mm.
    case moved(distance: Double)
    case strays(part: Double)
}
