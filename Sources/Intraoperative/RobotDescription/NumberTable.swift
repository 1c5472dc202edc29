import Foundation

/// A table of numbers with named columns (CSV: a header, commas, a row a line), checked as it is read.
public struct NumberTable: Equatable, Sendable {
    public static let mostBytes = 512 << 20

    public var columns: [String]
    /// As many numbers in each as there are columns.
    public var rows: [[Double]]

    public init(columns: [String], rows: [[Double]]) {
        self.columns = columns
        self.rows = rows
    }

    /// Reads `path`, whose columns must be exactly `columns`, in any order; the answer has them in the order asked for.
    ///
    /// - Throws: `RobotDescriptionError.unreadable`, `.tooLarge`, or `.table` with the line.
    public static func read(_ path: String, columns: [String]) throws(RobotDescriptionError) -> NumberTable {
        let data = try readFile(path, mostBytes: mostBytes)
        guard let text = String(data: data, encoding: .utf8) else {
            throw .table(file: path, line: nil, .noHeader)
        }
        return try parse(text, file: path, columns: columns)
    }

    /// Reads a table from text; `file` is for messages.
    public static func parse(
        _ text: String, file: String, columns: [String]
    ) throws(RobotDescriptionError) -> NumberTable {
        var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        while let last = lines.last, last.allSatisfy(\.isWhitespace) { lines.removeLast() }
        guard let header = lines.first else { throw .table(file: file, line: nil, .noHeader) }
        let found = fields(header.hasPrefix("\u{FEFF}") ? header.dropFirst() : header)
        guard found.count == columns.count, Set(found) == Set(columns) else {
            throw .table(file: file, line: 1, .wrongColumns(found: Array(found.prefix(32)), expected: columns))
        }
        let order = columns.map { found.firstIndex(of: $0) ?? 0 }
        var rows: [[Double]] = []
        rows.reserveCapacity(lines.count)
        for (number, line) in lines.enumerated().dropFirst() {
            rows.append(try row(line, line: number + 1, file: file, columns: columns, order: order))
        }
        return NumberTable(columns: columns, rows: rows)
    }

    private static func row(
        _ line: Substring, line number: Int, file: String, columns: [String], order: [Int]
    ) throws(RobotDescriptionError) -> [Double] {
        let cells = line.split(separator: ",", omittingEmptySubsequences: false)
        guard cells.count == columns.count else {
            throw .table(file: file, line: number, .wrongCount(found: cells.count, expected: columns.count))
        }
        var values: [Double] = []
        values.reserveCapacity(columns.count)
        for (column, at) in zip(columns, order) {
            let text = cells[at].trimmingCharacters(in: .whitespaces)
            guard let value = Double(text), value.isFinite else {
                throw .table(file: file, line: number, .badNumber(column: column, value: String(text.prefix(80))))
            }
            values.append(value)
        }
        return values
    }

    private static func fields(_ line: Substring) -> [String] {
        line.split(separator: ",", omittingEmptySubsequences: false).map { $0.trimmingCharacters(in: .whitespaces) }
    }

    /// The table as CSV, each number in the fewest digits that read back as the same number.
    public var csv: String {
        var text = columns.joined(separator: ",") + "\n"
        for row in rows {
            text += row.map { "\($0)" }.joined(separator: ",") + "\n"
        }
        return text
    }
}
