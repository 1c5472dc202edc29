import Frames
import Imaging
import Planning
import TerminalKit

/// The editor without a terminal: takes what a person does, and knows what to show.
public final class EditorModel {
    public let session: EditorSession
    let options: EditorOptions
    var state: EditorState
    var review = ReviewRecord()
    /// What only the program around can do.
    var requests: [Request] = []
    private var lastMove = (name: "", time: -1.0, number: 0)
    let desk: ProposalDesk
    let models: ModelWorkshop
    let pictures = PictureDesk()
    /// Where the slices were brought before the item's pedicle was known.
    var placesUnmeasured: ViewPlaces?
    /// Which item stands in which row of the screen's list.
    var listRows: [Int: Int] = [:]

    enum Request: Equatable {
        case save
        case approve(name: String, key: String)
        case quit
    }

    public init(session: EditorSession, options: EditorOptions = EditorOptions()) {
        (self.session, self.options) = (session, options)
        state = EditorState(cursor: session.draft.plan.items.first?.entry ?? session.ct.geometry.centre)
        models = ModelWorkshop(isImmediate: !options.worksInBackground)
        desk = ProposalDesk(isImmediate: !options.worksInBackground)
        switch session.recovery {
        case .nothing: if let remark = options.remark { say(remark) }
        case .edits(let entries, _):
            say("\(entries.count) edits that were not saved have been taken up again; u takes them back")
        case .foreign(let path): warn("Edits of another version of this plan were put aside: \(path)")
        }
        if let item, !item.kind.isScrew { lookAtPaths(item) }
        bringToItem()
        turnToItem()
    }

    var items: [PlanItem] { session.draft.plan.items }
    var item: PlanItem? { items.indices.contains(state.selected) ? items[state.selected] : nil }
    /// Of slices of the body, mm: a head is wider than what screws are planned in.
    var fieldOfSlices: Double { item.map(\.kind.isScrew) ?? true ? 140 : 200 }
    var anatomy: VertebraAnatomy? { item.flatMap { session.anatomy(of: $0) } }
    var axes: ItemAxes? { item.map { ItemAxes($0, anatomy: anatomy) } }

    func say(_ text: String) { state.message = .init(text: text) }
    func warn(_ text: String) { state.message = .init(text: text, isWarning: true) }

    /// Takes what a person did.
    ///
    /// - Parameter time: seconds by the caller's clock.
    public func handle(_ event: InputEvent, at time: Double) {
        switch event {
        case .key(let key, let modifiers): handle(key, modifiers, time)
        case .mouse(let action, let column, let row, let modifiers):
            if case .edit = state.mode { mouse(action, column, row, modifiers, time) }
            if case .labels = state.mode { mouse(action, column, row, modifiers, time) }
        case .paste(let text):
            if case .prompt(var prompt) = state.mode {
                for c in text where !c.isNewline { prompt.take(.character(c)) }
                state.mode = .prompt(prompt)
            }
        case .focus, .answer: break
        }
    }

    private func handle(_ key: Key, _ modifiers: KeyModifiers, _ time: Double) {
        // A key ends what the mouse began, also where its release was not told.
        (state.message, state.drag) = (nil, nil)
        if key == .character("c"), modifiers.contains(.control) { return quit() }
        switch state.mode {
        case .edit:
            if let command = KeyBinding.command(key, modifiers) {
                run(command, time)
            } else {
                say("\(KeyBinding.name(key, modifiers)) does nothing here; ? shows the keys")
            }
        case .labels: labelKey(key, modifiers)
        case .help, .comparison: turnPage(key)
        case .approval: approvalKey(key)
        case .prompt(let prompt): promptKey(key, prompt)
        case .question(let question): answer(key, question)
        }
    }

    /// Space and the page keys turn a long page; any other key leaves it.
    private func turnPage(_ key: Key) {
        switch key {
        case .character(" "), .pageDown, .down: state.page += 1
        case .pageUp, .up: state.page = max(state.page - 1, 0)
        default: (state.mode, state.page) = (.edit, 0)
        }
    }

    /// Takes in what the background has finished, and lets it begin what waits.
    ///
    /// - Parameter time: seconds by the caller's clock, as for `handle`.
    /// - Returns: whether the screen changes.
    public func collect(at time: Double) -> Bool {
        let measured = session.collect(at: time), proposed = desk.collect()
        // What a person works at is measured before anything is drawn of it.
        let drawn = models.collect(at: time, session.draft, begins: !(item.map(session.isMeasuring) ?? false))
        if measured { bringToPedicle() }
        if proposed, state.wantsProposal { nextProposal() }
        if let failure = session.journalFailure, state.message == nil {
            warn("The journal of edits cannot be written (\(failure)): save now, a kill would lose what you do")
            return true
        }
        return measured || drawn || proposed
    }

    public var isWaiting: Bool { session.isMeasuring || models.isWorking || desk.isWorking }

    // MARK: Changing items

    /// Changes of one kind that follow each other within this time are taken back together, s.
    static let burstGap = 0.35

    /// The name of a burst: a new one where a pause lay between.
    func burst(_ name: String, _ time: Double) -> String {
        if lastMove.name != name || time - lastMove.time > Self.burstGap { lastMove.number += 1 }
        (lastMove.name, lastMove.time) = (name, time)
        return "\(name)#\(lastMove.number)"
    }

    /// Puts a new place or size of the selected item into the plan, measured.
    func replace(_ changed: PlanItem, title: String, burst: String?) {
        perform(.replace(session.measured(changed)), title: title, burst: burst)
        warnOfLimits()
    }

    func perform(_ edit: PlanEdit, title: String, burst: String? = nil) {
        do throws(EditRefusal) {
            try session.perform(edit, title: title, burst: burst)
            followPlan()
        } catch {
            warn(LimitWords.text(error))
        }
    }

    /// After any change: the selection exists, the model shows what there is.
    func followPlan() {
        state.selected = min(max(state.selected, 0), max(items.count - 1, 0))
        turnToItem()
    }

    /// What is selected is measured and drawn before all else.
    func turnToItem() {
        if session.focus != item?.level { session.turn(to: item?.level) }
        models.prepare(session.draft, item)
    }

    /// Whether the image leaves open what this item's level is called, and nobody has settled it.
    func isUncertain(_ item: PlanItem) -> Bool {
        if item.metrics["level_named_by_person"] == .bool(true) { return false }
        return item.metrics["level_is_certain"] == .bool(false) || item.level.map(options.uncertain.contains) ?? false
    }
}

/// What the editor is started with.
public struct EditorOptions: Sendable {
    public var catalogue = ScrewCatalogue.standard
    public var limits = PlanLimits()
    /// Levels whose names the image does not settle.
    public var uncertain: Set<AnatomicalLabel> = []
    /// Who signs, and with which key file; asked for where absent.
    public var approver: String?
    public var keyPath: String?
    /// Another plan of the same image, to compare with; else the plan as it was opened.
    public var comparison: PlanFile?
    /// What is to be known before the first key, said on opening.
    public var remark: String?
    /// Tests do everything at once.
    public var worksInBackground = true
    /// One sentence on an error, for the message line.
    public var describe: @Sendable (any Error) -> String = { "\($0)" }

    public init() {}
}
