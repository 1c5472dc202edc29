import Files
import Foundation
import Frames
import Imaging

/// Reads and writes meshes. Files hold CT coordinates (LPS) in mm; a file's own header can't say so in STL and OBJ.
public enum MeshFile {
    public enum Format: String, CaseIterable, Sendable {
        /// Binary little-endian when written; text is read too.
        case stl
        /// Binary little-endian when written; text is read too.
        case ply
        case obj

        /// By the file's ending, in any case of letters.
        public init?(path: String) {
            self.init(rawValue: FilePath.ending(path).lowercased())
        }
    }

    /// Larger files are refused.
    public static let byteLimit = 4 << 30

    /// Reads a mesh. Corners in the same place become one vertex in STL, which has no other way to say so.
    ///
    /// The mesh may have any defect but wrong indices: ask `TriangleMesh.defects`.
    /// - Throws: `MeshingError.unknownFormat`, `.cannotRead`, `.malformedFile`, or what `TriangleMesh.init` throws.
    public static func read(_ path: String) throws(MeshingError) -> TriangleMesh {
        guard let format = Format(path: path) else { throw .unknownFormat(path: path) }
        let data = try load(path)
        var problem: (at: FilePosition, MeshFileProblem)?
        var parts: MeshParts?
        data.withUnsafeBytes { bytes in
            do throws(MeshFileFault) {
                switch format {
                case .stl: parts = try STLFormat.parse(bytes)
                case .ply: parts = try PLYFormat.parse(bytes)
                case .obj: parts = try OBJFormat.parse(bytes)
                }
            } catch { problem = (error.at, error.problem) }
        }
        if let problem { throw .malformedFile(path: path, at: problem.at, problem.1) }
        guard let parts, !parts.triangles.isEmpty else {
            throw .malformedFile(path: path, at: .byte(data.count), .noTriangles)
        }
        return try TriangleMesh(vertices: parts.vertices.map { Point($0) }, triangles: parts.triangles)
    }

    /// Writes a mesh beside its final name, then renames. Coordinates are stored as 32-bit floats in STL and PLY.
    ///
    /// - Throws: `MeshingError.unknownFormat`, `.cannotWrite`.
    public static func write(_ mesh: TriangleMesh, to path: String, as format: Format? = nil) throws(MeshingError) {
        guard let format = format ?? Format(path: path) else { throw .unknownFormat(path: path) }
        do {
            try AtomicFile.write(data(of: mesh, as: format), to: path)
        } catch .unwritable(_, let problem) {
            throw .cannotWrite(path: path, problem)
        } catch { throw .cannotWrite(path: path, .failed("\(error)")) }
    }

    /// The bytes of the file that `write` makes.
    public static func data(of mesh: TriangleMesh, as format: Format) -> Data {
        switch format {
        case .stl: STLFormat.data(of: mesh)
        case .ply: PLYFormat.data(of: mesh)
        case .obj: OBJFormat.data(of: mesh)
        }
    }

    private static func load(_ path: String) throws(MeshingError) -> Data {
        do { return try WholeFile.read(path, limit: byteLimit) } catch .tooLarge(let bytes, _) {
            throw .meshTooLarge(count: bytes)
        } catch { throw .cannotRead(path: path, FileProblem(error)) }
    }
}

/// What a file says, before it is checked.
struct MeshParts {
    var vertices: [Vector3] = []
    var triangles: [SIMD3<Int32>] = []

    /// A polygon as a fan, as all three formats mean it.
    mutating func add(polygon corners: [Int32]) {
        for k in 1..<max(corners.count - 1, 1) where corners.count > 2 {
            triangles.append(SIMD3(corners[0], corners[k], corners[k + 1]))
        }
    }
}

struct MeshFileFault: Error {
    let at: FilePosition
    let problem: MeshFileProblem
}

/// Joins corners in exactly the same place.
struct VertexMerger {
    private var known: [Vector3: Int32] = [:]
    private(set) var vertices: [Vector3] = []

    mutating func index(of place: Vector3) -> Int32 {
        // −0 and 0 are one place, but not one bit pattern
        let place = place + Vector3(repeating: 0)
        if let found = known[place] { return found }
        let new = Int32(truncatingIfNeeded: vertices.count)
        known[place] = new
        vertices.append(place)
        return new
    }
}

/// Lines of a text file, split into words, with their numbers.
struct TextLines {
    private let bytes: UnsafeRawBufferPointer
    private(set) var at: Int
    private(set) var line = 0

    init(_ bytes: UnsafeRawBufferPointer, from start: Int = 0) {
        self.bytes = bytes
        at = start
    }

    /// The words of the next line; `nil` at the end of the file.
    mutating func next() -> [Substring]? {
        guard at < bytes.count else { return nil }
        var end = at
        while end < bytes.count, bytes[end] != 10 { end += 1 }
        let text = String(decoding: bytes[at..<end], as: UTF8.self)
        at = end + 1
        line += 1
        return text.split { $0 == " " || $0 == "\t" || $0 == "\r" || $0 == "\r\n" }
    }

    func fault(_ problem: MeshFileProblem) -> MeshFileFault { MeshFileFault(at: .line(line), problem: problem) }

    func number(_ word: Substring) throws(MeshFileFault) -> Double {
        guard let value = Double(word), value.isFinite else { throw fault(.notANumber(String(word.prefix(40)))) }
        return value
    }

    func vector(_ words: ArraySlice<Substring>) throws(MeshFileFault) -> Vector3 {
        guard words.count >= 3 else { throw fault(.notANumber(words.joined(separator: " "))) }
        let first = words.startIndex
        return Vector3(try number(words[first]), try number(words[first + 1]), try number(words[first + 2]))
    }
}

extension UnsafeRawBufferPointer {
    func float(at offset: Int) -> Double {
        Double(Float(bitPattern: UInt32(littleEndian: loadUnaligned(fromByteOffset: offset, as: UInt32.self))))
    }
    func uint32(at offset: Int) -> UInt32 {
        UInt32(littleEndian: loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }
}

extension Data {
    mutating func append(float value: Double) { append(littleEndian: Float(value).bitPattern) }

    mutating func append<Number: FixedWidthInteger>(littleEndian value: Number) {
        Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
    }
}
