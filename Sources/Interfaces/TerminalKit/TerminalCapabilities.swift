/// What the terminal can show, by its own word.
public enum TerminalCapabilities {
    /// By the environment: colours are not asked of a terminal, they are declared.
    public static func depth(_ environment: [String: String]) -> ColorDepth {
        if environment["NO_COLOR"].map({ !$0.isEmpty }) ?? false { return .none }
        let (colors, term) = (environment["COLORTERM"] ?? "", environment["TERM"] ?? "")
        if colors == "truecolor" || colors == "24bit" { return .full }
        if ["kitty", "wezterm", "ghostty", "alacritty", "direct", "foot"].contains(where: { term.contains($0) }) {
            return .full
        }
        return term == "dumb" || term.isEmpty ? .none : .indexed
    }

    /// Asks for kitty's pictures and for sixel; a terminal that says nothing within 0.3 s shows neither.
    public static func graphics(_ terminal: Terminal) throws(TerminalError) -> TerminalGraphics? {
        // Every terminal answers the second question, so that nobody waits long.
        try terminal.write(KittyEncoder.question + Array("\u{1B}[c".utf8))
        var decoder = InputDecoder()
        var hasKitty = false
        for _ in 0..<10 {
            guard case .input(let bytes) = try terminal.wait(seconds: 0.3) else { return hasKitty ? .kitty : nil }
            for case .answer(let answer) in decoder.receive(bytes) {
                switch answer {
                case .kittyGraphics(let shown): hasKitty = shown
                case .attributes(let numbers): return hasKitty ? .kitty : numbers.contains(4) ? .sixel : nil
                default: break
                }
            }
        }
        return hasKitty ? .kitty : nil
    }
}
