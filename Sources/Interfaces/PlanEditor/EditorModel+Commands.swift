import Frames
import Imaging
import Planning
import TerminalKit

extension EditorModel {
    func run(_ command: EditorCommand, _ time: Double) {
        switch command {
        case .left, .right, .up, .down, .deeper, .shallower, .turnLeft, .turnRight, .turnUp, .turnDown:
            move(command, time)
        case .fineStep: choose(.fine)
        case .usualStep: choose(.usual)
        case .coarseStep: choose(.coarse)
        case .nextPart: nextPart()
        case .thinner, .thicker, .shorter, .longer: resize(command)
        case .nextProposal: nextProposal()
        case .remove: if let item { state.mode = .question(.removeItem(id: item.id)) }
        case .note: if let item { ask(.note(id: item.id), "Note on \(item.id)", item.note ?? "") }
        case .undo: stepBack()
        case .redo: stepForward()
        case .save: requests.append(.save)
        case .approve: (state.mode, state.page) = (.approval, 0)
        case .compare: (state.mode, state.page) = (.comparison, 0)
        case .quit: quit()
        case .help: (state.mode, state.page) = (.help, 0)
        case .nextItem: select(state.selected + 1)
        case .previousItem: select(state.selected - 1)
        case .labels: beginLabels()
        case .rename: beginRenaming()
        default: look(command)
        }
    }

    private func nextPart() {
        state.part = state.part.next
        say("moves go to: \(state.part == .whole ? "all of it" : state.part == .entry ? "its entry" : "its tip")")
    }

    private func choose(_ step: MotionStep) {
        state.step = step
        say("steps of \(step.distance.short) mm and \(degrees(radians: step.angle).short)°")
    }

    func select(_ place: Int) {
        guard !items.isEmpty else { return warn("the plan has no items") }
        let before = item?.kind.isScrew
        state.selected = (place % items.count + items.count) % items.count
        if let item, item.kind.isScrew != before { state.part = item.kind.isScrew ? .whole : .entry }
        (state.proposal, state.wantsProposal) = (0, false)
        bringToItem()
        turnToItem()
    }

    /// Slices through the item: across it where the pedicle is narrowest.
    func bringToItem() {
        placesUnmeasured = nil
        guard let item else { return }
        state.places.turn = 0
        guard item.kind.isScrew else {
            (state.places.depth, state.places.cursor) = (item.length, item.target)
            return
        }
        let pedicle = item.side.flatMap { anatomy?.pedicle($0) }?.centre
        let along = (item.target - item.entry).direction
        let depth = pedicle.flatMap { p in along.map { (p - item.entry).along($0) } } ?? item.length / 3
        state.places.depth = min(max(depth, 0), item.length)
        state.places.cursor = along.map { item.entry + $0 * state.places.depth } ?? item.entry
        placesUnmeasured = pedicle == nil ? state.places : nil
    }

    /// Once the pedicle is known the slices go there, where nobody has laid them elsewhere.
    func bringToPedicle() {
        guard anatomy != nil, let guess = placesUnmeasured else { return }
        placesUnmeasured = nil
        if guess == state.places { bringToItem() }
    }

    func stepBack() {
        guard let title = session.history.undoTitle else { return say("nothing to undo") }
        session.undo()
        models.forget(session.lastTouched)
        followPlan()
        say("undone: \(title)")
    }

    func stepForward() {
        guard let title = session.history.redoTitle else { return say("nothing to redo") }
        session.redo()
        models.forget(session.lastTouched)
        followPlan()
        say("done again: \(title)")
    }

    func quit() {
        if session.isChanged { state.mode = .question(.quitUnsaved) } else { requests.append(.quit) }
    }

    // MARK: Moving

