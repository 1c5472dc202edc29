import TerminalKit

/// Letters of five rows, which are read from across a room.
enum BigLetters {
    /// Rows from the top, three columns each.
    private static let shapes: [Character: [String]] = [
        "A": ["###", "# #", "###", "# #", "# #"], "B": ["## ", "# #", "## ", "# #", "## "],
        "C": ["###", "#  ", "#  ", "#  ", "###"], "D": ["## ", "# #", "# #", "# #", "## "],
        "E": ["###", "#  ", "## ", "#  ", "###"], "F": ["###", "#  ", "## ", "#  ", "#  "],
        "G": ["###", "#  ", "# #", "# #", "###"], "H": ["# #", "# #", "###", "# #", "# #"],
        "I": ["###", " # ", " # ", " # ", "###"], "L": ["#  ", "#  ", "#  ", "#  ", "###"],
        "M": ["# #", "###", "###", "# #", "# #"], "N": ["###", "# #", "# #", "# #", "# #"],
        "O": ["###", "# #", "# #", "# #", "###"], "P": ["###", "# #", "###", "#  ", "#  "],
        "R": ["###", "# #", "## ", "# #", "# #"], "S": ["###", "#  ", "###", "  #", "###"],
        "T": ["###", " # ", " # ", " # ", " # "], "U": ["# #", "# #", "# #", "# #", "###"],
        "V": ["# #", "# #", "# #", "# #", " # "], "W": ["# #", "# #", "###", "###", "# #"],
        "0": ["###", "# #", "# #", "# #", "###"], "1": [" # ", "## ", " # ", " # ", "###"],
        "2": ["###", "  #", "###", "#  ", "###"], "3": ["###", "  #", "###", "  #", "###"],
        "4": ["# #", "# #", "###", "  #", "  #"], "5": ["###", "#  ", "###", "  #", "###"],
        "6": ["###", "#  ", "###", "# #", "###"], "7": ["###", "  #", "  #", "  #", "  #"],
        "8": ["###", "# #", "###", "# #", "###"], "9": ["###", "# #", "###", "  #", "###"],
        ".": ["   ", "   ", "   ", "   ", " # "], "-": ["   ", "   ", "###", "   ", "   "],
        " ": ["   ", "   ", "   ", "   ", "   "],
    ]

    static func width(of text: String) -> Int { 4 * text.count - 1 }

    /// In the middle of `rect`, or as plain letters where there is no room.
    static func draw(_ text: String, in rect: CellRect, style: CellStyle, _ grid: inout CellGrid) {
        let (left, top) = (rect.column + (rect.width - width(of: text)) / 2, rect.row + (rect.height - 5) / 2)
        guard width(of: text) <= rect.width, rect.height >= 5 else {
            let column = rect.column + max(0, (rect.width - text.count) / 2)
            grid.write(text, column: column, row: rect.row + rect.height / 2, style: style, within: rect)
            return
        }
        for (index, character) in text.enumerated() {
            for (row, line) in (shapes[character] ?? []).enumerated() {
                for (column, dot) in line.enumerated() where dot == "#" {
                    let solid = Cell(" ", CellStyle(nil, on: style.foreground))
                    grid[left + 4 * index + column, top + row] = solid
                }
            }
        }
    }
}
