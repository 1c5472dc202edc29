/// What control sequences of a terminal mean.
enum SequenceKeys {
    /// `ESC O final`: keys in application mode.
    static func short(_ final: UInt8) -> InputEvent? {
        final == UInt8(ascii: "M") ? .key(.enter, []) : key(final: final).map { .key($0, []) }
    }

    static func event(_ parameters: String, _ final: UInt8) -> InputEvent? {
        if parameters.hasPrefix("<") { return mouse(numbers(parameters.dropFirst()), final) }
        if parameters.hasPrefix("?") {
            return final == UInt8(ascii: "c") ? .answer(.attributes(numbers(parameters.dropFirst()))) : nil
        }
        let n = numbers(parameters)
        switch final {
        case UInt8(ascii: "I") where parameters.isEmpty: return .focus(true)
        case UInt8(ascii: "O") where parameters.isEmpty: return .focus(false)
        case UInt8(ascii: "Z"): return .key(.tab, .shift)
        case UInt8(ascii: "t"): return size(n)
        case UInt8(ascii: "u"): return unicode(n)
        case UInt8(ascii: "~"): return tilde(n)
        default: return key(final: final).map { .key($0, held(n.count > 1 ? n[1] : 1)) }
        }
    }

    /// The answer within a device control or application string.
    static func answer(_ kind: UInt8, _ body: ArraySlice<UInt8>) -> InputEvent? {
        let text = String(decoding: body, as: UTF8.self)
        if kind == UInt8(ascii: "_"), text.hasPrefix("G") { return .answer(.kittyGraphics(text.hasSuffix(";OK"))) }
        if kind == UInt8(ascii: "P"), text.hasPrefix(">|") { return .answer(.version(String(text.dropFirst(2)))) }
        return nil
    }

    /// Numbers between semicolons; a part behind a colon, and what is no number, counts as nothing.
    private static func numbers(_ text: some StringProtocol) -> [Int] {
        text.split(separator: ";", omittingEmptySubsequences: false).map { part in
            part.split(separator: ":", omittingEmptySubsequences: false).first.flatMap { Int($0) } ?? 0
        }
    }

    private static func held(_ parameter: Int) -> KeyModifiers {
        KeyModifiers(rawValue: max(0, parameter - 1)).intersection([.shift, .alt, .control])
    }

    private static func key(final: UInt8) -> Key? {
        switch final {
        case UInt8(ascii: "A"): .up
        case UInt8(ascii: "B"): .down
        case UInt8(ascii: "C"): .right
        case UInt8(ascii: "D"): .left
        case UInt8(ascii: "H"): .home
        case UInt8(ascii: "F"): .end
        case UInt8(ascii: "P")...UInt8(ascii: "S"): .function(Int(final - UInt8(ascii: "P")) + 1)
        default: nil
        }
    }

    private static func tilde(_ n: [Int]) -> InputEvent? {
        let modifiers = held(n.count > 1 ? n[1] : 1)
        switch n.first ?? 0 {
        case 1, 7: return .key(.home, modifiers)
        case 2: return .key(.insert, modifiers)
        case 3: return .key(.delete, modifiers)
        case 4, 8: return .key(.end, modifiers)
        case 5: return .key(.pageUp, modifiers)
        case 6: return .key(.pageDown, modifiers)
        case let k where (11...15).contains(k): return .key(.function(k - 10), modifiers)
        case let k where (17...21).contains(k): return .key(.function(k - 11), modifiers)
        case let k where (23...24).contains(k): return .key(.function(k - 12), modifiers)
        case 200: return .paste("")
        default: return nil
        }
    }

    /// Kitty's and xterm's way to send any key: its code point and what is held.
    private static func unicode(_ n: [Int]) -> InputEvent? {
        guard let value = n.first.flatMap({ UInt32(exactly: $0) }), let scalar = Unicode.Scalar(value) else {
            return nil
        }
        let modifiers = held(n.count > 1 ? n[1] : 1)
        switch value {
        case 27: return .key(.escape, modifiers)
        case 13: return .key(.enter, modifiers)
        case 9: return .key(.tab, modifiers)
        case 127: return .key(.backspace, modifiers)
        // Kitty's private numbers of keys that are no characters.
        case 0..<0x20, 0xE000...0xF8FF: return nil
        default: return .key(.character(Character(scalar)), modifiers)
        }
    }

    private static func size(_ n: [Int]) -> InputEvent? {
        guard n.count >= 3, n[1] > 0, n[2] > 0, max(n[1], n[2]) < 1 << 16 else { return nil }
        switch n[0] {
        case 4: return .answer(.areaSize(width: n[2], height: n[1]))
        case 6: return .answer(.cellSize(width: n[2], height: n[1]))
        default: return nil
        }
    }

    private static func mouse(_ n: [Int], _ final: UInt8) -> InputEvent? {
        guard n.count == 3, n[1] > 0, n[2] > 0, final == UInt8(ascii: "M") || final == UInt8(ascii: "m") else {
            return nil
        }
        let code = n[0]
        let modifiers = KeyModifiers(
            rawValue: (code & 4 != 0 ? 1 : 0) + (code & 8 != 0 ? 2 : 0) + (code & 16 != 0 ? 4 : 0))
        let action: MouseAction
        if code & 64 != 0 {
            guard code & 3 < 2 else { return nil }
            action = .scroll(code & 3 == 0 ? 1 : -1)
        } else if let button = MouseButton(rawValue: code & 3) {
            action = final == UInt8(ascii: "m") ? .release(button) : code & 32 != 0 ? .drag(button) : .press(button)
        } else {
            action = .move
        }
        return .mouse(action, column: n[1] - 1, row: n[2] - 1, modifiers)
    }
}
