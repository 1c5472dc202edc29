import Files
import Foundation
import Frames
import Imaging

/// The JSON form of a rigid transform: `{"from": "ct", "to": "base", "matrix": [16 numbers, row by row]}`, lengths in
/// mm.
///
/// It maps a point's `from` coordinates to its `to` coordinates: `from` CT and `to` Base is `Pose<Base, CT>`.
public struct RigidTransformFile: Codable, Equatable, Sendable {
    public let from: String
    public let to: String
    public let matrix: [Double]

    public init<A: Frame, B: Frame>(_ X_AB: Pose<A, B>) { self.init(X_AB, from: B.name, to: A.name) }

    /// With other names than the frames' own, where a command's frames are only known as `moving` and `fixed`.
    public init<A: Frame, B: Frame>(_ X_AB: Pose<A, B>, from: String, to: String) {
        self.from = from
        self.to = to
        matrix = X_AB.rowMajor
    }

    /// Files beyond this are refused unread.
    static let byteLimit = 1 << 20

    /// The transform, checked: the frames by name, the matrix for being rigid and not mirrored to 1e-6.
    ///
    /// - Throws: `TransformFileProblem.wrongFrames`, `.matrix`.
    public func pose<A: Frame, B: Frame>(
        _ type: Pose<A, B>.Type = Pose<A, B>.self, tolerance: Double = 1e-6
    ) throws(TransformFileProblem) -> Pose<A, B> {
        guard from == B.name, to == A.name else {
            throw .wrongFrames(from: from, to: to, wantedFrom: B.name, wantedTo: A.name)
        }
        return try poseOfAnyFrames(tolerance: tolerance)
    }

    /// The transform without a look at the names of its frames.
    public func poseOfAnyFrames<A: Frame, B: Frame>(tolerance: Double = 1e-6) throws(TransformFileProblem) -> Pose<A, B>
    {
        do { return try Pose(rowMajor: matrix, tolerance: tolerance) } catch { throw .matrix(error) }
    }

    /// Reads a transform between just these frames. A file that holds a whole registration, with the transform under
    /// `transform`, is read too.
    ///
    /// - Throws: `RegistrationError.cannotRead`, `.file`.
    public static func read<A: Frame, B: Frame>(
        _ path: String, as type: Pose<A, B>.Type = Pose<A, B>.self
    ) throws(RegistrationError) -> Pose<A, B> {
        let file = try read(path)
        do { return try file.pose() } catch { throw .file(path: path, error) }
    }

    /// Reads a transform between any frames; its matrix is not yet checked.
    public static func read(_ path: String) throws(RegistrationError) -> RigidTransformFile {
        let data = try TextFile.load(path, byteLimit: byteLimit)
        do { return try decode(data) } catch { throw .file(path: path, error) }
    }

    static func decode(_ data: Data) throws(TransformFileProblem) -> RigidTransformFile {
        /// A whole registration, of which the transform is a part.
        struct Registration: Decodable { let transform: RigidTransformFile }
        let decoder = JSONDecoder()
        if let whole = try? decoder.decode(Registration.self, from: data) { return whole.transform }
        do {
            return try decoder.decode(RigidTransformFile.self, from: data)
        } catch DecodingError.keyNotFound(let key, _) {
            throw .missingKey(key.stringValue)
        } catch DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context) {
            throw context.codingPath.first.map { .missingKey($0.stringValue) } ?? .notJSON
        } catch { throw .notJSON }
    }

    private init(from: String, to: String, matrix: [Double]) {
        self.from = from
        self.to = to
        self.matrix = matrix
    }

    /// - Throws: `RegistrationError.cannotWrite`.
    public func write(to path: String) throws(RegistrationError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        guard let data = try? encoder.encode(self) else { throw .cannotWrite(path: path, .failed("matrix")) }
        try TextFile.write(data + Data("\n".utf8), to: path)
    }
}

/// Small text files, whole.
enum TextFile {
    static func load(_ path: String, byteLimit: Int) throws(RegistrationError) -> Data {
        do { return try WholeFile.read(path, limit: byteLimit) } catch .tooLarge(let bytes, _) {
            throw .file(path: path, .tooLarge(bytes: bytes))
        } catch { throw .cannotRead(path: path, FileProblem(error)) }
    }

    static func write(_ data: Data, to path: String) throws(RegistrationError) {
        do {
            try AtomicFile.write(data, to: path)
        } catch .unwritable(_, let problem) {
            throw .cannotWrite(path: path, problem)
        } catch { throw .cannotWrite(path: path, .failed("\(error)")) }
    }
}
