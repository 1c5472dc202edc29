import Files
import Foundation
import Frames

/// Why a file is no tool definition.
public enum ToolDefinitionProblem: Equatable, Sendable {
    case unreadable(String)
    /// Not the 312 to 1,024 bytes of such a file.
    case size(bytes: Int)
    /// It does not begin with the maker's letters.
    case notATool
    /// The sum of its bytes is another than the one that it names: a file that was cut or changed.
    case checksum(says: UInt16, is: UInt16)
    case markerCount(Int)
    /// A marker that is not a finite place within a metre of the tool's origin, counted from 1.
    case marker(Int)
}

/// A tool definition of Northern Digital's (`.rom`, an image of the SROM that a wired tool carries).
///
/// The layout is not published; the letters, the sum, the count and the places of the markers are as several open readers
/// of such files find them, and agree.
public struct ToolDefinition: Equatable, Sendable {
    /// The bytes as the tracker is to have them.
    public let bytes: [UInt8]
    /// The markers in the tool's own frame, mm; none in the definition of a magnetic sensor.
    public let markers: [Point<Marker>]
    /// The part number in the file, or the file's name.
    public let name: String

    static let most = 1024

    /// Reads and checks a file.
    ///
    /// - Throws: `TrackersError.toolDefinition`.
    public static func read(_ path: String) throws(TrackersError) -> ToolDefinition {
        let data: Data
        do { data = try WholeFile.read(path, limit: most) } catch .tooLarge(let bytes, _) {
            throw .toolDefinition(file: path, .size(bytes: bytes))
        } catch .notFound { throw .toolDefinition(file: path, .unreadable("there is no such file")) } catch {
            throw .toolDefinition(file: path, .unreadable("it is no file, or it cannot be opened"))
        }
        return try ToolDefinition([UInt8](data), file: path)
    }

    /// Checks the bytes of `file`.
    ///
    /// - Throws: `TrackersError.toolDefinition`.
    public init(_ bytes: [UInt8], file: String) throws(TrackersError) {
        func refuse(_ problem: ToolDefinitionProblem) -> TrackersError { .toolDefinition(file: file, problem) }
        guard (312...Self.most).contains(bytes.count) else { throw refuse(.size(bytes: bytes.count)) }
        guard bytes.starts(with: Array("NDI\0".utf8)) else { throw refuse(.notATool) }
        var reader = LittleEndianReader(Array(bytes[4..<6]))
        let (says, sum) = (reader.uint16() ?? 0, bytes[6...].reduce(UInt16(0)) { $0 &+ UInt16($1) })
        guard says == sum else { throw refuse(.checksum(says: says, is: sum)) }
        let count = Int(bytes[28])
        guard count <= 20 else { throw refuse(.markerCount(count)) }
        var places = LittleEndianReader(Array(bytes[72..<312]))
        var markers: [Point<Marker>] = []
        for number in 0..<count {
            guard let p = places.floats(3), p.allSatisfy({ $0.isFinite && abs($0) <= 1000 }) else {
                throw refuse(.marker(number + 1))
            }
            markers.append(Point(p[0], p[1], p[2]))
        }
        self.bytes = bytes
        self.markers = markers
        name = Self.partNumber(bytes) ?? String(file.split(separator: "/").last ?? "tool")
    }

    private static func partNumber(_ bytes: [UInt8]) -> String? {
        guard bytes.count >= 612 else { return nil }
        let text = bytes[592..<612].prefix { $0 != 0 }
        guard text.allSatisfy({ (33..<127).contains($0) }), !text.isEmpty else { return nil }
        return String(decoding: text, as: UTF8.self)
    }

    /// A definition of a tool with these markers, for simulations and tests.
    ///
    /// - Precondition: at most 20 markers within a metre.
    public static func made(name: String, markers: [Point<Marker>]) -> ToolDefinition? {
        var bytes = [UInt8](repeating: 0, count: 752)
        bytes.replaceSubrange(0..<4, with: Array("NDI\0".utf8))
        guard markers.count <= 20 else { return nil }
        bytes[28] = UInt8(markers.count)
        for (index, marker) in markers.enumerated() {
            for (axis, value) in [marker.x, marker.y, marker.z].enumerated() {
                let bits = Float(value).bitPattern
                for byte in 0..<4 { bytes[72 + 12 * index + 4 * axis + byte] = UInt8(bits >> (8 * byte) & 255) }
            }
        }
        let letters = Array(name.utf8.filter { (33..<127).contains($0) }.prefix(20))
        bytes.replaceSubrange(592..<(592 + letters.count), with: letters)
        let sum = bytes[6...].reduce(UInt16(0)) { $0 &+ UInt16($1) }
        (bytes[4], bytes[5]) = (UInt8(sum & 255), UInt8(sum >> 8))
        return try? ToolDefinition(bytes, file: name)
    }
}
