/// How many colours a terminal shows.
public enum ColorDepth: Sendable, Comparable {
    case none, indexed, full
}

/// Turns grids of cells into the bytes that bring a terminal from one to the next (ECMA-48, xterm's control sequences).
public struct ScreenPainter: Sendable {
    private var shown: CellGrid?
    private let depth: ColorDepth
    private var style: CellStyle?
    private var cursor: (column: Int, row: Int)?

    public init(depth: ColorDepth) { self.depth = depth }

    /// Forgets what the screen shows: the next frame is painted whole.
    public mutating func invalidate() { shown = nil }

    /// The bytes that make the screen show `grid`: only what changed, and all at once where the terminal knows
    /// synchronised output (mode 2026).
    public mutating func paint(_ grid: CellGrid) -> [UInt8] {
        var out: [UInt8] = []
        let before = shown.flatMap { $0.width == grid.width && $0.height == grid.height ? $0 : nil }
        if before == nil { append("\u{1B}[0m\u{1B}[2J", to: &out) }
        (style, cursor) = (nil, nil)
        for row in 0..<grid.height { paint(row, grid, before, &out) }
        shown = grid
        guard !out.isEmpty else { return [] }
        return Array("\u{1B}[?2026h".utf8) + out + Array("\u{1B}[0m\u{1B}[?2026l".utf8)
    }

    private mutating func paint(_ row: Int, _ grid: CellGrid, _ before: CellGrid?, _ out: inout [UInt8]) {
        for column in 0..<grid.width {
            let cell = grid[column, row]
            guard cell.width > 0 else { continue }
            if let before, before[column, row] == cell,
                cell.width < 2 || before[column + 1, row] == grid[column + 1, row]
            {
                continue
            }
            if before == nil, cell == .blank { continue }
            move(column, row, &out)
            set(cell.style, &out)
            out += String(cell.character).utf8
            // Behind the last column terminals differ in where the cursor is.
            let next = column + Int(cell.width)
            cursor = next < grid.width ? (next, row) : nil
        }
    }

    private mutating func move(_ column: Int, _ row: Int, _ out: inout [UInt8]) {
        if let cursor, cursor == (column, row) { return }
        append("\u{1B}[\(row + 1);\(column + 1)H", to: &out)
    }

    private mutating func set(_ new: CellStyle, _ out: inout [UInt8]) {
        guard style != new else { return }
        style = new
        var codes = ["0"]
        if new.isBold { codes.append("1") }
        if new.isDim { codes.append("2") }
        if new.isUnderlined { codes.append("4") }
        if new.isReversed { codes.append("7") }
        if let color = new.foreground.flatMap({ code(38, $0) }) { codes.append(color) }
        if let color = new.background.flatMap({ code(48, $0) }) { codes.append(color) }
        append("\u{1B}[" + codes.joined(separator: ";") + "m", to: &out)
    }

    private func code(_ kind: Int, _ color: RGB) -> String? {
        switch depth {
        case .full: "\(kind);2;\(color.red);\(color.green);\(color.blue)"
        case .indexed: "\(kind);5;\(color.indexed)"
        case .none: nil
        }
    }

    private func append(_ text: String, to out: inout [UInt8]) { out += text.utf8 }
}
