import Frames
import Imaging

/// Measures screws of one vertebra, over and over: built once, then a screw in about a millisecond.
///
/// ```swift
/// let evaluator = try ScrewEvaluator(level: l4, labels: labels, ct: ct)
/// let metrics = evaluator.metrics(screw, side: .left)
/// let warnings = evaluator.broken(by: metrics, diameter: screw.diameter)
/// ```
/// The planner measures its own screws the same way; `PlanChecker` has another of its own.
public struct ScrewEvaluator: Sendable {
    public let anatomy: VertebraAnatomy
    public var limits: PlanLimits
    private let measurement: ScrewMeasurement

    /// - Throws: `PlanningError.gridsDiffer`, `.vertebra`, `.distance`.
    public init(
        level: AnatomicalLabel, labels: LabelVolume, ct: Volume<Int16>, limits: PlanLimits = PlanLimits()
    ) throws(PlanningError) {
        guard ct.geometry.matches(labels.geometry) else { throw .gridsDiffer }
        self.init(anatomy: try VertebraAnatomy(level, in: labels, ct: ct), ct: ct, limits: limits)
    }

    init(anatomy: VertebraAnatomy, ct: Volume<Int16>, limits: PlanLimits) {
        (self.anatomy, self.limits) = (anatomy, limits)
        measurement = ScrewMeasurement(anatomy: anatomy, ct: ct)
    }

    /// - Parameter kind: of this vertebra's screws, not one into the ilium.
    public func metrics(
        _ screw: ScrewCylinder, side: Side, kind: PlanItem.Kind = .pedicleScrew
    ) -> ScrewMetrics {
        var measurement = measurement
        if kind != .pedicleScrew { measurement.skipped = PlanLimits.skippedBesidePedicles }
        return measurement.metrics(screw, side: side)
    }

    /// The limits that these metrics break; a second screw of the level, where there is one, must keep clear of it.
    public func broken(
        by metrics: ScrewMetrics, diameter: Double, kind: PlanItem.Kind = .pedicleScrew, screw: ScrewCylinder? = nil,
        other: ScrewCylinder? = nil
    ) -> [BrokenLimit] {
        var found = limits.broken(by: metrics, diameter: diameter, kind: kind)
        if let gap = other.flatMap({ screw?.gap(to: $0) }), gap < limits.smallestGapOfPair - 1e-6 {
            found.append(BrokenLimit(name: .gapOfPair, value: gap, limit: limits.smallestGapOfPair))
        }
        return found
    }
}
