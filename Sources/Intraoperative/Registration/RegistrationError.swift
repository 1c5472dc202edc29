import Frames
import Imaging
import Meshing
import Uncertainty

/// Why a registration, or a file of one, is refused.
public enum RegistrationError: Error, Equatable, Sendable {
    /// Paired points come in equal numbers.
    case countMismatch(moving: Int, fixed: Int)
    case tooFewPoints(found: Int, needed: Int)
    case notFinite(set: PointSet, index: Int)
    /// Two points of one set are the same place (indices from 0).
    case duplicatePoints(set: PointSet, first: Int, second: Int, distance: Double)
    /// The points lie so near one line that the turn about it is free: RMS distances across and along it, mm.
    case collinear(set: PointSet, across: Double, along: Double)
    /// An error, diameter or limit that makes no sense, by the name of the parameter.
    case impossibleParameter(name: String, value: Double)
    case uncertainty(UncertaintyError)
    /// The surface mesh has no triangles.
    case emptySurface
    /// No start led the points onto the surface; the best RMS distance reached, mm.
    case noFit(bestRMS: Double)
    /// Several poses fit the points equally well: RMS distances of the two best, mm, and how far apart they are.
    case ambiguous(best: Double, other: Double, apart: PoseDifference)
    /// Touched points fit no set of the found ones within the tolerance; the best RMS residual, mm, where there was
    /// any.
    case noMatch(bestRMS: Double?)
    /// The label map holds no voxel of this bone.
    case noSuchLabel(AnatomicalLabel)
    /// An image cannot be prepared for comparison.
    case imaging(ImagingError)
    /// A surface cannot be had from an image.
    case meshing(MeshingError)
    /// An X-ray view, or a set of them, from which no pose can be had.
    case impossibleView(ViewProblem)
    case file(path: String, TransformFileProblem)
    case points(path: String, line: Int, PointsFileProblem)
    case cannotRead(path: String, FileProblem)
    case cannotWrite(path: String, WriteProblem)
}

/// The two sides of a registration.
public enum PointSet: String, Sendable { case moving, fixed }

/// How far one pose is from another.
public struct PoseDifference: Equatable, Sendable {
    /// mm, where the points are.
    public let distance: Double
    /// rad.
    public let angle: Double
}

/// Why a file is no rigid transform between the frames wanted.
public enum TransformFileProblem: Error, Equatable, Sendable {
    case notJSON
    case missingKey(String)
    /// Not finite, not rigid, mirrored, or not 16 numbers.
    case matrix(FramesError)
    /// The frames of the file, and those wanted.
    case wrongFrames(from: String, to: String, wantedFrom: String, wantedTo: String)
    case tooLarge(bytes: Int)
}

/// Why a line of a file of points is refused.
public enum PointsFileProblem: Error, Equatable, Sendable {
    case empty
    /// The first line names the columns; these are missing.
    case missingColumns([String])
    /// A column twice.
    case doubledColumn(String)
    case wrongColumnCount(expected: Int, found: Int)
    case notANumber(column: String, text: String)
    case notText
    case tooMany(limit: Int)
}

func asRegistration<R>(_ body: () throws(UncertaintyError) -> R) throws(RegistrationError) -> R {
    do { return try body() } catch { throw .uncertainty(error) }
}
