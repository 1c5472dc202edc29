import Frames
import Imaging
import Planning
import TerminalKit

extension EditorModel {
    func mouse(_ action: MouseAction, _ column: Int, _ row: Int, _ modifiers: KeyModifiers, _ time: Double) {
        let under = state.shown.firstIndex { $0.rect.contains(column: column, row: row) }
        switch action {
        case .press(let button):
            guard let under else { return clickList(row) }
            focus(on: under)
            press(button, state.shown[under], column, row, time)
        case .drag: drag(column, row, time)
        case .release: state.drag = nil
        case .scroll(let way):
            guard let under else { return }
            focus(on: under)
            if modifiers.contains(.control) { zoom(way > 0 ? 1 / 1.25 : 1.25) } else { scroll(Double(way)) }
        case .move: break
        }
    }

    private func clickList(_ row: Int) {
        if let place = listRows[row] { select(place) }
    }

    private func press(_ button: MouseButton, _ pane: EditorState.Pane, _ column: Int, _ row: Int, _ time: Double) {
        if pane.kind == .model {
            state.drag = .turn(column: column, row: row)
        } else if button == .right {
            state.drag = .window(column: column, row: row)
        } else if state.mode == .labels {
            state.drag = .paint
            paint(at: pane.point(column: column, row: row), time)
        } else if let part = handle(pane, column, row), let plane = pane.plane {
            let name = burst("drag \(item?.id ?? "")", time)
            state.drag = .item(.init(part: part, burst: name, kind: pane.kind, plane: plane))
        } else {
            state.drag = .cursor(pane.kind)
            drag(column, row, time)
        }
    }

    /// The end of the selected item under the mouse, or its middle.
    private func handle(_ pane: EditorState.Pane, _ column: Int, _ row: Int) -> ItemMotion.Part? {
        guard let item, let plane = pane.plane else { return nil }
        let at = pane.pixel(column: column, row: row)
        func isNear(_ p: Point<CT>) -> Bool {
            let q = plane.project(p)
            let dx = (q.x - at.x) / Double(pane.scale.x), dy = (q.y - at.y) / Double(pane.scale.y)
            return abs(q.behind) < 4 && dx * dx + dy * dy < 2.3
        }
        if pane.kind == .barrel {
            return isNear(item.entry + ((item.target - item.entry).direction ?? .y) * state.places.depth) ? .whole : nil
        }
        return isNear(item.entry) ? .entry : isNear(item.target) ? .target : nil
    }

    private func drag(_ column: Int, _ row: Int, _ time: Double) {
        guard let drag = state.drag, let pane = focusedPane else { return }
        switch drag {
        case .turn(let c, let r):
            state.model.turn(0.05 * Double(column - c), 0.1 * Double(row - r))
            state.drag = .turn(column: column, row: row)
        case .window(let c, let r):
            window(level: 25 * Double(row - r), width: 25 * Double(column - c))
            state.drag = .window(column: column, row: row)
        case .cursor(let kind):
            if kind == pane.kind, let p = pane.point(column: column, row: row) { setCursor(p) }
        case .paint: paint(at: pane.point(column: column, row: row), time)
        case .item(let drag): dragItem(drag, pane, column, row)
        }
    }

    private func dragItem(_ drag: EditorState.ItemDrag, _ pane: EditorState.Pane, _ column: Int, _ row: Int) {
        guard let item else { return }
        let (part, plane, at) = (drag.part, drag.plane, pane.pixel(column: column, row: row))
        let to = plane.point(at.x, at.y)
        let axis = (item.target - item.entry).direction ?? .y
        let from =
            switch part {
            case .whole: item.entry + axis * state.places.depth
            case .entry: item.entry
            case .target: item.target
            }
        // In the picture's plane alone.
        let way = (to - from).vector
        let flat = Displacement<CT>(way - plane.normal * dot(way, plane.normal))
        let place = item.kind.isScrew ? screwPlace(item, part, flat) : pathPlace(item, part, flat)
        var moved = item
        guard let place, moved.place(entry: place.entry, target: place.target, diameter: item.diameter) else { return }
        replace(moved, title: "move \(item.id)", burst: drag.burst)
    }

    /// A screw keeps its length: the end that is drawn turns it about the other.
    private func screwPlace(
        _ item: PlanItem, _ part: ItemMotion.Part, _ way: Displacement<CT>
    ) -> (entry: Point<CT>, target: Point<CT>)? {
        switch part {
        case .whole: return (item.entry + way, item.target + way)
        case .entry:
            let entry = item.entry + way
            return (item.target - entry).direction.map { (entry, entry + $0 * item.length) }
        case .target:
            return (item.target + way - item.entry).direction.map { (item.entry, item.entry + $0 * item.length) }
        }
    }

    /// A straight path begins at the skin, wherever its entry is drawn to.
    private func pathPlace(
        _ item: PlanItem, _ part: ItemMotion.Part, _ way: Displacement<CT>
    ) -> (entry: Point<CT>, target: Point<CT>)? {
        let target = part == .entry ? item.target : item.target + way
        let entry = part == .target ? item.entry : item.entry + way
        guard let outwards = (entry - target).direction else { return nil }
        return (session.paths.ready?.skin(from: target, outwards: outwards) ?? entry, target)
    }
}
