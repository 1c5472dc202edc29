import Frames
import Imaging
import Planning
import TerminalKit

/// A picture for a terminal that shows real ones.
public struct PlacedImage: Equatable {
    public let rect: CellRect
    public let image: RasterImage
}

/// What a frame shows: cells, and pictures over some of them.
public struct EditorFrame {
    public let grid: CellGrid
    public let images: [PlacedImage]
}

/// Draws the editor's screen.
public struct EditorScreen {
    let model: EditorModel
    /// Pixels of a cell where the terminal shows real pictures; `nil` for half blocks.
    public var pixels: (x: Int, y: Int)?

    public init(_ model: EditorModel, pixels: (x: Int, y: Int)? = nil) { (self.model, self.pixels) = (model, pixels) }

    private var state: EditorState { model.state }
    private var scheme: ColorScheme { state.scheme }

    public func draw(columns: Int, rows: Int) -> EditorFrame {
        var grid = CellGrid(
            width: columns, height: rows, filledWith: Cell(" ", CellStyle(scheme.text, on: scheme.panel)))
        guard columns >= ScreenLayout.smallest.columns, rows >= ScreenLayout.smallest.rows else {
            let need = "at least \(ScreenLayout.smallest.columns)×\(ScreenLayout.smallest.rows) cells"
            grid.write("Make the window larger: \(need).", column: 0, row: 0)
            return EditorFrame(grid: grid, images: [])
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
        return EditorFrame(grid: grid, images: images)
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
        let moving = state.part == .whole ? "all" : state.part == .entry ? "entry" : "tip"
        let right =
            "\(state.step.distance.short) mm \(degrees(radians: state.step.angle).short)° \(moving)  \(state.window.name)  ? help "
        if rect.columns.upperBound - right.count > at {
            grid.write(
                right, column: rect.columns.upperBound - right.count, row: rect.row,
                style: CellStyle(scheme.text, on: scheme.bar), within: rect)
        }
    }

    private func drawMessage(_ rect: CellRect, _ grid: inout CellGrid) {
        var style = CellStyle(scheme.text, on: scheme.bar)
        grid.fill(rect, with: Cell(" ", style))
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
        grid.fill(rect, with: Cell(" ", style))
        grid.write(" " + text, column: rect.column, row: rect.row, style: style, within: rect)
    }

    /// Where the cursor is, and what is there.
    private var cursorText: String {
        let p = state.places.cursor
        let hu = model.session.ct.interpolated(at: p).map { "\(Int($0.rounded())) HU" } ?? "outside"
        let labels = model.session.draft.labels
        let i = labels.geometry.nearest(p)
        let name = labels.size.contains(i) && labels[i] != 0 ? labels[label: i].name : "no label"
        return "cursor \(p.x.tenths), \(p.y.tenths), \(p.z.tenths) mm  \(hu)  \(name)"
    }

    // MARK: Pictures

    private func drawPanes(_ rects: [CellRect], _ grid: inout CellGrid, _ images: inout [PlacedImage]) {
        let kinds = rects.count == 1 ? [focusedKind] : Array(state.panes.prefix(rects.count))
        var shown: [EditorState.Pane] = []
        for (kind, rect) in zip(kinds, rects) {
            let (head, body) = rect.split(top: 1)
            let scale = pixels ?? (1, 2)
            let plane = plane(kind, width: body.width * scale.x, height: body.height * scale.y)
            let pane = EditorState.Pane(kind: kind, rect: body, plane: plane, scale: scale)
            shown.append(pane)
            drawHead(kind, head, isFocused: shown.count - 1 == min(state.focus, rects.count - 1), &grid)
            guard let image = picture(pane) else {
                grid.write("nothing to show", column: body.column + 1, row: body.row, within: body)
                continue
            }
            if pixels == nil {
                grid.draw(image, in: body)
            } else {
                images.append(PlacedImage(rect: body, image: image))
            }
            drawLetters(kind, body, &grid)
            if let item = model.item { model.review.see(item, in: kind) }
        }
        model.state.shown = shown
    }

    /// The view that fills the screen: the focused one, also while panes are counted anew.
    private var focusedKind: ViewKind {
        state.panes[min(max(state.focus, 0), state.panes.count - 1)]
    }

    private func drawHead(_ kind: ViewKind, _ rect: CellRect, isFocused: Bool, _ grid: inout CellGrid) {
        let style = CellStyle(isFocused ? RGB.black : scheme.text, on: isFocused ? scheme.focus : scheme.bar)
        grid.fill(rect, with: Cell(" ", style))
        var text = " \(kind.title)"
        switch kind {
        case .barrel: text += "  \(state.places.depth.tenths) mm from the entry"
        case .alongFromBelow, .alongFromSide:
            let turn = degrees(radians: state.places.turn)
            if abs(turn) > 0.01 { text += "  turned \(turn.tenths)°" }
        default: break
        }
        grid.write(text, column: rect.column, row: rect.row, style: style, within: rect)
    }

    /// mm a pixel at the usual size: an area of 90 mm for a screw, 160 mm for slices of the body.
    private func plane(_ kind: ViewKind, width: Int, height: Int) -> PicturePlane? {
        let field = kind.followsItem ? (kind == .barrel ? 45.0 : 80.0) : 140.0
        let size = field / Double(max(min(width, height), 1)) * (state.zoom[kind] ?? 1)
        return state.places.plane(
            kind, item: model.item, axes: model.axes, width: width, height: height, millimetresPerPixel: size)
    }

    private func picture(_ pane: EditorState.Pane) -> RasterImage? {
        let (width, height) = (pane.rect.width * pane.scale.x, pane.rect.height * pane.scale.y)
        if pane.kind == .model { return modelPicture(width, height) }
        guard let plane = pane.plane else { return nil }
        let painter = SlicePainter(
            ct: model.session.ct, labels: model.session.draft.labels, window: state.window, overlay: state.overlay,
            scheme: scheme)
        var image = painter.picture(plane, solids: model.solids)
        if !pane.kind.followsItem {
            let at = plane.project(state.places.cursor)
            if abs(at.behind) < 2, at.x.isFinite, at.y.isFinite, abs(at.x) < 1e6, abs(at.y) < 1e6 {
                image.drawCross(Int(at.x.rounded()), Int(at.y.rounded()), color: scheme.cursor)
            }
            if state.mode == .labels { drawBrush(plane, &image) }
        }
        return image
    }

    private func drawBrush(_ plane: PicturePlane, _ image: inout RasterImage) {
        let at = plane.project(state.places.cursor)
        let r = state.brush.radius / plane.millimetresPerPixel
        for y in 0..<image.height {
            for x in 0..<image.width {
                let dx = Double(x) - at.x, dy = Double(y) - at.y
                if abs((dx * dx + dy * dy).squareRoot() - r) < 0.6 { image[x, y] = scheme.cursor }
            }
        }
    }

    private func modelPicture(_ width: Int, _ height: Int) -> RasterImage {
        let (bodies, centre, radius) = model.modelBodies
        return ModelPainter(centre: centre, radius: radius).picture(bodies, state.model, width: width, height: height)
    }

    /// Which way is which, at the edges of a picture.
    private func drawLetters(_ kind: ViewKind, _ rect: CellRect, _ grid: inout CellGrid) {
        let letters: (left: String, right: String, top: String, bottom: String)? =
            switch kind {
            case .axial: ("R", "L", "A", "P")
            case .coronal: ("R", "L", "H", "F")
            case .sagittal: ("A", "P", "H", "F")
            case .alongFromBelow: ("R", "L", "A", "P")
            case .alongFromSide: ("A", "P", "H", "F")
            case .barrel: ("L", "R", "H", "F")
            case .model: nil
            }
        guard let letters, pixels == nil else { return }
        let (middleColumn, middleRow) = (rect.column + rect.width / 2, rect.row + rect.height / 2)
        for (text, column, row) in [
            (letters.left, rect.column, middleRow), (letters.right, rect.columns.upperBound - 1, middleRow),
            (letters.top, middleColumn, rect.row), (letters.bottom, middleColumn, rect.rows.upperBound - 1),
        ] where rect.contains(column: column, row: row) {
            grid[column, row] = Cell(Character(text), CellStyle(scheme.title, on: RGB(40, 46, 60), bold: true))
        }
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
