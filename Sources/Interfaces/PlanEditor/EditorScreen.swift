import Frames
import Imaging
import Planning
import SliceDrawing
import TerminalKit

/// Draws the editor's screen.
public struct EditorScreen {
    let model: EditorModel
    /// Pixels of a cell where the terminal shows real pictures; `nil` for half blocks.
    public var pixels: (x: Int, y: Int)?

    private var columns = 80

    public init(_ model: EditorModel, pixels: (x: Int, y: Int)? = nil) { (self.model, self.pixels) = (model, pixels) }

    var state: EditorState { model.state }
    var scheme: ColorScheme { state.scheme }

    public func draw(columns: Int, rows: Int) -> TerminalFrame {
        var screen = self
        screen.columns = columns
        return screen.draw(rows: rows)
    }

    private func draw(rows: Int) -> TerminalFrame {
        var grid = CellGrid(
            width: columns, height: rows, filledWith: Cell(" ", CellStyle(scheme.text, on: scheme.panel)))
        guard columns >= ScreenLayout.smallest.columns, rows >= ScreenLayout.smallest.rows else {
            let need = "at least \(ScreenLayout.smallest.columns)×\(ScreenLayout.smallest.rows) cells"
            grid.write("Make the window larger: \(need).", column: 0, row: 0)
            return TerminalFrame(grid: grid, images: [])
        }
        var images: [PlacedImage] = []
        let layout = ScreenLayout(columns: columns, rows: rows, isWhole: state.isWhole)
        drawTitle(layout.title, &grid)
        if let page = page(layout.panes) {
            let area = CellRect(column: 0, row: 1, width: columns - layout.panel.width, height: rows - 2)
            model.state.shown = []
            page.draw(in: area, part: state.page, &grid, scheme)
        } else {
            drawPanes(layout.panes, &grid, &images)
        }
        SidePanel(model: model, scheme: scheme).draw(in: layout.panel, &grid)
        drawMessage(layout.message, &grid)
        return TerminalFrame(grid: grid, images: images.compactMap { $0.above(row: layout.message.row - coveredRows) })
    }

    /// A page of text in the pictures' place.
    private func page(_ panes: [CellRect]) -> TextPage? {
        switch state.mode {
        case .help: TextPage.help
        case .approval: TextPage.approval(model)
        case .comparison: TextPage.comparison(model)
        default: nil
        }
    }

    private func drawTitle(_ rect: CellRect, _ grid: inout CellGrid) {
        let style = CellStyle(scheme.title, on: scheme.bar, bold: true)
        grid.fill(rect, with: Cell(" ", style))
        let changed = model.session.isChanged ? " *" : ""
        let name = model.session.files.plan.split(separator: "/").last.map(String.init) ?? "plan"
        var at = grid.write(
            " Stylet  \(name)\(changed)", column: rect.column, row: rect.row, style: style, within: rect)
        let approvals = model.session.draft.plan.approvals.map(\.name)
        let signed = approvals.isEmpty ? "not approved" : "signed by \(approvals.joined(separator: ", "))"
        at = grid.write(
            "  \(signed)", column: at, row: rect.row, style: CellStyle(scheme.dim, on: scheme.bar), within: rect)
        let room = rect.columns.upperBound - at
        guard let right = settings.first(where: { $0.count < room }) else { return }
        grid.write(
            right, column: rect.columns.upperBound - right.count, row: rect.row,
            style: CellStyle(scheme.text, on: scheme.bar), within: rect)
    }

    /// What keys do now, and the window: as much of it as a title may have room for, the most first.
    private var settings: [String] {
        let window = state.window.name, help = "? help "
        let now: String
        if state.mode == .labels {
            let brush = state.brush
            now = "\(brush.tool.rawValue) \(brush.label?.name ?? "–") \(brush.radius.short) mm"
        } else {
            let moving = state.part == .whole ? "all" : state.part == .entry ? "entry" : "tip"
            now = "\(state.step.distance.short) mm \(degrees(radians: state.step.angle).short)° \(moving)"
        }
        return ["\(now)  \(window)  \(help)", "\(now)  \(help)", help]
    }

    /// What the line at the bottom says, in as many lines as it needs.
    private var message: (lines: [String], style: CellStyle) {
        var style = CellStyle(scheme.text, on: scheme.bar)
        var text = cursorText
        switch state.mode {
        case .prompt(let prompt): text = "\(prompt.title): \(prompt.text)▏"
        case .question(let question): text = question.text
        default:
            if let message = state.message {
                text = (message.isWarning ? "! " : "") + message.text
                if message.isWarning { style = CellStyle(RGB.black, on: scheme.fair, bold: true) }
            }
        }
        return (text.wrapped(to: columns - 2), style)
    }

    /// A long message grows upwards over the pictures; of one that is too long even so its end is shown.
    private func drawMessage(_ rect: CellRect, _ grid: inout CellGrid) {
        let (lines, style) = message
        let shown = lines.suffix(Self.mostMessageLines)
        for (i, line) in shown.enumerated() {
            let row = CellRect(
                column: rect.column, row: rect.row - shown.count + 1 + i, width: rect.width, height: 1)
            grid.fill(row, with: Cell(" ", style))
            grid.write(" " + line, column: row.column, row: row.row, style: style, within: row)
        }
    }

    private static let mostMessageLines = 6
    /// Rows of pictures that the message covers.
    private var coveredRows: Int { min(message.lines.count, Self.mostMessageLines) - 1 }

    /// Where the cursor is, and what is there.
    private var cursorText: String {
        let p = state.places.cursor
        let hu = model.session.ct.interpolated(at: p).map { "\(Int($0.rounded())) HU" } ?? "outside"
        let labels = model.session.draft.labels
        let i = labels.geometry.nearest(p)
        let name = labels.size.contains(i) && labels[i] != 0 ? labels[label: i].name : "no label"
        return "cursor \(p.x.tenths), \(p.y.tenths), \(p.z.tenths) mm  \(hu)  \(name)"
    }
}

extension Double {
    /// With one decimal.
    var tenths: String {
        let scaled = (self * 10).rounded()
        guard scaled.isFinite, abs(scaled) < 1e9 else { return "–" }
        let whole = Int(abs(scaled)), sign = scaled < 0 ? "-" : ""
        return "\(sign)\(whole / 10).\(whole % 10)"
    }
}
