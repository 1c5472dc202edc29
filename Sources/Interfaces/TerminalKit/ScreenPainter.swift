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
    /// Of the frame before: this one will hardly need more.
    private var usual = 1 << 14

    public init(depth: ColorDepth) { self.depth = depth }

    /// Forgets what the screen shows: the next frame is painted whole.
    public mutating func invalidate() { shown = nil }

    /// Forgets what a part of the screen shows, but where one of `kept` lies: a picture was over it, and only cells that are
    /// written again take it away.
    public mutating func forget(_ rect: CellRect, kept: [CellRect] = []) {
        guard let known = shown else { return }
        let inside = rect.intersection(known.bounds)
        for row in inside.rows {
            for column in inside.columns where !kept.contains(where: { $0.contains(column: column, row: row) }) {
                shown?.cells[row * known.width + column].glyph = .unknown
            }
        }
    }

    private static let begin: StaticString = "\u{1B}[?2026h", end: StaticString = "\u{1B}[?2026l"

    /// The bytes that make the screen show `grid`: only what changed, and all at once where the terminal knows
    /// synchronised output (mode 2026).
    ///
    /// - Parameter pictures: what is to appear together with the cells.
    public mutating func paint(_ grid: CellGrid, pictures: [UInt8] = []) -> [UInt8] {
        let before = shown.flatMap { $0.width == grid.width && $0.height == grid.height ? $0 : nil }
        var out = ByteStack(capacity: usual + pictures.count)
        out.put(Self.begin)
        let empty = out.count
        if before == nil { out.put("\u{1B}[0m\u{1B}[2J") }
        (style, cursor) = (nil, nil)
        grid.cells.withUnsafeBufferPointer { new in
            guard let before else { return paint(new, nil, grid.width, &out) }
            before.cells.withUnsafeBufferPointer { paint(new, $0, grid.width, &out) }
        }
        shown = grid
        guard out.count > empty || !pictures.isEmpty else { return [] }
        out.reserve(64)
        out.put("\u{1B}[0m")
        out.put(pictures)
        out.reserve(64)
        out.put(Self.end)
        usual = out.count + 4096
        return out.array
    }

    /// Bytes of a cell at most: its place, its style, and the character.
    private static let mostBytesOfCell = 96

    private mutating func paint(
        _ new: UnsafeBufferPointer<Cell>, _ old: UnsafeBufferPointer<Cell>?, _ width: Int, _ out: inout ByteStack
    ) {
        for i in new.indices {
            let cell = new[i]
            guard cell.width > 0 else { continue }
            if let old {
                if old[i] == cell, cell.width < 2 || old[i + 1] == new[i + 1] { continue }
            } else if cell == .blank {
                continue
            }
            out.reserve(Self.mostBytesOfCell)
            let (column, row) = (i % width, i / width)
            move(column, row, &out)
            let look = cheapest(cell)
            set(look.style, showsForeground: look.glyph != .blank, &out)
            out.put(look.glyph)
            // Behind the last column terminals differ in where the cursor is.
            let next = column + Int(cell.width)
            cursor = next < width ? (next, row) : nil
        }
    }

    /// Of the two ways to draw a cell in halves the one whose colours stand already.
    private func cheapest(_ cell: Cell) -> Cell {
        guard cell.glyph == .upperHalf, let now = style, let upper = cell.style.foreground,
            let lower = cell.style.background
        else { return cell }
        guard now.foreground != upper, now.background != lower, now.foreground == lower || now.background == upper
        else { return cell }
        var turned = cell
        turned.glyph = .lowerHalf
        (turned.style.foreground, turned.style.background) = (lower, upper)
        return turned
    }

    private mutating func move(_ column: Int, _ row: Int, _ out: inout ByteStack) {
        if let cursor, cursor == (column, row) { return }
        out.put("\u{1B}[")
        out.put(row + 1)
        out.put(UInt8(ascii: ";"))
        out.put(column + 1)
        out.put(UInt8(ascii: "H"))
    }

    /// Sends what differs from the cell before: over a slow line half of a picture's bytes would be colours that stay.
    private mutating func set(_ new: CellStyle, showsForeground: Bool, _ out: inout ByteStack) {
        var new = new
        // A blank has no foreground: whichever stands is right, unless a line is drawn through it.
        if !showsForeground, !new.isUnderlined, !new.isReversed, let style { new.foreground = style.foreground }
        guard style != new else { return }
        let start = out.count
        out.put("\u{1B}[")
        let old = style.flatMap { $0.canBecome(new) ? $0 : nil }
        if old == nil { putReset(new, &out) }
        if let color = new.foreground, old?.foreground != color { put(38, color, &out) }
        if let color = new.background, old?.background != color { put(48, color, &out) }
        style = new
        let isEmpty = out.count == start + 2
        // The last semicolon gives way.
        out.drop(isEmpty ? 2 : 1)
        if !isEmpty { out.put(UInt8(ascii: "m")) }
    }

    private func putReset(_ new: CellStyle, _ out: inout ByteStack) {
        out.put("0;")
        if new.isBold { out.put("1;") }
        if new.isDim { out.put("2;") }
        if new.isUnderlined { out.put("4;") }
        if new.isReversed { out.put("7;") }
    }

    /// Greys of xterm's palette are sent by their number, half as long and the same to see.
    private func put(_ kind: Int, _ color: RGB, _ out: inout ByteStack) {
        guard depth != .none else { return }
        out.put(kind)
        let index = depth == .full ? color.indexOfGray : color.indexed
        if let index {
            out.put(";5;")
            out.put(Int(index))
        } else {
            out.put(";2")
            for part in [color.red, color.green, color.blue] {
                out.put(UInt8(ascii: ";"))
                out.put(Int(part))
            }
        }
        out.put(UInt8(ascii: ";"))
    }
}

extension CellStyle {
    /// Whether colours alone lead from this style to another: what is set cannot be unset without all else.
    fileprivate func canBecome(_ new: CellStyle) -> Bool {
        hasAttributes(of: new) && (new.foreground != nil || foreground == nil)
            && (new.background != nil || background == nil)
    }
}
