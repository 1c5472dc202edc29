/// What a terminal shows of the bytes that it was sent: enough of ECMA-48 for the plan editor, colours left out.
public struct TerminalScreen: Sendable {
    public private(set) var columns: Int
    public private(set) var rows: Int
    private var cells: [[Character]]
    private var (column, row) = (0, 0)
    private var pending: [UInt8] = []
    /// Whether the alternate screen is on: what is printed after it is no screen.
    public private(set) var isAlternate = false
    /// Everything that came while the alternate screen was off.
    public private(set) var printed = ""

    public init(columns: Int, rows: Int) {
        (self.columns, self.rows) = (columns, rows)
        cells = Array(repeating: Array(repeating: " ", count: columns), count: rows)
    }

    /// A window of another size, blank until the program draws it anew.
    public mutating func resize(columns: Int, rows: Int) {
        let (pending, printed, isAlternate) = (pending, printed, isAlternate)
        self = TerminalScreen(columns: columns, rows: rows)
        (self.pending, self.printed, self.isAlternate) = (pending, printed, isAlternate)
    }

    public var text: String { cells.map { String($0) }.joined(separator: "\n") }

    public mutating func receive(_ bytes: some Sequence<UInt8>) {
        pending += bytes
        var at = 0
        while at < pending.count, let used = take(at) { at += used }
        pending.removeFirst(at)
    }

    /// - Returns: how many bytes were understood; `nil` where more must come.
    private mutating func take(_ at: Int) -> Int? {
        let first = pending[at]
        if first == 0x1B { return escape(at) }
        let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1
        guard pending.count >= at + length else { return nil }
        let text = String(decoding: pending[at..<(at + length)], as: UTF8.self)
        // A bell shows nothing.
        if !isAlternate { printed += text } else if first >= 0x20 { text.first.map { put($0) } }
        return length
    }

    private mutating func put(_ character: Character) {
        if cells.indices.contains(row), cells[row].indices.contains(column) { cells[row][column] = character }
        column += 1
    }

    private mutating func escape(_ at: Int) -> Int? {
        guard pending.count > at + 1 else { return nil }
        guard pending[at + 1] == UInt8(ascii: "[") else { return 2 }
        guard let end = pending[(at + 2)...].firstIndex(where: { (0x40...0x7E).contains($0) }) else { return nil }
        let text = String(decoding: pending[(at + 2)..<end], as: UTF8.self)
        let numbers = text.split(separator: ";").map { Int($0) ?? 1 }
        switch pending[end] {
        case UInt8(ascii: "H"): (row, column) = ((numbers.first ?? 1) - 1, (numbers.dropFirst().first ?? 1) - 1)
        case UInt8(ascii: "J"): cells = cells.map { $0.map { _ in " " } }
        case UInt8(ascii: "h") where text == "?1049": isAlternate = true
        case UInt8(ascii: "l") where text == "?1049": isAlternate = false
        default: break
        }
        return end + 1 - at
    }
}
