import Foundation

/// A batch's results as a table: one line a case, the same bytes for the same results.
public struct BatchTable: Equatable, Sendable {
    public static let schema = "stylet.batch/1"
    public let results: [BatchResult]

    public init(_ results: [BatchResult]) { self.results = results }

    /// Screws of all cases, those with the smallest margins first.
    public func worst(_ count: Int) -> [(result: BatchResult, screw: BatchResult.Screw)] {
        let all = results.flatMap { result in result.screws.map { (result, $0) } }
        let sorted = all.sorted { ($0.1.margin, $0.0.name, $0.1.id) < ($1.1.margin, $1.0.name, $1.1.id) }
        return sorted.prefix(count).map { (result: $0.0, screw: $0.1) }
    }

    private static let columns = [
        "case", "status", "screws", "grade_a", "grade_b", "grade_c_to_e", "refused", "smallest_margin_mm",
        "worst_screw",
        "smallest_medial_margin_mm", "uncertain_levels", "reason",
    ]

    /// RFC 4180, with a header.
    public var csv: String {
        let rows = results.map { result in
            [
                result.name, result.status.rawValue, "\(result.screws.count)", "\(result.count(.A ... .A))",
                "\(result.count(.B ... .B))", "\(result.count(.C ... .E))",
                "\(result.status == .failed ? 0 : result.reasons.count)", Self.text(result.worst?.margin),
                result.worst?.id ?? "", Self.text(result.screws.map(\.medialMargin).min()),
                result.uncertainLevels.joined(separator: " "), result.reasons.map(\.message).joined(separator: " "),
            ]
        }
        return ([Self.columns] + rows).map { $0.map(Self.field).joined(separator: ",") + "\r\n" }.joined()
    }

    private static func text(_ x: Double?) -> String {
        x.map { String(format: "%.2f", locale: Locale(identifier: "en_US_POSIX"), $0) } ?? ""
    }

    /// Quoted where it must be; a leading sign that a spreadsheet would take for a formula gets an apostrophe.
    private static func field(_ text: String) -> String {
        let safe = text.first.map { "=+-@\t\r".contains($0) } == true && Double(text) == nil ? "'" + text : text
        guard safe.contains(where: { "\",\r\n".contains($0) || $0.isNewline }) else { return safe }
        return "\"" + safe.replacing("\"", with: "\"\"") + "\""
    }

    public var json: JSONValue {
        .object(["schema": .string(Self.schema), "cases": .array(results.map(\.json)), "summary": summary])
    }

    public var summary: JSONValue {
        let screws = results.flatMap(\.screws)
        var counts: [String: JSONValue] = [:]
        for status in BatchResult.Status.allCases {
            counts[status.rawValue] = .number(Double(results.count { $0.status == status }))
        }
        for grade in GertzbeinRobbins.allCases {
            counts["grade_" + grade.rawValue.lowercased()] = .number(Double(screws.count { $0.grade == grade }))
        }
        counts["cases"] = .number(Double(results.count))
        counts["screws"] = .number(Double(screws.count))
        return .object(counts)
    }

    /// Writes `table.csv` and `table.json` into a folder.
    ///
    /// - Throws: `PlanningError.file`.
    public func write(to folder: String) throws(PlanningError) {
        try FileBytes.write(Array(csv.utf8), to: "\(folder)/table.csv")
        try FileBytes.write(json.prettyBytes, to: "\(folder)/table.json")
    }
}
