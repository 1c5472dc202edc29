import TerminalKit

/// Where everything stands on a screen of this size.
struct ScreenLayout: Equatable {
    let title: CellRect
    let panes: [CellRect]
    let panel: CellRect
    let message: CellRect

    /// Below this nothing can be judged; the screen says so.
    static let smallest = (columns: 60, rows: 18)

    init(columns: Int, rows: Int, isWhole: Bool) {
        let all = CellRect(column: 0, row: 0, width: columns, height: rows)
        let (title, rest) = all.split(top: 1)
        let (middle, message) = rest.split(top: rest.height - 1)
        let panelWidth = columns >= 150 ? 44 : columns >= 100 ? 36 : 30
        let (pictures, panel) = middle.split(left: columns - panelWidth)
        (self.title, self.message, self.panel) = (title, message, panel)
        panes = isWhole ? [pictures] : Self.panes(pictures)
    }

    /// As many panes as still show something: 1, 2 × 2 or 3 × 2.
    private static func panes(_ all: CellRect) -> [CellRect] {
        if all.width >= 138, all.height >= 40 { return grid(all, across: 3, down: 2) }
        if all.width >= 72, all.height >= 30 { return grid(all, across: 2, down: 2) }
        if all.width >= 48 { return grid(all, across: 2, down: 1) }
        return [all]
    }

    private static func grid(_ all: CellRect, across: Int, down: Int) -> [CellRect] {
        var found: [CellRect] = []
        for row in 0..<down {
            let top = all.row + all.height * row / down, bottom = all.row + all.height * (row + 1) / down
            for column in 0..<across {
                let left = all.column + all.width * column / across
                let right = all.column + all.width * (column + 1) / across
                found.append(CellRect(column: left, row: top, width: right - left, height: bottom - top))
            }
        }
        return found
    }
}
