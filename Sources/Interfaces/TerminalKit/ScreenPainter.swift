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
    ///
    /// - Parameter pictures: what is to appear together with the cells.
    public mutating func paint(_ grid: CellGrid, pictures: [UInt8] = []) -> [UInt8] {
        var out: [UInt8] = []
        let before = shown.flatMap { $0.width == grid.width && $0.height == grid.height ? $0 : nil }
        if before == nil { append("\u{1B}[0m\u{1B}[2J", to: &out) }
        (style, cursor) = (nil, nil)
        for row in 0..<grid.height { paint(row, grid, before, &out) }
        shown = grid
        guard !out.isEmpty || !pictures.isEmpty else { return [] }
        return Array("\u{1B}[?2026h".utf8) + out + Array("\u{1B}[0m".utf8) + pictures + Array("\u{1B}[?2026l".utf8)
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
            let look = cheapest(cell)
            set(look.style, showsForeground: look.character != " ", &out)
            out += look.character.utf8
            // Behind the last column terminals differ in where the cursor is.
            let next = column + Int(cell.width)
            cursor = next < grid.width ? (next, row) : nil
        }
    }

    /// Of the two ways to draw a cell in halves the one whose colours stand already.
    private func cheapest(_ cell: Cell) -> Cell {
        guard cell.character == "\u{2580}", let now = style, let upper = cell.style.foreground,
            let lower = cell.style.background
        else { return cell }
        guard now.foreground != upper, now.background != lower, now.foreground == lower || now.background == upper
        else { return cell }
        var turned = cell
        turned.character = "\u{2584}"
        (turned.style.foreground, turned.style.background) = (lower, upper)
        return turned
    }

    private mutating func move(_ column: Int, _ row: Int, _ out: inout [UInt8]) {
        if let cursor, cursor == (column, row) { return }
        out += [0x1B, 0x5B]
        append(row + 1, to: &out)
        out.append(UInt8(ascii: ";"))
        append(column + 1, to: &out)
        out.append(UInt8(ascii: "H"))
    }

    /// Sends what differs from the cell before: over a slow line half of a picture's bytes would be colours that stay.
    private mutating func set(_ new: CellStyle, showsForeground: Bool, _ out: inout [UInt8]) {
        var new = new
        // A blank has no foreground: whichever stands is right, unless a line is drawn through it.
        if !showsForeground, !new.isUnderlined, !new.isReversed, let style { new.foreground = style.foreground }
        guard style != new else { return }
        var codes: [UInt8] = [0x1B, 0x5B]
        let old = style.flatMap { $0.canBecome(new) ? $0 : nil }
        if old == nil { addReset(new, &codes) }
        if let color = new.foreground, old?.foreground != color { add(38, color, &codes) }
        if let color = new.background, old?.background != color { add(48, color, &codes) }
        style = new
        guard codes.count > 2 else { return }
        codes[codes.count - 1] = UInt8(ascii: "m")
        out += codes
    }

    private func addReset(_ new: CellStyle, _ codes: inout [UInt8]) {
        codes += "0;".utf8
        if new.isBold { codes += "1;".utf8 }
        if new.isDim { codes += "2;".utf8 }
        if new.isUnderlined { codes += "4;".utf8 }
        if new.isReversed { codes += "7;".utf8 }
    }

    private func add(_ kind: Int, _ color: RGB, _ codes: inout [UInt8]) {
        guard depth != .none else { return }
        append(kind, to: &codes)
        let numbers =
            depth == .full ? [2, Int(color.red), Int(color.green), Int(color.blue)] : [5, Int(color.indexed)]
        for number in numbers {
            codes.append(UInt8(ascii: ";"))
            append(number, to: &codes)
        }
        codes.append(UInt8(ascii: ";"))
    }

    /// A number of at most four digits.
    private func append(_ number: Int, to out: inout [UInt8]) {
        for unit in [1000, 100, 10] where number >= unit { out.append(UInt8(48 + number / unit % 10)) }
        out.append(UInt8(48 + number % 10))
    }

    private func append(_ text: String, to out: inout [UInt8]) { out += text.utf8 }
}

extension CellStyle {
    /// Whether colours alone lead from this style to another: what is set cannot be unset without all else.
    fileprivate func canBecome(_ new: CellStyle) -> Bool {
        isBold == new.isBold && isDim == new.isDim && isUnderlined == new.isUnderlined && isReversed == new.isReversed
            && (new.foreground != nil || foreground == nil) && (new.background != nil || background == nil)
    }
}
