import Imaging
import Meshing
import Settings
import Uncertainty

/// What stops a plan from being made, read, judged or signed.
public enum PlanningError: Error, Equatable, Sendable {
    /// A plan or key file that the system does not let us read or write.
    case file(path: String, errno: Int32)
    /// Text that is no JSON, and the byte where that shows.
    case notJSON(byte: Int, JSONFault)
    /// JSON that is no plan of `stylet.plan/1`; `key` is the path of the offending value, as `items[2].entry_mm`.
    case notAPlan(key: String, PlanFault)
    /// A catalogue's file that cannot be read or has a wrong value.
    case settings(SettingsError)
    /// A catalogue whose values do not go together; `key` as in `notAPlan`.
    case notACatalogue(key: String, CatalogueFault)
    /// A key file that holds no key of its kind.
    case notAKey(path: String, KeyFault)
    /// A name that an approval cannot carry (empty, too long, control characters).
    case impossibleName(String)
    /// The plan was made on another image: geometry or voxels differ.
    case anotherImage(planned: String, given: String)
    /// What is wrong with an image on which nothing may be planned.
    case imageForbidsPlanning(path: String, [Irregularity])
    /// Labels and CT do not share one grid.
    case gridsDiffer
    /// A level that this planner does not plan.
    case levelNotPlannable(AnatomicalLabel)
    /// Why a vertebra was not planned on.
    case vertebra(AnatomicalLabel, VertebraFault)
    /// Why one pedicle got no screw.
    case pedicle(AnatomicalLabel, Side, PedicleFault)
    /// No item of that identifier in the plan.
    case itemNotFound(String)
    /// No trusted key approved the plan as it stands.
    case notApproved(ApprovalState)
    case distance(MeshingError)
    /// Why a straight path is not planned, or not carried out.
    case trajectory(TrajectoryFault)
    /// An error budget that makes no sense.
    case uncertainty(UncertaintyError)
}

/// Why text is not JSON that we take.
public enum JSONFault: Error, Equatable, Sendable {
    case unexpectedByte(UInt8)
    case unexpectedEnd
    case notUTF8
    case badEscape
    case badNumber
    /// A number that a double does not hold, or a whole number that it does not hold exactly.
    case numberOutOfRange
    case tooDeep(limit: Int)
    case tooLarge(bytes: Int, limit: Int)
    /// The same key twice in one object: readers would disagree on which counts.
    case repeatedKey(String)
    case trailingBytes
}

/// Why a value is not what a plan has there.
public enum PlanFault: Equatable, Sendable {
    case missing
    case wrongType(expected: String)
    case wrongSchema(String)
    case unknownValue(String)
    /// Not within the range that this quantity can have.
    case outOfRange(Double, lowest: Double, highest: Double)
    /// Two items with one identifier.
    case repeatedIdentifier(String)
    case tooMany(Int, limit: Int)
}

/// Why a catalogue's values do not go together.
public enum CatalogueFault: Equatable, Sendable {
    /// Not strictly rising.
    case notRising
    case repeatedName(String)
    case empty
}

/// Why a file is no key.
public enum KeyFault: Equatable, Sendable {
    case noHeader
    case notBase64
    case wrongLength(Int)
    /// A file of private keys that others may read: its permission bits.
    case readableByOthers(mode: UInt16)
    case exists
    case badLine(Int)
    case repeatedKey(name: String)
}

/// Why a vertebra is not planned on.
public enum VertebraFault: Equatable, Sendable {
    case labelMissing
    /// The label reaches the border of the image: the vertebra may go on beyond it.
    case cutByImageEdge
    /// The label is not one piece; the share of its voxels outside the largest.
    case inPieces(outsideLargest: Double)
    /// Fewer voxels than any shape can be seen in.
    case tooFewVoxels(Int)
    /// Neither a canal label nor a hole of the arch shows where the canal is.
    case canalNotFound
    /// No endplates where a body has them.
    case bodyNotFound
    /// The CT lies so that head and feet, or front and back, cannot be told.
    case orientationUnclear
}

/// Why a pedicle gets no screw.
public enum PedicleFault: Equatable, Sendable {
    /// No bridge of bone between body and arch on this side.
    case notFound
    /// No lateral mass beside the canal on this side.
    case massNotFound
    /// No ilium is labelled beside the sacrum on this side.
    case iliumNotFound
    /// The isthmus is narrower than the thinnest screw allows.
    case tooNarrow(isthmusWidth: Double, thinnestScrew: Double, largestFill: Double)
    /// No length of the catalogue fits; how deep the bone is along the axis.
    case tooShallow(depth: Double, shortestScrew: Double)
    /// The best screw found breaks this limit.
    case limitBroken(BrokenLimit)
    /// Metal (an earlier screw) lies in the pedicle, mm³.
    case metalInPedicle(volume: Double)
    /// The best screw found lies within the bone that the image shows (`surfaceMargin`, mm), and breaks this limit by the
    /// label's voxels, which are known to `accuracy`, mm.
    case labelDisagrees(BrokenLimit, surfaceMargin: Double, accuracy: Double)
    /// Along this share of the best screw found, 0…1, the image shows soft tissue where the label says bone.
    case softTissue(share: Double)
}
