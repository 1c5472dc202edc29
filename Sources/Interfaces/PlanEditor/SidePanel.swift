import Foundation
import Frames
import Imaging
import Planning
import TerminalKit

/// The list of items, and the numbers of the selected one as they change.
struct SidePanel {
    let model: EditorModel
    let scheme: ColorScheme

    func draw(in rect: CellRect, _ grid: inout CellGrid) {
        grid.fill(rect, with: Cell(" ", CellStyle(scheme.text, on: scheme.panel)))
        let inner = CellRect(column: rect.column + 1, row: rect.row, width: rect.width - 2, height: rect.height)
        let numbers = numberLines
        let listHeight = max(min(model.items.count + 1, inner.height - numbers.count - 1), 4)
        let (list, below) = inner.split(top: listHeight)
        drawList(list, &grid)
        for (i, line) in numbers.prefix(max(below.height - 1, 0)).enumerated() {
            draw(line, column: below.column, row: below.row + 1 + i, within: below, &grid)
        }
    }

    // MARK: The list

    private func drawList(_ rect: CellRect, _ grid: inout CellGrid) {
        let head = CellStyle(scheme.dim, on: scheme.panel)
        grid.write("item        size mm   margin", column: rect.column, row: rect.row, style: head, within: rect)
        model.listRows = [:]
        let rows = max(rect.height - 1, 1)
        let first = min(max(model.state.selected - rows / 2, 0), max(model.items.count - rows, 0))
        for (i, item) in model.items.enumerated().dropFirst(first).prefix(rows) {
            let row = rect.row + 1 + i - first
            model.listRows[row] = i
            drawRow(item, isSelected: i == model.state.selected, row, rect, &grid)
        }
        if first + rows < model.items.count {
            grid.write(
                "↓ \(model.items.count - first - rows) more", column: rect.columns.upperBound - 8,
                row: rect.rows.upperBound - 1, style: head, within: rect)
        }
    }

    private func drawRow(
        _ item: PlanItem, isSelected: Bool, _ row: Int, _ rect: CellRect, _ grid: inout CellGrid
    ) {
        let back = isSelected ? scheme.bar : scheme.panel
        grid.fill(
            CellRect(column: rect.column, row: row, width: rect.width, height: 1),
            with: Cell(" ", CellStyle(nil, on: back)))
        let (mark, color) = look(of: item)
        let unseen = model.review.missing(item).isEmpty ? " " : "·"
        let id = item.id.padding(toLength: 9, withPad: " ", startingAt: 0)
        let margin = item.screwMetrics.map { String(format: "%6.2f", $0.margin) } ?? "     –"
        let size = String(format: "%3.1f×%-3.0f", item.diameter, item.length)
        var at = grid.write(
            "\(isSelected ? "▸" : " ")\(unseen)\(id) \(size)\(margin) ", column: rect.column, row: row,
            style: CellStyle(isSelected ? scheme.title : scheme.text, on: back, bold: isSelected), within: rect)
        at = grid.write(mark, column: at, row: row, style: CellStyle(color, on: back, bold: true), within: rect)
    }

    /// The grade, with a mark where a limit is broken.
    private func look(of item: PlanItem) -> (text: String, color: RGB) {
        // Grades are those of screws through a pedicle; others are judged by their margins.
        let grade = item.kind == .pedicleScrew ? item.screwMetrics?.grade.rawValue ?? "?" : "✓"
        if item.screwMetrics == nil { return (model.session.isMeasuring ? "…" : "?", scheme.dim) }
        if !model.broken(item).isEmpty { return ("\(grade)!", scheme.bad) }
        return (grade, grade == "A" || grade == "✓" ? scheme.good : scheme.fair)
    }

    // MARK: The numbers

    private struct Line {
        var name: String
        var value = ""
        var color: RGB?
        var isBold = false
    }

