import Frames
import Imaging

/// Why a straight path is not planned, or not carried out.
public enum TrajectoryFault: Error, Equatable, Sendable {
    /// A target on which no path may be planned; its name, and what is wrong with it.
    case target(String, Point<CT>, TargetFault)
    /// The target lies where a brain is, but the labels have no skull.
    case skullMissing(target: String)
    /// The labels have no vessel, so that nobody knows how near one is.
    case vesselsUnknown
    /// The label map has no voxel of it.
    case labelMissing(AnatomicalLabel)
    /// A length or a count that makes no sense, by its name.
    case impossibleParameter(name: String, value: Double)
    /// No path to this target keeps all limits.
    case noPath(target: String, NoPath)
    /// An alternative is not carried out before it is chosen.
    case alternative(String, of: String)
}

/// What is wrong with a target.
public enum TargetFault: Equatable, Sendable {
    case notFinite
    case outsideImage
    /// Outside the skin.
    case outsideBody
    /// In an air space of the head; HU there.
    case inAir(Double)
    case inBone(AnatomicalLabel)
    case inVessel
    case inMetal
    case inForbidden(AnatomicalLabel)
}

/// Why there is no safe path.
public enum NoPath: Equatable, Sendable {
    /// The target itself is nearer to a label than the instrument may come: distance less radius, and the margin, mm.
    case targetTooNear(AnatomicalLabel, distance: Double, margin: Double)
    /// No straight line from the skin reaches it; what stops most of them.
    case blocked(PathBlock)
    /// Lines that keep all earlier limits all break this one; the best value of them.
    case limit(BrokenTrajectoryLimit)
    /// Every safe path comes too near to another electrode's.
    case collision(with: String)
}

/// What stops a straight line on its way from target to skin.
public enum PathBlock: String, CaseIterable, Equatable, Sendable {
    /// The image ends before the skin.
    case imageEdge
    /// Beyond the skin the body begins again: an ear, a jaw, an arm.
    case bodyAgain
    /// It leaves the head through an opening, not through bone.
    case noSkull
    /// It crosses bone twice, or a bone that is no part of the vault.
    case otherBone
    /// Where it leaves the skull there is no smooth vault to drill: face, base, mastoid, a hole.
    case roughSkull
    /// Air on the way: a sinus, mastoid cells.
    case air
    /// Brighter than any tissue on the way: a marker on the skin, metal, bone without a label.
    case bright
}
