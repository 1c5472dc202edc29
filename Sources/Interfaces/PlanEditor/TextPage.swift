import Foundation
import Frames
import Imaging
import Planning
import SliceDrawing
import TerminalKit

/// A page of text where the pictures are: help, approval, comparison.
struct TextPage {
    struct Line {
        /// Before the text, and never broken: the text goes on beside it.
        var lead = ""
        var text: String
        var isHead = false
        var isWarning = false

        /// Lines of at most so many columns; what goes on below is moved in.
        func wrapped(to width: Int) -> [Line] {
            let isOne = lead.isEmpty && text.wrapped(to: width).count == 1
            let indent = lead.isEmpty ? isOne ? 0 : 3 : lead.count
            return text.wrapped(to: width - indent).enumerated().map { i, part in
                let before = i == 0 ? lead : String(repeating: " ", count: indent)
                return Line(text: before + part, isHead: isHead, isWarning: isWarning)
            }
        }
    }

    var title: String
    var lines: [Line]
    var foot: String

    /// - Parameter part: of a page that is longer than the screen; behind the last it begins anew.
    func draw(in rect: CellRect, part: Int, _ grid: inout CellGrid, _ scheme: ColorScheme) {
        grid.fill(rect, with: Cell(" ", CellStyle(scheme.text, on: scheme.panel)))
        let inner = rect.inset(1, 0)
        let head = title.wrapped(to: inner.width)
        // The page's number takes its place in the foot before it is known.
        let reserved = (Self.pageWords(99, 99) + foot).wrapped(to: inner.width).count
        let body = CellRect(
            column: inner.column, row: inner.row + head.count + 1, width: inner.width,
            height: max(inner.height - head.count - 1 - reserved, 1))
        let parts = drawBody(in: body, part, &grid, scheme)
        let words = (parts > 1 ? Self.pageWords(part % parts + 1, parts) : "") + foot
        let below = words.wrapped(to: inner.width)
        write(head, inner.row, CellStyle(scheme.title, on: scheme.panel, bold: true), inner, &grid)
        write(below, inner.rows.upperBound - below.count, CellStyle(scheme.dim, on: scheme.panel), inner, &grid)
    }

    private func write(_ lines: [String], _ row: Int, _ style: CellStyle, _ box: CellRect, _ grid: inout CellGrid) {
        for (i, line) in lines.enumerated() {
            grid.write(line, column: box.column, row: row + i, style: style, within: box)
        }
    }

    /// Columns where they are wide enough to read in.
    /// - Returns: how many parts the page has.
    private func drawBody(in body: CellRect, _ part: Int, _ grid: inout CellGrid, _ scheme: ColorScheme) -> Int {
        let rows = body.height
        let columns = max(1, min((lines.count + rows - 1) / rows, body.width / 46))
        let width = body.width / columns
        // The last cell of a column keeps its text from the next one's.
        let room = columns > 1 ? width - 1 : width
        let lines = lines.flatMap { $0.wrapped(to: room) }
        let parts = max((lines.count + rows * columns - 1) / (rows * columns), 1)
        let shown = lines.dropFirst(part % parts * rows * columns).prefix(rows * columns)
        for (i, line) in shown.enumerated() {
            let box = CellRect(column: body.column + i / rows * width, row: body.row, width: room, height: rows)
            let color = line.isWarning ? scheme.bad : line.isHead ? scheme.focus : scheme.text
            grid.write(
                line.text, column: box.column, row: box.row + i % rows,
                style: CellStyle(color, on: scheme.panel, bold: line.isHead || line.isWarning), within: box)
        }
        return parts
    }

    private static func pageWords(_ part: Int, _ parts: Int) -> String { "page \(part) of \(parts), Space turns · " }

    /// Every key, from the table that obeys them.
    static var help: TextPage {
        var lines: [Line] = []
        for group in EditorCommand.Group.allCases {
            lines.append(Line(text: group.rawValue, isHead: true))
            for binding in KeyBinding.table where binding.group == group {
                lines.append(key(binding.keys.joined(separator: " "), binding.help))
            }
        }
        lines += [
            Line(text: "Mouse", isHead: true), key("click", "cursor; in the list, an item"),
            key("drag", "entry, tip, or barrel"), key("wheel", "slices; with Ctrl, size"),
            key("right drag", "window level and width"), key("3-D drag", "turns it"),
        ]
        return TextPage(title: "Keys", lines: lines, foot: "any key goes back")
    }

