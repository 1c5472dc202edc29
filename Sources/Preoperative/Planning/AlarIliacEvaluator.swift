import Frames
import Imaging

/// Measures screws from the sacrum into the ilium while a person moves them, the planner's way.
public struct AlarIliacEvaluator: Sendable {
    private let bone: SacroiliacBone
    private let ct: Volume<Int16>

    /// - Parameter anatomy: of the sacrum.
    /// - Throws: `PlanningError` where the labels have no ilium beside it.
    public init(
        anatomy: VertebraAnatomy, side: Side, labels: LabelVolume, ct: Volume<Int16>
    ) throws(PlanningError) {
        bone = try SacroiliacBone(anatomy, side, in: labels)
        self.ct = ct
    }

    public func metrics(_ screw: ScrewCylinder) -> ScrewMetrics { bone.metrics(screw, ct) }
}
