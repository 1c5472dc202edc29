extension StringProtocol {
    /// Lines of at most so many columns, broken between words where that can be, and within one that is longer.
    public func wrapped(to columns: Int) -> [String] {
        let columns = Swift.max(columns, 1)
        var lines: [String] = []
        var (line, width) = ("", 0)
        func end() {
            lines.append(line)
            (line, width) = ("", 0)
        }
        for word in split(separator: " ", omittingEmptySubsequences: false) {
            let needed = word.reduce(0) { $0 + CharacterWidth.of($1) }
            if !line.isEmpty, width + 1 + needed > columns {
                end()
            } else if !line.isEmpty || width > 0 {
                line += " "
                width += 1
            }
            for character in word {
                let own = CharacterWidth.of(character)
                if width + own > columns, !line.isEmpty { end() }
                line.append(character)
                width += own
            }
        }
        end()
        return lines
    }
}
