import Imaging

/// What is wrong with a mesh, a file of one, or a request for one. Paths are as the caller gave them.
public enum MeshingError: Error, Equatable, Sendable {
    /// No voxel carries any of these label numbers, within the region asked for.
    case labelNotFound([UInt8])
    /// The image never crosses this value, so that it has no surface there.
    case noSurface(level: Double)
    /// A grid of so many samples is beyond what memory allows.
    case gridTooLarge(samples: Int, limit: Int)
    /// More vertices or triangles than 32-bit indices can name.
    case meshTooLarge(count: Int)
    /// A triangle names a vertex that is not there.
    case vertexOutOfRange(triangle: Int, vertex: Int, vertexCount: Int)
    /// A vertex is not a finite number.
    case notFinite(vertex: Int)
    /// Only a closed, oriented, manifold mesh has an inside; these are its faults.
    case notSolid([MeshDefect])
    /// A length, angle or tolerance that makes no sense, by the name of the parameter.
    case impossibleParameter(name: String, value: Double)
    /// The file's ending names no mesh format known here.
    case unknownFormat(path: String)
    case cannotRead(path: String, FileProblem)
    case cannotWrite(path: String, WriteProblem)
    /// The file breaks its own format; where, and how.
    case malformedFile(path: String, at: FilePosition, MeshFileProblem)
}

/// A place in a file: lines count from 1, bytes from 0.
public enum FilePosition: Equatable, Sendable {
    case line(Int)
    case byte(Int)
}

/// How a mesh file breaks its own format.
public enum MeshFileProblem: Error, Equatable, Sendable {
    case noTriangles
    /// The header promises more than the file holds.
    case truncated(expectedBytes: Int, foundBytes: Int)
    /// A word that cannot stand there.
    case unexpected(String)
    case notANumber(String)
    /// A face with this many corners; only triangles and convex polygons of at least three are read.
    case faceCorners(Int)
    case vertexIndex(Int, vertexCount: Int)
    case missingProperty(String)
    case unsupported(String)
    case tooLarge(Int)
}
