/// Keys held with another, or with the mouse.
public struct KeyModifiers: OptionSet, Hashable, Sendable {
    public let rawValue: Int
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// As terminals number them (xterm's modifier parameter less one).
    public static let shift = KeyModifiers(rawValue: 1)
    public static let alt = KeyModifiers(rawValue: 2)
    public static let control = KeyModifiers(rawValue: 4)
}

public enum Key: Hashable, Sendable {
    case character(Character)
    case up, down, left, right, home, end, pageUp, pageDown, insert, delete, backspace, tab, enter, escape
    case function(Int)
}

public enum MouseAction: Hashable, Sendable {
    case press(MouseButton), release(MouseButton), drag(MouseButton), move
    /// Wheel: positive away from the person.
    case scroll(Int)
}

public enum MouseButton: Int, Hashable, Sendable {
    case left, middle, right
}

/// What a person, or the terminal itself, says.
public enum InputEvent: Hashable, Sendable {
    case key(Key, KeyModifiers)
    /// Cells from 0.
    case mouse(MouseAction, column: Int, row: Int, KeyModifiers)
    /// Text put in at once.
    case paste(String)
    case focus(Bool)
    /// An answer to a question of ours.
    case answer(TerminalAnswer)
}

public enum TerminalAnswer: Hashable, Sendable {
    /// Primary device attributes; 4 says that sixel pictures are shown.
    case attributes([Int])
    /// The size of a cell, pixels.
    case cellSize(width: Int, height: Int)
    /// The size of the text area, pixels.
    case areaSize(width: Int, height: Int)
    /// Whether kitty's graphics are shown.
    case kittyGraphics(Bool)
    case version(String)
}
