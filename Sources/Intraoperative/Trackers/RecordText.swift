import Files
import Foundation
import Frames

/// The text of a record, cell by cell; all of it is hostile until checked.
enum RecordText {
    static let columns = ["t_s", "x_mm", "y_mm", "z_mm", "qw", "qx", "qy", "qz", "quality", "missing"]
    static let mostBytes = 256 << 20

    static func read(_ path: String) throws(TrackersError) -> String {
        let data: Data
        do { data = try WholeFile.read(path, limit: mostBytes) } catch .tooLarge(let bytes, _) {
            throw .tooLarge(file: path, bytes: bytes)
        } catch .notFound { throw .unreadable(file: path, reason: "there is no such file") } catch .notAFile {
            throw .unreadable(file: path, reason: "it is no file")
        } catch { throw .unreadable(file: path, reason: "it cannot be opened") }
        guard let text = String(data: data, encoding: .utf8) else { throw .notText(file: path) }
        return text
    }

    static func sample<Body: Frame>(
        _ text: Substring, line: Int, file: String, of _: Body.Type
    ) throws(TrackersError) -> TrackerSample<Body> {
        let cells = text.split(separator: ",", omittingEmptySubsequences: false)
        guard cells.count == columns.count else {
            throw .wrongCount(file: file, line: line, found: cells.count, expected: columns.count)
        }
        func bad(_ column: Int) -> TrackersError {
            .badNumber(file: file, line: line, column: columns[column], value: String(cells[column].prefix(80)))
        }
        func number(_ column: Int) throws(TrackersError) -> Double {
            let cell = cells[column].trimmingCharacters(in: .whitespaces)
            guard let value = Double(cell), value.isFinite, abs(value) <= 1e9 else { throw bad(column) }
            return value
        }
        let time = try number(0)
        let missing = try number(9)
        guard missing == 0 || missing == 1 else { throw bad(9) }
        if missing == 1 { return .missing(at: time) }
        let p = Vector3(try number(1), try number(2), try number(3))
        let q = SIMD4(try number(4), try number(5), try number(6), try number(7))
        let length = (q * q).sum().squareRoot()
        guard abs(length - 1) <= 1e-3, let unit = Quaternion(w: q[0], x: q[1], y: q[2], z: q[3]) else {
            throw .notARotation(file: file, line: line, length: length)
        }
        let quality = try number(8)
        guard quality >= 0 else { throw bad(8) }
        return TrackerSample(pose: Pose(rotation: Rotation(unit), translation: p), time: time, errorRMS: quality)
    }
}
