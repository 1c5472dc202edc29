import Foundation
import Frames

/// Beads at known places and where an image shows them: a table with the columns `x_mm,y_mm,z_mm,u_px,v_px`.
public struct BeadTable: Equatable, Sendable {
    public let places: [Point<XRayRoom>]
    /// Across and down, the first pixel's middle is 0, 0.
    public let pixels: [SIMD2<Double>]

    /// No calibration phantom has more.
    private static let most = 500
    private static let byteLimit = 1 << 20
    private static let wanted = ["u_px", "v_px"]

    /// Columns may stand in any order, others are ignored; empty lines and those that begin with `#` too.
    ///
    /// - Throws: `RegistrationError.cannotRead`, `.points` with the line's number, counted from 1.
    public static func read(_ path: String) throws(RegistrationError) -> BeadTable {
        let data = try TextFile.load(path, byteLimit: byteLimit)
        guard let text = String(data: data, encoding: .utf8) else { throw .points(path: path, line: 1, .notText) }
        var columns: (place: PointColumns, pixel: [Int])?
        var (places, pixels): ([Point<XRayRoom>], [SIMD2<Double>]) = ([], [])
        for (number, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            do throws(PointsFileProblem) {
                guard let fields = PointColumns.fields(line) else { continue }
                guard let known = columns else {
                    columns = (try PointColumns(fields), try pixelColumns(fields))
                    continue
                }
                places.append(Point(try known.place.point(fields).place))
                pixels.append(SIMD2(try pixel(fields, known.pixel, 0), try pixel(fields, known.pixel, 1)))
                guard places.count <= most else { throw .tooMany(limit: most) }
            } catch { throw .points(path: path, line: number + 1, error) }
        }
        guard !places.isEmpty else { throw .points(path: path, line: 1, .empty) }
        return BeadTable(places: places, pixels: pixels)
    }

    private static func pixelColumns(_ header: [Substring]) throws(PointsFileProblem) -> [Int] {
        let titles = header.map { $0.lowercased() }
        let missing = wanted.filter { !titles.contains($0) }
        guard missing.isEmpty else { throw .missingColumns(missing) }
        if let twice = wanted.first(where: { title in titles.count { $0 == title } > 1 }) {
            throw .doubledColumn(twice)
        }
        return wanted.compactMap { titles.firstIndex(of: $0) }
    }

    private static func pixel(_ fields: [Substring], _ columns: [Int], _ k: Int) throws(PointsFileProblem) -> Double {
        let text = fields[columns[k]]
        guard let value = Double(text), value.isFinite, abs(value) <= 1e5 else {
            throw .notANumber(column: wanted[k], text: String(text.prefix(40)))
        }
        return value
    }
}
