/// Turns the bytes that a terminal sends into events (xterm's control sequences: keys, SGR mouse 1006, bracketed paste
/// 2004, focus 1004, device attributes; kitty's keyboard and graphics answers).
///
/// Bytes may come in any pieces. What is no sequence known here is dropped, never taken for keys.
public struct InputDecoder: Sendable {
    private var pending: [UInt8] = []
    private var pasted: [UInt8]?

    /// More than any sequence that means something.
    static let longestSequence = 4096
    static let longestPaste = 1 << 20
    private static let pasteEnd = Array("\u{1B}[201~".utf8)

    public init() {}

    /// Whether an escape waits for what may follow it: after a pause, call `flush`.
    public var isWaiting: Bool { !pending.isEmpty && pasted == nil }

    public mutating func receive(_ bytes: some Sequence<UInt8>) -> [InputEvent] {
        pending += bytes
        var events: [InputEvent] = []
        while !pending.isEmpty {
            if pasted != nil {
                guard takePaste(&events) else { break }
                continue
            }
            guard let (event, used) = next() else { break }
            pending.removeFirst(used)
            if event == .paste("") { pasted = [] } else if let event { events.append(event) }
        }
        return events
    }

    /// Takes what waits as it is: an escape that nothing followed is the key.
    public mutating func flush() -> [InputEvent] {
        guard isWaiting else { return [] }
        let alone = pending == [0x1B]
        pending = []
        return alone ? [.key(.escape, [])] : []
    }

    /// Moves bytes into the pasted text, up to its end; false where more must come first.
    private mutating func takePaste(_ events: inout [InputEvent]) -> Bool {
        var text = pasted ?? []
        let all = pending
        let mark = Self.pasteEnd
        let end = all.indices.first { all[$0...].starts(with: mark) }
        // A mark may be cut in two: its beginning stays for the next bytes.
        let keep = end == nil ? (1..<mark.count).last { all.suffix($0).elementsEqual(mark.prefix($0)) } ?? 0 : 0
        let upTo = end ?? all.count - keep
        text += all[..<upTo].prefix(max(0, Self.longestPaste - text.count))
        pending.removeFirst(end.map { $0 + mark.count } ?? upTo)
        if end != nil {
            pasted = nil
            if !text.isEmpty { events.append(.paste(String(decoding: text, as: UTF8.self))) }
            return true
        }
        pasted = text
        return false
    }

    /// The first event of what is pending and how many bytes it took; `nil` where more must come.
    private func next() -> (InputEvent?, Int)? {
        guard pending[0] == 0x1B else { return character(at: 0, []) }
        guard pending.count > 1 else { return nil }
        switch pending[1] {
        case UInt8(ascii: "["): return controlSequence()
        case UInt8(ascii: "O"): return pending.count > 2 ? (SequenceKeys.short(pending[2]), 3) : nil
        case UInt8(ascii: "_"), UInt8(ascii: "P"), UInt8(ascii: "]"): return string()
        case 0x1B: return (.key(.escape, []), 1)
        default: return character(at: 1, .alt)
        }
    }

    private func character(at start: Int, _ held: KeyModifiers) -> (InputEvent?, Int)? {
        let first = pending[start]
        switch first {
        case 0x0D: return (.key(.enter, held), start + 1)
        case 0x09: return (.key(.tab, held), start + 1)
        case 0x7F, 0x08: return (.key(.backspace, held), start + 1)
        case 0: return (.key(.character(" "), held.union(.control)), start + 1)
        case 0x01...0x1A:
            return (.key(.character(Character(Unicode.Scalar(first + 0x60))), held.union(.control)), start + 1)
        case 0..<0x20: return (nil, start + 1)
        case 0..<0x80: return (.key(.character(Character(Unicode.Scalar(first))), held), start + 1)
        default: break
        }
        let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1
        guard pending.count >= start + length else { return nil }
        let text = String(decoding: pending[start..<(start + length)], as: UTF8.self)
        guard let one = text.first, text.count == 1, one != "\u{FFFD}" else { return (nil, start + 1) }
        return (.key(.character(one), held), start + length)
    }

    /// `ESC [ parameters final`.
    private func controlSequence() -> (InputEvent?, Int)? {
        guard let end = pending[2...].firstIndex(where: { (0x40...0x7E).contains($0) }) else {
            return pending.count > Self.longestSequence ? (nil, pending.count) : nil
        }
        // A byte below 0x20 breaks a sequence off.
        if let cut = pending[2..<end].firstIndex(where: { $0 < 0x20 }) { return (nil, cut) }
        let parameters = String(decoding: pending[2..<end], as: UTF8.self)
        return (SequenceKeys.event(parameters, pending[end]), end + 1)
    }

    /// `ESC _ … ESC \` and its like.
    private func string() -> (InputEvent?, Int)? {
        let body = pending[2...]
        if let bell = body.firstIndex(of: 0x07), !body[..<bell].contains(0x1B) {
            return (SequenceKeys.answer(pending[1], body[..<bell]), bell + 1)
        }
        guard let end = body.indices.dropLast().first(where: { body[$0] == 0x1B && body[$0 + 1] == 0x5C }) else {
            return pending.count > Self.longestSequence ? (nil, pending.count) : nil
        }
        return (SequenceKeys.answer(pending[1], body[..<end]), end + 2)
    }
}
