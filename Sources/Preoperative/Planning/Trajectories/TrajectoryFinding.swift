/// Something wrong with a straight path of a plan.
public enum TrajectoryFinding: Equatable, Sendable {
    case brokenLimit(BrokenTrajectoryLimit)
    /// The entry does not lie on the skin; how far it is along the path.
    case entryOffSkin(distance: Double)
    /// What the path meets that no path may.
    case blocked(PathBlock)
    case target(TargetFault)
    /// Two electrodes come too near.
    case tooNear(other: String, BrokenTrajectoryLimit)
    /// The labels have no vessel, and the plan does not say that it was made so.
    case vesselsUnknown
    /// The path leads into a vertebra whose canal is neither labelled nor to be found.
    case canalUnknown
    /// An alternative to an item that the plan has not, or that is itself an alternative.
    case alternativeOfNothing(String)
}
