import Imaging
import Meshing
import Settings

/// Why a phantom cannot be made. Key paths name places in the YAML file: `levels[2].pedicle.width_mm`.
public enum PhantomError: Error, Equatable, Sendable {
    /// The file cannot be read, or a key is missing, unknown, or holds a value that no person or scanner has.
    case definition(SettingsError)
    /// Each value is possible alone, but not together with others.
    case inconsistent(path: String, problem: Inconsistency)
    case impossibleGrid(reason: String)
    case noSuchBone(AnatomicalLabel)
    case meshing(MeshingError)
    /// Writing failed in Imaging, in Meshing, or in the system.
    case image(ImagingError)
    case unwritable(path: String, reason: String)

    public enum Inconsistency: Equatable, Sendable {
        /// Levels must be neighbours, from head to tail; these two are not.
        case levelsNotNeighbours(upper: String, lower: String)
        /// The last level stands on the sacrum, so it is L4, L5 or L6.
        case lastLevelNotLumbar(String)
        /// The pedicle is taller than its vertebral body.
        case pedicleTallerThanBody(pedicleMillimetres: Double, bodyMillimetres: Double)
        /// Both pedicles and the canal between them are wider than the body allows.
        case pediclesBesideBody(spanMillimetres: Double, bodyMillimetres: Double)
        /// The shell leaves no cancellous bone in a pedicle.
        case shellFillsPedicle(shellMillimetres: Double, pedicleMillimetres: Double)
        /// The disc is wedged so much that its endplates meet.
        case discWedgeClosesDisc(wedgeDegrees: Double, heightMillimetres: Double)
        /// A head stands on C1, which is not among the levels.
        case headWithoutAtlas
        case spineOutsideTorso(level: String)
        case fewerThanThreeFiducials(Int)
        case nameTwice(String)
        case fiducialsNearLine(millimetres: Double)
        /// The line backwards through it does not leave the torso.
        case fiducialOffSkin(name: String)
    }
}
