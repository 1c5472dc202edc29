import Foundation
import Frames

/// Points from a table: a first line that names the columns `x_mm,y_mm,z_mm` and optionally `name`, then one point a
/// line.
public struct PointsFile<F: Frame>: Equatable, Sendable {
    public let points: [Point<F>]
    /// One a point; empty where the file names none.
    public let names: [String]

    public init(points: [Point<F>], names: [String] = []) {
        self.points = points
        self.names = names
    }

    static var byteLimit: Int { 64 << 20 }
    static var pointLimit: Int { 1_000_000 }

    /// Columns may stand in any order, others are ignored; empty lines and those that begin with `#` too.
    ///
    /// - Throws: `RegistrationError.cannotRead`, `.points` with the line's number, counted from 1.
    public static func read(_ path: String) throws(RegistrationError) -> PointsFile {
        let data = try TextFile.load(path, byteLimit: byteLimit)
        guard let text = String(data: data, encoding: .utf8) else { throw .points(path: path, line: 1, .notText) }
        var columns: PointColumns?
        var (points, names): ([Point<F>], [String]) = ([], [])
        for (number, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            do throws(PointsFileProblem) {
                guard let fields = PointColumns.fields(line) else { continue }
                guard let known = columns else {
                    columns = try PointColumns(fields)
                    continue
                }
                let (place, name) = try known.point(fields)
                points.append(Point(place))
                if let name { names.append(name) }
                guard points.count <= pointLimit else { throw .tooMany(limit: pointLimit) }
            } catch { throw .points(path: path, line: number + 1, error) }
        }
        guard !points.isEmpty else { throw .points(path: path, line: 1, .empty) }
        return PointsFile(points: points, names: names)
    }

    /// - Throws: `RegistrationError.cannotWrite`.
    public func write(to path: String) throws(RegistrationError) {
        let named = names.count == points.count && !names.isEmpty
        var text = "x_mm,y_mm,z_mm" + (named ? ",name\n" : "\n")
        for (i, p) in points.enumerated() {
            text += "\(p.x),\(p.y),\(p.z)"
            if named { text += "," + names[i].map { $0 == "," || $0 == "\"" || $0.isNewline ? " " : $0 } }
            text += "\n"
        }
        try TextFile.write(Data(text.utf8), to: path)
    }
}

/// Where in a line the coordinates and the name stand.
struct PointColumns {
    private let axes: [Int]
    private let name: Int?
    private let count: Int
    private static let wanted = ["x_mm", "y_mm", "z_mm"]

    init(_ header: [Substring]) throws(PointsFileProblem) {
        let titles = header.map { $0.lowercased() }
        let missing = Self.wanted.filter { !titles.contains($0) }
        guard missing.isEmpty else { throw .missingColumns(missing) }
        if let twice = (Self.wanted + ["name"]).first(where: { title in titles.count { $0 == title } > 1 }) {
            throw .doubledColumn(twice)
        }
        axes = Self.wanted.compactMap { titles.firstIndex(of: $0) }
        name = titles.firstIndex(of: "name")
        count = titles.count
    }

    /// The fields of a line without blanks round them; `nil` for an empty line or a comment. A byte-order mark is no
    /// field.
    static func fields(_ line: Substring) -> [Substring]? {
        let bare = line.drop { $0 == "\u{FEFF}" }
        guard let first = bare.first(where: { !$0.isWhitespace }), first != "#" else { return nil }
        return bare.split(separator: ",", omittingEmptySubsequences: false).map { field in
            let start = field.drop(while: \.isWhitespace)
            return start.lastIndex { !$0.isWhitespace }.map { start[...$0] } ?? ""
        }
    }

    func point(_ fields: [Substring]) throws(PointsFileProblem) -> (place: Vector3, name: String?) {
        guard fields.count == count else { throw .wrongColumnCount(expected: count, found: fields.count) }
        var place = Vector3.zero
        for k in 0..<3 {
            let text = fields[axes[k]]
            guard let value = Double(text), value.isFinite, abs(value) <= 1e6 else {
                throw .notANumber(column: Self.wanted[k], text: String(text.prefix(40)))
            }
            place[k] = value
        }
        return (place, name.map { String(fields[$0]) })
    }
}
