import TerminalKit

/// Everything that a key can ask for in the main screen.
public enum EditorCommand: String, CaseIterable, Sendable {
    case left, right, up, down, deeper, shallower
    case turnLeft, turnRight, turnUp, turnDown
    case fineStep, usualStep, coarseStep, nextPart
    case thinner, thicker, shorter, longer
    case nextProposal, remove, note
    case undo, redo, save, approve, compare, quit, help
    case nextItem, previousItem, centre
    case sliceForward, sliceBack, zoomIn, zoomOut, resetView
    case nextPane, nextView, wholePane
    case nextWindow, brighter, darker, harder, softer
    case overlay, scheme, solidity
    case labels, rename

    /// A group of the help page.
    enum Group: String, CaseIterable {
        case move = "Move", size = "Size and place", plan = "Plan", look = "Look", labels = "Labels"
    }
}

/// Keys, what they do, and how the help says it: one table for both.
struct KeyBinding {
    let keys: [String]
    let command: EditorCommand
    let group: EditorCommand.Group
    let help: String

    static let table: [KeyBinding] = [
        KeyBinding(["←"], .left, .move, "left as one looks down its barrel"),
        KeyBinding(["→"], .right, .move, "right, the same"),
        KeyBinding(["↑"], .up, .move, "up there: towards the head"),
        KeyBinding(["↓"], .down, .move, "down there: towards the feet"),
        KeyBinding(["."], .deeper, .move, "deeper along its axis"),
        KeyBinding([","], .shallower, .move, "back along its axis"),
        KeyBinding(["Shift-←", "H"], .turnLeft, .move, "turn its tip (a path: its entry) left"),
        KeyBinding(["Shift-→", "L"], .turnRight, .move, "turn it right"),
        KeyBinding(["Shift-↑", "K"], .turnUp, .move, "turn it towards the head"),
        KeyBinding(["Shift-↓", "J"], .turnDown, .move, "turn it towards the feet"),
        KeyBinding(["1"], .fineStep, .move, "steps of 0.1 mm and 0.5°"),
        KeyBinding(["2"], .usualStep, .move, "steps of 1 mm and 0.5°"),
        KeyBinding(["3"], .coarseStep, .move, "steps of 5 mm and 5°"),
        KeyBinding(["e"], .nextPart, .move, "move all of it, its entry, or its tip"),
        KeyBinding(["-"], .thinner, .size, "next thinner of the catalogue"),
        KeyBinding(["+", "="], .thicker, .size, "next thicker"),
        KeyBinding(["["], .shorter, .size, "next shorter"),
        KeyBinding(["]"], .longer, .size, "next longer"),
        KeyBinding(["c"], .nextProposal, .size, "the planner's next proposal or path"),
        KeyBinding(["x"], .remove, .size, "take the item out of the plan"),
        KeyBinding(["n", "Tab"], .nextItem, .plan, "next item"),
        KeyBinding(["p", "Shift-Tab"], .previousItem, .plan, "item before"),
        KeyBinding(["u"], .undo, .plan, "undo"),
        KeyBinding(["r"], .redo, .plan, "redo"),
        KeyBinding(["t"], .note, .plan, "write a note on the item"),
        KeyBinding(["d"], .compare, .plan, "differences from the other plan"),
        KeyBinding(["s"], .save, .plan, "save"),
        KeyBinding(["A"], .approve, .plan, "approve: see what was not looked at, and sign"),
        KeyBinding(["q"], .quit, .plan, "quit"),
        KeyBinding(["?", "F1"], .help, .plan, "this page"),
        KeyBinding(["PageUp", "k"], .sliceForward, .look, "slice towards head, front, tip"),
        KeyBinding(["PageDown", "j"], .sliceBack, .look, "slice back; views along it turn about it"),
        KeyBinding(["g", "Home"], .centre, .look, "bring the slices to the item"),
        KeyBinding([")", ">"], .zoomIn, .look, "larger"),
        KeyBinding(["(", "<"], .zoomOut, .look, "smaller"),
        KeyBinding(["0"], .resetView, .look, "usual size"),
        KeyBinding(["f"], .nextPane, .look, "next pane"),
        KeyBinding(["v"], .nextView, .look, "another view in this pane"),
        KeyBinding(["z"], .wholePane, .look, "this pane alone, and back"),
        KeyBinding(["w"], .nextWindow, .look, "next window: bone, spine, soft tissue, brain, metal"),
        KeyBinding(["i"], .brighter, .look, "brighter"),
        KeyBinding(["m"], .darker, .look, "darker"),
        KeyBinding(["h"], .harder, .look, "more contrast"),
        KeyBinding(["l"], .softer, .look, "less contrast"),
        KeyBinding(["o"], .overlay, .look, "labels: outlines, filled, hidden"),
        KeyBinding(["b"], .scheme, .look, "colours: colour-blind safe, traffic light, grey"),
        KeyBinding(["y"], .solidity, .look, "3-D: bone more or less transparent"),
        KeyBinding(["P"], .labels, .labels, "correct labels: paint, erase, smooth"),
        KeyBinding(["N"], .rename, .labels, "rename this level, or shift all"),
    ]

    init(_ keys: [String], _ command: EditorCommand, _ group: EditorCommand.Group, _ help: String) {
        (self.keys, self.command, self.group, self.help) = (keys, command, group, help)
    }

    private static let byKey: [String: EditorCommand] = Dictionary(
        table.flatMap { binding in binding.keys.map { ($0, binding.command) } }, uniquingKeysWith: { first, _ in first }
    )

    static func command(_ key: Key, _ modifiers: KeyModifiers) -> EditorCommand? { byKey[name(key, modifiers)] }

    /// The key as the table writes it.
    static func name(_ key: Key, _ modifiers: KeyModifiers) -> String {
        let plain: String
        switch key {
        case .character(let c): return modifiers.contains(.control) ? "Ctrl-\(c)" : String(c)
        case .up: plain = "↑"
        case .down: plain = "↓"
        case .left: plain = "←"
        case .right: plain = "→"
        case .home: plain = "Home"
        case .end: plain = "End"
        case .pageUp: plain = "PageUp"
        case .pageDown: plain = "PageDown"
        case .insert: plain = "Insert"
        case .delete: plain = "Delete"
        case .backspace: plain = "Backspace"
        case .tab: plain = "Tab"
        case .enter: plain = "Enter"
        case .escape: plain = "Escape"
        case .function(let n): plain = "F\(n)"
        }
        return modifiers.contains(.shift) ? "Shift-" + plain : plain
    }
}
