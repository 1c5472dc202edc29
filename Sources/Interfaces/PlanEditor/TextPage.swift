import Foundation
import Frames
import Imaging
import Planning
import TerminalKit

/// A page of text where the pictures are: help, approval, comparison.
struct TextPage {
    struct Line {
        var text: String
        var isHead = false
        var isWarning = false
    }

    var title: String
    var lines: [Line]
    var foot: String

    /// - Parameter part: of a page that is longer than the screen; behind the last it begins anew.
    func draw(in rect: CellRect, part: Int, _ grid: inout CellGrid, _ scheme: ColorScheme) {
        let back = CellStyle(scheme.text, on: scheme.panel)
        grid.fill(rect, with: Cell(" ", back))
        let inner = rect.inset(1, 0)
        let head = CellStyle(scheme.title, on: scheme.panel, bold: true)
        grid.write(title, column: inner.column, row: inner.row, style: head, within: inner)
        // The page's number takes its place in the foot before it is known.
        let rows = max(inner.height - 2 - (Self.pageWords(1, 1) + foot).wrapped(to: inner.width).count, 1)
        // Columns where they are wide enough to read in; what is longer than one goes on below, moved in.
        let most = max(inner.width / 46, 1)
        let columns = max(1, min((lines.count + rows - 1) / rows, most))
        let width = inner.width / columns
        let lines = lines.flatMap { Self.wrapped($0, columns > 1 ? width - 1 : width) }
        let parts = max((lines.count + rows * columns - 1) / (rows * columns), 1)
        let first = part % parts * rows * columns
        for (i, line) in lines.dropFirst(first).prefix(rows * columns).enumerated() {
            let box = CellRect(
                column: inner.column + i / rows * width, row: inner.row + 2, width: max(width - 1, 1), height: rows)
            let color = line.isWarning ? scheme.bad : line.isHead ? scheme.focus : scheme.text
            grid.write(
                line.text, column: box.column, row: box.row + i % rows,
                style: CellStyle(color, on: scheme.panel, bold: line.isHead || line.isWarning), within: box)
        }
        let words = (parts > 1 ? Self.pageWords(part % parts + 1, parts) : "") + foot
        let below = words.wrapped(to: inner.width)
        for (i, line) in below.enumerated() {
            grid.write(
                line, column: inner.column, row: inner.rows.upperBound - below.count + i,
                style: CellStyle(scheme.dim, on: scheme.panel), within: inner)
        }
    }

    private static func pageWords(_ part: Int, _ parts: Int) -> String { "page \(part) of \(parts), Space turns · " }

    private static func wrapped(_ line: Line, _ width: Int) -> [Line] {
        guard line.text.count > width else { return [line] }
        return line.text.wrapped(to: width - 3).enumerated().map { i, text in
            Line(text: (i == 0 ? "" : "   ") + text, isHead: line.isHead, isWarning: line.isWarning)
        }
    }

    /// Every key, from the table that obeys them.
    static var help: TextPage {
        var lines: [Line] = []
        for group in EditorCommand.Group.allCases {
            lines.append(Line(text: group.rawValue, isHead: true))
            for binding in KeyBinding.table where binding.group == group {
                let keys = binding.keys.joined(separator: " ").padding(toLength: 10, withPad: " ", startingAt: 0)
                lines.append(Line(text: "\(keys) \(binding.help)"))
            }
        }
        lines += [
            Line(text: "Mouse", isHead: true), Line(text: "click      cursor; in the list, an item"),
            Line(text: "drag       entry, tip, or barrel"), Line(text: "wheel      slices; with Ctrl, size"),
            Line(text: "right drag window level and width"), Line(text: "3-D drag   turns it"),
        ]
        return TextPage(title: "Keys", lines: lines, foot: "any key goes back")
    }

    static func approval(_ model: EditorModel) -> TextPage {
        let obstacles = model.obstacles
        var lines: [Line] = []
        for item in model.items {
            let own = obstacles.filter { $0.id == item.id }
            if own.isEmpty {
                lines.append(Line(text: "✓ \(item.id): looked at, every limit holds"))
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
        let title =
            unseen == 0
            ? "Approve: everything was looked at" : "Approve: \(unseen) of \(model.items.count) not looked at in full"
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
        if let m = a.screwMetrics, let n = b.screwMetrics {
            if m.grade != n.grade { found.append("grade \(m.grade.rawValue) → \(n.grade.rawValue)") }
            if abs(m.margin - n.margin) > 0.005 {
                found.append(String(format: "margin %.2f → %.2f mm", m.margin, n.margin))
            }
            if abs(m.medialMargin - n.medialMargin) > 0.005 {
                found.append(String(format: "canal %.2f → %.2f mm", m.medialMargin, n.medialMargin))
            }
        }
        if let m = a.trajectoryMetrics, let n = b.trajectoryMetrics {
            for key in ["vessel_distance_mm", "risk", "skull_angle_deg"] {
                guard let x = m.json[key]?.number, let y = n.json[key]?.number, abs(x - y) > 0.005 else { continue }
                found.append(String(format: "\(MetricKey.short(key)) %.2f → %.2f", x, y))
            }
        }
        if a.alternativeTo != b.alternativeTo {
            found.append(b.alternativeTo.map { "now an alternative to \($0)" } ?? "now to be carried out")
        }
        if a.note != b.note { found.append(b.note.map { "note: \($0)" } ?? "note taken away") }
        if a.level != b.level { found.append("level \(a.level?.name ?? "–") → \(b.level?.name ?? "–")") }
        return found
    }
}