    /// Left and right are the patient's, as a surgeon who stands behind sees them.
    private func move(_ command: EditorCommand, _ time: Double) {
        guard let item, let axes else { return warn("the plan has no item to move") }
        let d = state.step.distance, a = state.step.angle
        let medialIsRight = item.side != .right
        var motion = ItemMotion(part: state.part)
        switch command {
        case .left: motion.medial = medialIsRight ? -d : d
        case .right: motion.medial = medialIsRight ? d : -d
        case .up: motion.cranial = d
        case .down: motion.cranial = -d
        case .deeper: motion = ItemMotion(along: d)
        case .shallower: motion = ItemMotion(along: -d)
        case .turnLeft: motion = ItemMotion(convergence: medialIsRight ? -a : a)
        case .turnRight: motion = ItemMotion(convergence: medialIsRight ? a : -a)
        case .turnUp: motion = ItemMotion(tilt: a)
        default: motion = ItemMotion(tilt: -a)
        }
        guard let place = place(motion, item, axes) else { return }
        var moved = item
        guard moved.place(entry: place.entry, target: place.target, diameter: item.diameter) else {
            return warn("\(item.id) cannot lie there")
        }
        replace(moved, title: "move \(item.id)", burst: burst("\(command.rawValue) \(item.id)", time))
    }

    private func place(
        _ motion: ItemMotion, _ item: PlanItem, _ axes: ItemAxes
    ) -> (entry: Point<CT>, target: Point<CT>)? {
        guard !item.kind.isScrew else { return motion.place(item, axes) }
        return motion.place(path: item, axes) { session.paths.ready?.skin(from: $0, outwards: $1) }
    }

    // MARK: Sizes

    private func resize(_ command: EditorCommand) {
        guard let item, item.kind.isScrew else { return warn("only screws have sizes of the catalogue") }
        let screws = options.catalogue.screws
        var (diameter, length) = (item.diameter, item.length)
        switch command {
        case .thinner: diameter = screws.last { $0.diameter < diameter - 1e-6 }?.diameter ?? diameter
        case .thicker: diameter = screws.first { $0.diameter > diameter + 1e-6 }?.diameter ?? diameter
        default: break
        }
        let lengths = screws.first { abs($0.diameter - diameter) < 1e-6 }?.lengths ?? []
        switch command {
        case .shorter: length = lengths.last { $0 < length - 0.01 } ?? length
        case .longer: length = lengths.first { $0 > length + 0.01 } ?? length
        default: length = lengths.min { abs($0 - length) < abs($1 - length) } ?? length
        }
        place(item, diameter: diameter, length: length)
    }

    private func place(_ item: PlanItem, diameter: Double, length: Double) {
        guard abs(diameter - item.diameter) > 1e-6 || abs(length - item.length) > 0.01 else {
            return say("the catalogue has no further size")
        }
        guard let axis = (item.target - item.entry).direction else { return }
        var changed = item
        guard changed.place(entry: item.entry, target: item.entry + axis * length, diameter: diameter) else { return }
        let size = "\(diameter.short) × \(length.short) mm"
        replace(changed, title: "\(item.id) becomes \(size)", burst: nil)
        if state.message == nil { say("\(item.id): \(size)") }
    }

    /// The planner's proposals for this pedicle, one after the other, and the one that was there first.
    func nextProposal() {
        state.wantsProposal = false
        if let item, !item.kind.isScrew { return nextAlternative(item) }
        guard let item, item.kind == .pedicleScrew else { return warn("only pedicle screws have proposals") }
        guard let found = proposals(for: item) else {
            state.wantsProposal = true
            return say("working out the planner's proposals for \(item.id) …")
        }
        guard !found.isEmpty else { return warn("the planner has no proposal for \(item.id)") }
        let next = found[state.proposal % found.count]
        state.proposal += 1
        var changed = item
        guard changed.place(entry: next.screw.entry, target: next.screw.tip, diameter: next.screw.diameter) else {
            return
        }
        replace(changed, title: "\(item.id): \(next.title)", burst: nil)
        if state.message == nil {
            say("\(item.id), proposal \((state.proposal - 1) % found.count + 1) of \(found.count): \(next.title)")
        }
    }
}

extension ItemMotion.Part {
    var next: Self { self == .whole ? .entry : self == .entry ? .target : .whole }
}

extension Double {
    /// As short as it can be told: `6.5`, `45`.
    var short: String {
        self == rounded() && abs(self) < 1e6 ? String(Int(self)) : String((self * 100).rounded() / 100)
    }
}