    private func draw(_ line: Line, column: Int, row: Int, within rect: CellRect, _ grid: inout CellGrid) {
        let style = CellStyle(line.color ?? scheme.dim, on: scheme.panel, bold: line.isBold)
        let at = grid.write(
            line.name, column: column, row: row,
            style: line.value.isEmpty ? style : CellStyle(scheme.dim, on: scheme.panel), within: rect)
        guard !line.value.isEmpty else { return }
        grid.write(
            line.value, column: max(column + 17, at + 1), row: row,
            style: CellStyle(line.color ?? scheme.text, on: scheme.panel, bold: line.isBold), within: rect)
    }

    private var numberLines: [Line] {
        guard let item = model.item else { return [Line(name: "no item")] }
        var lines = [
            Line(
                name: "\(item.id)  \(item.diameter.short) × \(item.length.short) mm", color: scheme.title, isBold: true)
        ]
        if let level = item.level, model.isUncertain(item) {
            lines.append(Line(name: "level \(level.name) uncertain: count!", color: scheme.fair))
        }
        if let metrics = item.screwMetrics {
            lines += screwLines(item, metrics)
        } else if let refusal = model.session.refusal(of: item.level) {
            lines.append(Line(name: LimitWords.text(refusal), color: scheme.fair))
        } else if model.session.isMeasuring {
            lines.append(Line(name: "measuring …"))
        } else {
            lines += otherLines(item)
        }
        if let note = item.note { lines.append(Line(name: "note: \(note)")) }
        for limit in model.broken(item) {
            lines.append(Line(name: "! " + LimitWords.text(limit), color: scheme.bad, isBold: true))
        }
        return lines
    }

    private func screwLines(_ item: PlanItem, _ m: ScrewMetrics) -> [Line] {
        let limits = model.options.limits
        func line(_ name: String, _ value: String, bad: Bool = false) -> Line {
            Line(name: name, value: value, color: bad ? scheme.bad : nil, isBold: bad)
        }
        func mm(_ x: Double, _ digits: Int = 2) -> String { String(format: "%.\(digits)f mm", x) }
        var lines: [Line] = []
        if item.kind == .pedicleScrew {
            let color = m.grade == .A ? scheme.good : scheme.bad
            lines.append(Line(name: "grade", value: m.grade.rawValue, color: color, isBold: true))
        }
        lines += [
            line("margin to bone", mm(m.margin), bad: m.breach > limits.largestBreach),
            line("to the canal", mm(m.medialMargin), bad: m.medialMargin < limits.smallestMedialMargin),
            line("bone ahead", mm(m.anteriorMargin, 1), bad: m.anteriorMargin < limits.smallestAnteriorMargin),
        ]
        if let fill = m.fill(diameter: item.diameter) {
            lines.append(line("isthmus filled", String(format: "%.0f %%", fill * 100), bad: fill > limits.largestFill))
        }
        if let e = m.arteryMargin { lines.append(line("to the artery", mm(e), bad: e < limits.smallestArteryMargin)) }
        if let e = m.endplateClearance { lines.append(line("to endplates", mm(e, 1))) }
        lines.append(line("density", String(format: "%.0f HU", m.meanDensity)))
        lines.append(
            line(
                "convergence", String(format: "%.1f°", degrees(radians: m.convergence)),
                bad: !limits.convergence.contains(m.convergence)))
        lines.append(
            line(
                "tilt", String(format: "%.1f°", degrees(radians: m.cranialTilt)),
                bad: abs(m.cranialTilt) > limits.largestTilt))
        return lines
    }

    /// Whatever the plan says of items that are no screws.
    private func otherLines(_ item: PlanItem) -> [Line] {
        guard !item.metrics.isEmpty else { return [Line(name: "moved: measure with plan check", color: scheme.fair)] }
        return item.metrics.keys.sorted().compactMap { key in
            item.metrics[key]?.number.map {
                Line(name: key.replacingOccurrences(of: "_", with: " "), value: $0.short)
            }
        }
    }
}
