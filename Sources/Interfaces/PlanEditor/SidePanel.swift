import Foundation
import Frames
import Imaging
import Planning
import SliceDrawing
import TerminalKit

/// The list of items, and the numbers of the selected one as they change.
struct SidePanel {
    let model: EditorModel
    let scheme: ColorScheme

    func draw(in rect: CellRect, _ grid: inout CellGrid) {
        grid.fill(rect, with: Cell(" ", CellStyle(scheme.text, on: scheme.panel)))
        let inner = CellRect(column: rect.column + 1, row: rect.row, width: rect.width - 2, height: rect.height)
        let numbers = numberLines.flatMap { wrapped($0, inner.width) }
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
        let hasScrews = model.items.contains(where: \.kind.isScrew)
        let title = "item".padding(toLength: rect.width - 17, withPad: " ", startingAt: 0)
        grid.write(
            title + (hasScrews ? "size mm   margin" : "    mm   vessel"), column: rect.column, row: rect.row,
            style: head,
            within: rect)
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
        let unseen = model.unseen(item).isEmpty ? " " : "·"
        // A path has no catalogue's size: its name may be longer.
        let name = item.alternativeTo == nil ? item.id : "or " + item.id
        let size =
            item.kind.isScrew
            ? String(format: "%3.1f×%-3.0f", item.diameter, item.length) : String(format: "%5.0f", item.length)
        let id = name.padding(toLength: max(rect.width - 12 - size.count, 8), withPad: " ", startingAt: 0)
        let nearest = item.screwMetrics?.margin ?? item.trajectoryMetrics?.vesselDistance
        let margin = nearest.map { String(format: "%6.2f", $0) } ?? "     –"
        var at = grid.write(
            "\(isSelected ? "▸" : " ")\(unseen)\(id) \(size)\(margin) ", column: rect.column, row: row,
            style: CellStyle(isSelected ? scheme.title : scheme.text, on: back, bold: isSelected), within: rect)
        at = grid.write(mark, column: at, row: row, style: CellStyle(color, on: back, bold: true), within: rect)
    }

    /// The grade, with a mark where a limit is broken.
    private func look(of item: PlanItem) -> (text: String, color: RGB) {
        // Grades are those of screws through a pedicle; others are judged by their margins.
        let grade = item.kind == .pedicleScrew ? item.screwMetrics?.grade.rawValue ?? "?" : "✓"
        if !model.isMeasured(item) { return (model.session.isMeasuring(item) ? "…" : "?", scheme.dim) }
        if !model.faults(item).isEmpty { return ("\(grade == "✓" ? "" : grade)!", scheme.bad) }
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
            line.value, column: max(column + 18, at + 1), row: row,
            style: CellStyle(line.color ?? scheme.text, on: scheme.panel, bold: line.isBold), within: rect)
    }

    /// A line too long for the panel goes on below, moved in.
    private func wrapped(_ line: Line, _ width: Int) -> [Line] {
        guard line.value.isEmpty, line.name.count > width else { return [line] }
        let parts = line.name.wrapped(to: width - 2)
        return parts.enumerated().map { i, part in
            Line(name: (i == 0 ? "" : "  ") + part, color: line.color, isBold: line.isBold)
        }
    }

    private var numberLines: [Line] {
        guard let item = model.item else { return [Line(name: "no item")] }
        var lines = [
            Line(
                name: "\(item.id)  \(item.diameter.short) × \(item.length.short) mm", color: scheme.title, isBold: true)
        ]
        if let other = item.alternativeTo { lines.append(Line(name: "instead of \(other): c chooses it")) }
        if let level = item.level, model.isUncertain(item) {
            lines.append(Line(name: "level \(level.name) uncertain: count!", color: scheme.fair))
        }
        lines += measured(item)
        if let note = item.note { lines.append(Line(name: "note: \(note)")) }
        for fault in model.faults(item) {
            lines.append(Line(name: "! " + fault, color: scheme.bad, isBold: true))
        }
        return lines
    }

    private func measured(_ item: PlanItem) -> [Line] {
        if let metrics = item.screwMetrics { return screwLines(item, metrics) }
        if let metrics = item.trajectoryMetrics {
            let rest = model.isMeasured(item) ? [] : [Line(name: "being checked …", color: scheme.fair)]
            return pathLines(item, metrics) + rest
        }
        if let refusal = model.session.refusal(of: item.level) {
            return [Line(name: LimitWords.text(refusal), color: scheme.fair)]
        }
        return [Line(name: model.session.isMeasuring(item) ? "being measured …" : "not measured", color: scheme.fair)]
    }

    private func screwLines(_ item: PlanItem, _ m: ScrewMetrics) -> [Line] {
        let broken = Set(model.broken(item).map(\.name.key))
        let json = m.json(diameter: item.diameter, kind: item.kind)
        var lines: [Line] = []
        if item.kind == .pedicleScrew {
            let color = m.grade == .A ? scheme.good : scheme.bad
            lines.append(
                Line(name: MetricKey.short("gertzbein_robbins"), value: m.grade.rawValue, color: color, isBold: true))
        }
        let keys = [
            "margin_mm", "medial_margin_mm", "anterior_margin_mm", "isthmus_fill", "artery_margin_mm",
            "endplate_clearance_mm", "mean_hu", "convergence_deg", "cranial_tilt_deg",
        ]
        // A breach is the same break as the margin's.
        let marks = broken.contains("breach_mm") ? broken.union(["margin_mm"]) : broken
        return lines + keys.compactMap { line($0, json[$0]?.number, isBroken: marks.contains($0)) }
    }

    private func pathLines(_ item: PlanItem, _ m: TrajectoryMetrics) -> [Line] {
        let limits = TrajectoryLimits()
        let found = limits.broken(by: m, skullAngle: limits.largestSkullAngle, ventricleMargin: -1e9)
        let broken = Set(found.map(\.name.key))
        var json = m.json
        for key in ["electrode_spacing_mm", "bolt_spacing_mm"] { json[key] = item.metrics[key] }
        let keys = [
            "vessel_distance_mm", "risk", "skull_angle_deg", "depth_mm", "brain_length_mm", "ventricle_distance_mm",
            "no_go_distance_mm", "bone_distance_mm", "midline_crossing_mm", "electrode_spacing_mm", "bolt_spacing_mm",
        ]
        var lines = keys.compactMap { line($0, json[$0]?.number, isBroken: broken.contains($0)) }
        if m.vesselDistance == nil {
            lines.insert(Line(name: "vessels", value: "unknown", color: scheme.fair, isBold: true), at: 0)
        }
        return lines
    }

    /// A number with its name and unit; `nil` where there is none.
    private func line(_ key: String, _ value: Double?, isBroken: Bool) -> Line? {
        guard let value else { return nil }
        let text =
            switch MetricKey.unit(key) {
            case "mm": String(format: "%.2f mm", value)
            case "°": String(format: "%.1f°", value)
            case "HU": String(format: "%.0f HU", value)
            default: key == "isthmus_fill" ? String(format: "%.0f %%", value * 100) : String(format: "%.3f", value)
            }
        return Line(name: MetricKey.short(key), value: text, color: isBroken ? scheme.bad : nil, isBold: isBroken)
    }
}
