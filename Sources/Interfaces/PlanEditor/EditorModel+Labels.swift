import Frames
import Imaging
import Planning
import TerminalKit

extension EditorModel {
    // MARK: Painting

    func beginLabels() {
        state.mode = .labels
        state.brush.label = item?.level ?? labelAtCursor
        let shown: [ViewKind] = [.axial, .sagittal, .coronal]
        if !shown.contains(focused), state.panes.indices.contains(state.focus) {
            let now = state.panes[state.focus]
            if let axial = state.panes.firstIndex(of: .axial) { state.panes[axial] = now }
            state.panes[state.focus] = .axial
        }
        sayBrush()
    }

    private var labelAtCursor: AnatomicalLabel? {
        let i = session.draft.labels.geometry.nearest(state.places.cursor)
        guard session.draft.labels.size.contains(i) else { return nil }
        let label = session.draft.labels[label: i]
        return label.number == 0 ? nil : label
    }

    func sayBrush() {
        let name = state.brush.label?.name ?? "no label: l takes the one under the cursor"
        say(
            "\(state.brush.tool.rawValue) \(name), \(state.brush.radius.short) mm · arrows move, Space paints, "
                + "p e h tool, [ ] size, l label, < > label, PageUp/Down slice, Esc ends")
    }

    func labelKey(_ key: Key, _ modifiers: KeyModifiers) {
        switch key {
        case .escape: state.mode = .edit
        case .left, .right, .up, .down: walk(key)
        case .pageUp: scroll(1)
        case .pageDown: scroll(-1)
        case .character(let c): labelCharacter(c)
        default: sayBrush()
        }
    }

    private func labelCharacter(_ c: Character) {
        switch c {
        case " ": paint(at: state.places.cursor, nil)
        case "p": state.brush.tool = .paint
        case "e": state.brush.tool = .erase
        case "h": state.brush.tool = .smooth
        case "[": state.brush.radius = max(state.brush.radius - 0.5, 0.5)
        case "]": state.brush.radius = min(state.brush.radius + 0.5, BrushStroke.radii.upperBound)
        case "l": state.brush.label = labelAtCursor ?? state.brush.label
        case "<", ">": nextLabel(c == ">" ? 1 : -1)
        case "1": state.step = .fine
        case "2": state.step = .usual
        case "3": state.step = .coarse
        case "u", "r":
            if c == "u" { stepBack() } else { stepForward() }
        case "f": look(.nextPane)
        case "v": look(.nextView)
        case "z": look(.wholePane)
        case "w": look(.nextWindow)
        case "o": look(.overlay)
        case "s": requests.append(.save)
        case "q": state.mode = .edit
        default: break
        }
        if c != " ", state.mode == .labels, state.message == nil { sayBrush() }
    }

    private func nextLabel(_ way: Int) {
        let all = AnatomicalLabel.craniocaudal + [.spinalCanal, .otherBone, .disc, .rib, .pelvis, .vessel, .metal]
        let place = state.brush.label.flatMap { all.firstIndex(of: $0) } ?? 0
        state.brush.label = all[(place + way + all.count) % all.count]
    }

    /// The cursor goes one step within the focused picture.
    private func walk(_ key: Key) {
        guard let plane = focusedPane?.plane else { return }
        let d = state.step.distance
        let way =
            switch key {
            case .left: plane.right * -d
            case .right: plane.right * d
            case .up: plane.down * -d
            default: plane.down * d
            }
        setCursor(state.places.cursor + way)
    }

    /// - Parameter time: of a stroke that goes on while the mouse is drawn.
    func paint(at place: Point<CT>?, _ time: Double?) {
        guard let place, let label = state.brush.label else { return sayBrush() }
        let stroke = BrushStroke(tool: state.brush.tool, label: label, radius: state.brush.radius, places: [place])
        do throws(EditRefusal) {
            try session.perform(.paint(stroke), title: "\(state.brush.tool.rawValue) \(label.name)")
            models.forget([label])
            followPlan()
        } catch {
            if error != .nothingChanges { warn(LimitWords.text(error)) }
        }
    }

    // MARK: Names

    func beginRenaming() {
        guard let level = item?.level ?? labelAtCursor, level.isVertebra || level == .sacrum else {
            return warn("select an item of the level, or put the cursor into the vertebra")
        }
        ask(.rename(level), "\(level.name) is really (a level; +1 or -1 shifts every level)", "")
    }

    func rename(_ old: AnatomicalLabel, to text: String) {
        let word = text.trimmingCharacters(in: .whitespaces).uppercased()
        let present = LevelRenaming.levels(in: session.draft.extents)
        guard let renaming = renaming(of: old, to: word, present) else { return }
        let count = renaming.pairs.count
        models.forget(Set(renaming.pairs.flatMap { [$0.old, $0.new] }))
        perform(
            .rename(renaming), title: count > 1 ? "shift the levels by \(word)" : "\(old.name) becomes \(word)")
        if state.message == nil { say(count > 1 ? "\(count) levels renamed" : "\(old.name) is now \(word)") }
    }

    /// What a person typed, as a change; says why where it is none.
    private func renaming(
        of old: AnatomicalLabel, to word: String, _ present: Set<AnatomicalLabel>
    ) -> LevelRenaming? {
        if word == "+1" || word == "-1" {
            let steps = word == "+1" ? 1 : -1
            if let shift = LevelRenaming.shift(present, by: steps) { return shift }
            let last = LevelRenaming.last(of: present, towards: steps)?.name ?? old.name
            warn("\(last) has no next level in the common count (\(word)): rename the levels one by one, \(last) first")
            return nil
        }
        if let one = AnatomicalLabel(vertebra: word).flatMap({ LevelRenaming([.init(old: old, new: $0)]) }) {
            return one
        }
        warn("'\(word)' is no level to which \(old.name) can be renamed: L4, T12, S1, +1 or -1")
        return nil
    }
}
