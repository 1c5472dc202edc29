/// A rectangle of cells: columns to the right, rows downwards, from 0.
public struct CellRect: Hashable, Sendable {
    public var column, row, width, height: Int

    public init(column: Int, row: Int, width: Int, height: Int) {
        (self.column, self.row) = (column, row)
        (self.width, self.height) = (max(0, width), max(0, height))
    }

    public var columns: Range<Int> { column..<(column + width) }
    public var rows: Range<Int> { row..<(row + height) }
    public var isEmpty: Bool { width == 0 || height == 0 }

    public func contains(column: Int, row: Int) -> Bool { columns.contains(column) && rows.contains(row) }

    /// What is left inside a margin.
    public func inset(_ columns: Int, _ rows: Int) -> CellRect {
        CellRect(
            column: column + min(columns, width), row: row + min(rows, height), width: width - 2 * columns,
            height: height - 2 * rows)
    }

    /// Two parts side by side; the left one gets `width` columns, or all there are.
    public func split(left width: Int) -> (left: CellRect, right: CellRect) {
        let cut = min(max(width, 0), self.width)
        return (
            CellRect(column: column, row: row, width: cut, height: height),
            CellRect(column: column + cut, row: row, width: self.width - cut, height: height)
        )
    }

    /// Two parts one over the other; the upper one gets `height` rows, or all there are.
    public func split(top height: Int) -> (top: CellRect, bottom: CellRect) {
        let cut = min(max(height, 0), self.height)
        return (
            CellRect(column: column, row: row, width: width, height: cut),
            CellRect(column: column, row: row + cut, width: width, height: self.height - cut)
        )
    }

    public func intersection(_ other: CellRect) -> CellRect {
        let (c, r) = (columns.clamped(to: other.columns), rows.clamped(to: other.rows))
        return CellRect(column: c.lowerBound, row: r.lowerBound, width: c.count, height: r.count)
    }
}

/// What the screen is to show. Whatever is drawn beyond its edges is cut off.
public struct CellGrid: Equatable, Sendable {
    public let width: Int
    public let height: Int
    public internal(set) var cells: [Cell]

    public init(width: Int, height: Int, filledWith cell: Cell = .blank) {
        self.width = max(1, width)
        self.height = max(1, height)
        cells = [Cell](repeating: cell, count: self.width * self.height)
    }

    public var bounds: CellRect { CellRect(column: 0, row: 0, width: width, height: height) }

    public subscript(column: Int, row: Int) -> Cell {
        get { cells[row * width + column] }
        set {
            guard (0..<width).contains(column), (0..<height).contains(row) else { return }
            breakWide(column, row)
            cells[row * width + column] = newValue
        }
    }

    /// A wide character that loses one half becomes blank.
    private mutating func breakWide(_ column: Int, _ row: Int) {
        let i = row * width + column
        if cells[i].width == 0, column > 0 { cells[i - 1] = Cell(" ", cells[i - 1].style) }
        if cells[i].width == 2, column + 1 < width { cells[i + 1] = Cell(" ", cells[i + 1].style) }
    }

    public mutating func fill(_ rect: CellRect, with cell: Cell = .blank) {
        let inside = rect.intersection(bounds)
        overwrite(inside) { _, _ in cell }
    }

    /// Gives every cell of a part of the grid something new.
    mutating func overwrite(_ inside: CellRect, _ cell: (_ column: Int, _ row: Int) -> Cell) {
        guard !inside.isEmpty else { return }
        for row in inside.rows {
            // Wide characters that reach over the edge lose a half.
            breakWide(inside.column, row)
            breakWide(inside.columns.upperBound - 1, row)
            let start = row * width
            cells.withUnsafeMutableBufferPointer { cells in
                for column in inside.columns { cells[start + column] = cell(column, row) }
            }
        }
    }

    /// Writes a line, cut off at the end of `rect`'s first row, or of the grid.
    /// - Returns: the column behind it.
    @discardableResult
    public mutating func write(
        _ text: some StringProtocol, column: Int, row: Int, style: CellStyle = .plain, within rect: CellRect? = nil
    ) -> Int {
        let limit = (rect ?? bounds).intersection(bounds)
        var at = column
        for character in text {
            // A control character from a file would be obeyed by the terminal.
            let isControl = character.unicodeScalars.contains(where: CharacterWidth.isControl)
            let shown: Character = isControl ? "\u{FFFD}" : character
            let needed = CharacterWidth.of(shown)
            guard needed > 0 else { continue }
            guard limit.rows.contains(row), at + needed <= limit.columns.upperBound else { break }
            if at >= limit.columns.lowerBound {
                self[at, row] = Cell(shown, style)
                if needed == 2 {
                    self[at + 1, row] = Cell(" ", style)
                    cells[row * width + at].width = 2
                    cells[row * width + at + 1].width = 0
                }
            }
            at += needed
        }
        return at
    }
}
