import Frames
import Imaging
import Planning
import SliceDrawing
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
        case .nextPane:
            state.focus = (state.focus + 1) % (state.shown.count > 1 ? state.shown.count : state.panes.count)
        case .nextView: nextView()
        case .wholePane: state.isWhole.toggle()
        default: lookThrough(command)
        }
    }

    /// What changes how everything is shown.
    private func lookThrough(_ command: EditorCommand) {
        switch command {
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
        focusedPane?.kind ?? state.panes[min(max(state.focus, 0), state.panes.count - 1)]
    }

    /// Where it is on the screen: one that has the screen to itself has the focus, whichever its place among all.
    var focusedPane: EditorState.Pane? {
        state.shown.isEmpty ? nil : state.shown[min(max(state.focus, 0), state.shown.count - 1)]
    }

    func focus(on shown: Int) { if state.shown.count > 1 { state.focus = shown } }

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

    func zoom(_ factor: Double) {
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
}

extension LabelOverlay {
    var next: Self { self == .outline ? .filled : self == .filled ? .hidden : .outline }
}
