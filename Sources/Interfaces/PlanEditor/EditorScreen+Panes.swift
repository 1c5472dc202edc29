import Frames
import Imaging
import Planning
import SliceDrawing
import TerminalKit

extension EditorScreen {
    func drawPanes(_ rects: [CellRect], _ grid: inout CellGrid, _ images: inout [PlacedImage]) {
        let kinds = rects.count == 1 ? [focusedKind] : Array(state.panes.prefix(rects.count))
        var shown: [EditorState.Pane] = []
        for (kind, rect) in zip(kinds, rects) {
            let (head, body) = rect.split(top: 1)
            let scale = pixels ?? (1, 2)
            let plane = plane(kind, width: body.width * scale.x, height: body.height * scale.y)
            shown.append(EditorState.Pane(kind: kind, rect: body, plane: plane, scale: scale))
            drawHead(kind, plane, head, isFocused: shown.count - 1 == min(state.focus, rects.count - 1), &grid)
        }
        model.state.shown = shown
        let wishes = shown.compactMap { pane in wish(pane).map { (pane, $0) } }
        let pictures = model.pictures.pictures(
            wishes.map { (kind: $0.0.kind, wish: $0.1) }, ct: model.session.ct, labels: model.session.draft.labels)
        for ((pane, _), picture) in zip(wishes, pictures) {
            if pixels == nil {
                grid.draw(picture, in: pane.rect)
            } else {
                images.append(PlacedImage(rect: pane.rect, image: picture))
            }
            drawLetters(pane, &grid)
            if let item = model.item { model.review.see(item, in: pane.kind) }
        }
        for pane in shown where pane.kind != .model && pane.plane == nil {
            grid.write("nothing to show", column: pane.rect.column + 1, row: pane.rect.row, within: pane.rect)
        }
    }

    /// The view that fills the screen: the focused one, also while panes are counted anew.
    private var focusedKind: ViewKind {
        state.panes[min(max(state.focus, 0), state.panes.count - 1)]
    }

    private func drawHead(
        _ kind: ViewKind, _ plane: PicturePlane?, _ rect: CellRect, isFocused: Bool, _ grid: inout CellGrid
    ) {
        let style = CellStyle(isFocused ? RGB.black : scheme.text, on: isFocused ? scheme.focus : scheme.bar)
        grid.fill(rect, with: Cell(" ", style))
        var text = " \(kind.title(of: model.item))"
        switch kind {
        case .barrel: text += "  \(state.places.depth.tenths) mm from the entry"
        case .alongFromBelow, .alongFromSide:
            let turn = degrees(radians: state.places.turn)
            if abs(turn) > 0.01 { text += "  turned \(turn.tenths)°" }
        case .model where model.models.isWorking: text += "  being drawn anew …"
        default: break
        }
        let end = grid.write(text, column: rect.column, row: rect.row, style: style, within: rect)
        // Letters do not show over real pictures.
        guard pixels != nil, let plane else { return }
        let compass = AnatomicalLetters.compass(right: plane.right.vector, down: plane.down.vector)
        let column = rect.columns.upperBound - compass.count
        if column > end { grid.write(compass, column: column, row: rect.row, style: style, within: rect) }
    }

    /// mm a pixel at the usual size: an area of 80 mm for a screw or as long as a path, 140 mm for slices of the body.
    private func plane(_ kind: ViewKind, width: Int, height: Int) -> PicturePlane? {
        if case .item(let drag) = state.drag, drag.kind == kind,
            (drag.plane.width, drag.plane.height) == (width, height)
        {
            return drag.plane
        }
        let long = max(80, 1.25 * (model.item?.length ?? 0))
        let field = kind.followsItem ? (kind == .barrel ? 45.0 : long) : model.fieldOfSlices
        let size = field / Double(max(min(width, height), 1)) * (state.zoom[kind] ?? 1)
        return state.places.plane(
            kind, item: model.item, axes: model.axes, width: width, height: height, millimetresPerPixel: size)
    }

    /// What a pane's picture is made of; `nil` where there is nothing to show.
    private func wish(_ pane: EditorState.Pane) -> PictureDesk.Wish? {
        if pane.kind == .model {
            return .model(
                model.modelScene(width: pane.rect.width * pane.scale.x, height: pane.rect.height * pane.scale.y))
        }
        guard let plane = pane.plane else { return nil }
        let slice = PictureDesk.Slice(
            plane: plane, window: state.window, overlay: state.overlay, scheme: scheme,
            version: model.session.labelVersion, isCoarse: pixels == nil)
        var lines = PictureDesk.Lines(solids: model.solids)
        let at = plane.project(state.places.cursor)
        if !pane.kind.followsItem, abs(at.behind) < 2, abs(at.x) < 1e6, abs(at.y) < 1e6 {
            lines.cross = .init(x: at.x, y: at.y)
            if state.mode == .labels { lines.brush = state.brush.radius / plane.millimetresPerPixel }
        }
        return .slice(slice, lines)
    }

    /// Which way is which, at the edges of a picture.
    private func drawLetters(_ pane: EditorState.Pane, _ grid: inout CellGrid) {
        let rect = pane.rect
        guard let plane = pane.plane, pixels == nil else { return }
        let (right, down) = (plane.right.vector, plane.down.vector)
        let (middleColumn, middleRow) = (rect.column + rect.width / 2, rect.row + rect.height / 2)
        // One column in: the letters of two panes side by side are not read as one.
        let right1 = rect.columns.upperBound - 1 - AnatomicalLetters.text(right).count
        for (way, column, row) in [
            (-right, rect.column + 1, middleRow), (right, right1, middleRow), (-down, middleColumn, rect.row),
            (down, middleColumn, rect.rows.upperBound - 1),
        ] {
            let style = CellStyle(scheme.title, on: RGB(40, 46, 60), bold: true)
            grid.write(AnatomicalLetters.text(way), column: column, row: row, style: style, within: rect)
        }
    }
}
