import Frames
import Imaging
import Planning
import TerminalKit

extension EditorModel {
    /// What changes the pictures and nothing else.
    func look(_ command: EditorCommand) {
        switch command {
        case .sliceForward: scroll(1)
        case .sliceBack: scroll(-1)
        case .centre:
            bringToItem()
            say("slices through \(item?.id ?? "the image")")
        case .zoomIn: zoom(1 / 1.25)
        case .zoomOut: zoom(1.25)
        case .resetView:
            state.zoom[focused] = nil
            if focused == .model { state.model = ModelView() }
        case .nextPane: state.focus = (state.focus + 1) % max(state.shown.count, 1)
        case .nextView: nextView()
        case .wholePane: state.isWhole.toggle()
        case .nextWindow: nextWindow()
        case .brighter: window(level: -40, width: 0)
        case .darker: window(level: 40, width: 0)
        case .harder: window(level: 0, width: -80)
        case .softer: window(level: 0, width: 80)
        case .overlay:
            state.overlay = state.overlay.next
            say("labels: \(state.overlay.rawValue)")
        case .scheme:
            let all = ColorScheme.all
            state.scheme = all[((all.firstIndex(of: state.scheme) ?? 0) + 1) % all.count]
            say("colours: \(state.scheme.name)")
        case .solidity:
            let share = state.model.transparency
            state.model.transparency = share > 0.9 ? 0 : share + 0.25
            say(state.model.transparency == 0 ? "3-D: bone hides what is in it" : "3-D: bone lets through more")
        default: break
        }
    }

    /// The view of the pane that keys go to.
    var focused: ViewKind {
        state.shown.indices.contains(state.focus) ? state.shown[state.focus].kind : state.panes[0]
    }

    private func nextWindow() {
        let all = DisplayWindow.presets
        let place = all.firstIndex { $0.name == state.window.name } ?? -1
        state.window = all[(place + 1) % all.count]
        say("window \(state.window.name): level \(Int(state.window.level)), width \(Int(state.window.width)) HU")
    }

    func window(level: Double, width: Double) {
        state.window = state.window.moved(level: level, width: width)
        say("window: level \(Int(state.window.level)), width \(Int(state.window.width)) HU")
    }

    private func zoom(_ factor: Double) {
        if focused == .model {
            state.model.zoom = min(max(state.model.zoom / factor, 0.3), 20)
        } else {
            state.zoom[focused] = min(max((state.zoom[focused] ?? 1) * factor, 0.08), 4)
        }
    }

    /// The focused pane shows the next view that no other pane shows.
    private func nextView() {
        guard state.panes.indices.contains(state.focus) else { return }
        let all = ViewKind.allCases, now = state.panes[state.focus]
        let others = state.shown.count > 1 ? Set(state.shown.map(\.kind)).subtracting([now]) : []
        var place = all.firstIndex(of: now) ?? 0
        repeat { place = (place + 1) % all.count } while others.contains(all[place]) && all[place] != now
        if let elsewhere = state.panes.firstIndex(of: all[place]) { state.panes[elsewhere] = now }
        state.panes[state.focus] = all[place]
    }

    /// One slice on: of the CT, of the way down the barrel, or a turn about the item.
    func scroll(_ steps: Double) {
        let spacing = session.ct.geometry.spacing.min()
        switch focused {
        case .axial: moveCursor(Direction<CT>.z * (steps * session.ct.geometry.spacing.max()))
        case .sagittal: moveCursor(Direction<CT>.x * (steps * spacing))
        case .coronal: moveCursor(Direction<CT>.y * (-steps * spacing))
        case .alongFromBelow, .alongFromSide: state.places.turn += steps * radians(degrees: 5)
        case .barrel:
            let limit = (item?.length ?? 0) + 10
            state.places.depth = min(max(state.places.depth + steps, -20), limit)
        case .model: state.model.turn(0.12 * steps, 0)
        }
    }

    private func moveCursor(_ way: Displacement<CT>) { setCursor(state.places.cursor + way) }

    /// The cursor stays within the image.
    func setCursor(_ p: Point<CT>) {
        let g = session.ct.geometry
        let top = Vector3(Double(g.size.x), Double(g.size.y), Double(g.size.z)) - 1
        let inside = g.gridPoint(p).coordinates.clamped(lowerBound: .zero, upperBound: top)
        state.places.cursor = g.point(GridPoint(inside))
    }

    // MARK: Mouse

    func mouse(_ action: MouseAction, _ column: Int, _ row: Int, _ modifiers: KeyModifiers, _ time: Double) {
        let under = state.shown.firstIndex { $0.rect.contains(column: column, row: row) }
        switch action {
        case .press(let button):
            guard let under else { return clickList(row) }
            state.focus = under
            press(button, state.shown[under], column, row, time)
        case .drag: drag(column, row, time)
        case .release: state.drag = nil
        case .scroll(let way):
            guard let under else { return }
            state.focus = under
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
        } else if let part = handle(pane, column, row) {
            state.drag = .item(part, burst: burst("drag \(item?.id ?? "")", time))
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
        guard let drag = state.drag, state.shown.indices.contains(state.focus) else { return }
        let pane = state.shown[state.focus]
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
        case .item(let part, let burst): dragItem(part, pane, column, row, burst)
        }
    }

    private func dragItem(_ part: ItemMotion.Part, _ pane: EditorState.Pane, _ column: Int, _ row: Int, _ burst: String)
    {
        guard let item, let to = pane.point(column: column, row: row), let plane = pane.plane else { return }
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
        var moved = item
        var (entry, target): (Point<CT>, Point<CT>)
        switch part {
        case .whole: (entry, target) = (item.entry + flat, item.target + flat)
        case .entry:
            guard let d = (item.target - (item.entry + flat)).direction else { return }
            (entry, target) = (item.entry + flat, item.entry + flat + d * item.length)
        case .target:
            guard let d = (item.target + flat - item.entry).direction else { return }
            (entry, target) = (item.entry, item.entry + d * item.length)
        }
        if !item.kind.isScrew {
            target = part == .entry ? item.target : item.target + flat
            guard let outwards = (entry - target).direction else { return }
            entry = session.paths.ready?.skin(from: target, outwards: outwards) ?? entry
        }
        guard moved.place(entry: entry, target: target, diameter: item.diameter) else { return }
        replace(moved, title: "move \(item.id)", burst: burst)
    }
}

extension LabelOverlay {
    var next: Self { self == .outline ? .filled : self == .filled ? .hidden : .outline }
}