    private static func key(_ names: String, _ text: String) -> Line {
        Line(lead: names + String(repeating: " ", count: max(12 - names.count, 1)), text: text)
    }

    static func approval(_ model: EditorModel) -> TextPage {
        let obstacles = model.obstacles
        var lines: [Line] = []
        for item in model.items {
            let own = obstacles.filter { $0.id == item.id }
            if own.isEmpty {
                let other = item.alternativeTo.map { "an alternative to \($0), not carried out; every limit holds" }
                lines.append(Line(text: "✓ \(item.id): \(other ?? "looked at, every limit holds")"))
            } else {
                lines += own.map {
                    Line(text: "\($0.isLimit ? "!" : "·") \(item.id): \($0.text)", isWarning: $0.isLimit)
                }
            }
        }
        if model.items.isEmpty {
            lines.append(Line(text: "The plan is empty: there is nothing to sign.", isWarning: true))
        }
        let unseen = Set(obstacles.filter { !$0.isLimit }.map(\.id)).count
        let count = model.items.count { $0.alternativeTo == nil }
        let title =
            unseen == 0 ? "Approve: everything was looked at" : "Approve: \(unseen) of \(count) not looked at in full"
        return TextPage(
            title: title, lines: lines, foot: "S sign all the same · Enter go to the first · any other key back")
    }

    /// The plan against another, item by item.
    static func comparison(_ model: EditorModel) -> TextPage {
        let (old, new) = (model.comparison.items, model.items)
        var lines: [Line] = []
        for item in new {
            guard let before = old.first(where: { $0.id == item.id }) else {
                lines.append(Line(text: "+ \(item.id): new"))
                continue
            }
            lines += difference(before, item).map { Line(text: "\(item.id): \($0)") }
        }
        for item in old where !new.contains(where: { $0.id == item.id }) {
            lines.append(Line(text: "− \(item.id): taken out", isWarning: true))
        }
        if lines.isEmpty { lines.append(Line(text: "no difference")) }
        let other = model.options.comparison == nil ? "the plan as it was opened" : "the other plan"
        return TextPage(title: "Differences from \(other)", lines: lines, foot: "any key goes back")
    }

    private static func difference(_ a: PlanItem, _ b: PlanItem) -> [String] {
        guard a != b else { return [] }
        var found = moved(a, b) + measured(a, b)
        if a.alternativeTo != b.alternativeTo {
            found.append(b.alternativeTo.map { "now an alternative to \($0)" } ?? "now to be carried out")
        }
        if a.note != b.note { found.append(b.note.map { "note: \($0)" } ?? "note taken away") }
        if a.level != b.level { found.append("level \(a.level?.name ?? "–") → \(b.level?.name ?? "–")") }
        return found
    }

    private static func moved(_ a: PlanItem, _ b: PlanItem) -> [String] {
        var found: [String] = []
        let (entry, tip) = (a.entry.distance(to: b.entry), a.target.distance(to: b.target))
        if entry > 1e-6 || tip > 1e-6 {
            let turn = angle((a.target - a.entry).vector, (b.target - b.entry).vector)
            found.append(
                String(format: "entry %.2f mm, tip %.2f mm, turned %.2f°", entry, tip, degrees(radians: turn)))
        }
        if a.diameter != b.diameter || abs(a.length - b.length) > 0.01 {
            found.append("\(a.diameter.short) × \(a.length.short) → \(b.diameter.short) × \(b.length.short) mm")
        }
        return found
    }

    private static func measured(_ a: PlanItem, _ b: PlanItem) -> [String] {
        var found: [String] = []
        if let m = a.screwMetrics, let n = b.screwMetrics {
            if m.grade != n.grade { found.append("grade \(m.grade.rawValue) → \(n.grade.rawValue)") }
            for (name, x, y) in [("margin", m.margin, n.margin), ("canal", m.medialMargin, n.medialMargin)]
            where abs(x - y) > 0.005 {
                found.append(String(format: "\(name) %.2f → %.2f mm", x, y))
            }
        }
        guard let m = a.trajectoryMetrics, let n = b.trajectoryMetrics else { return found }
        for key in ["vessel_distance_mm", "risk", "skull_angle_deg"] {
            guard let x = m.json[key]?.number, let y = n.json[key]?.number, abs(x - y) > 0.005 else { continue }
            found.append(String(format: "\(MetricKey.short(key)) %.2f → %.2f", x, y))
        }
        return found
    }
}
