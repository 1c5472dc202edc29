/// Refuses text that the parser could not take: it descends by recursion, and compares keys by all that they hold.
///
/// Brackets, anchors and aliases count wherever they stand, also in quotes and comments: what looks like either may be
/// the other to the parser, and settings never come near the limits.
enum NestingGuard {
    /// Brackets open at once, dashes and question marks in a row.
    static let deepest = 64
    /// Spaces before a line's first letter.
    static let widestIndent = 256

    static func check(_ text: String, file: String) throws(SettingsError) {
        var open = 0
        var (anchor, alias): (Int?, Int?) = (nil, nil)
        for (number, line) in text.utf8.split(
            omittingEmptySubsequences: false, whereSeparator: { $0 == 10 || $0 == 13 }
        ).enumerated() {
            let reason = checkDepth(line, &open)
            if let reason { throw .notYAML(file: file, line: number + 1, reason: reason) }
            if anchor == nil, names(line, after: UInt8(ascii: "&")) { anchor = number + 1 }
            if alias == nil, names(line, after: UInt8(ascii: "*")) { alias = number + 1 }
        }
        // An alias can make a small file expand without bound, and settings need none; it needs its anchor.
        guard anchor == nil || alias == nil else {
            throw .notYAML(
                file: file, line: alias, reason: "it repeats a part by anchor and alias, which settings may not")
        }
    }

    private static func checkDepth(_ line: Substring.UTF8View, _ open: inout Int) -> String? {
        let indent = line.prefix { $0 == UInt8(ascii: " ") }.count
        guard indent <= widestIndent else { return "it is indented deeper than any settings" }
        // A row of dashes that rules off a comment nests nothing.
        let isComment = line.dropFirst(indent).first == UInt8(ascii: "#")
        var marks = 0
        for byte in line {
            switch byte {
            case UInt8(ascii: "["), UInt8(ascii: "{"): open += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"): open = max(0, open - 1)
            case UInt8(ascii: "-"), UInt8(ascii: "?"), UInt8(ascii: ":"): marks += 1
            case UInt8(ascii: " "), UInt8(ascii: "\t"): break
            default: marks = 0
            }
            guard open <= deepest, marks <= 2 * deepest || isComment else { return "it nests deeper than any settings" }
        }
        return nil
    }

    /// Whether `mark` begins a word with a letter, number, - or _ after it, as it does for an anchor or an alias.
    private static func names(_ line: Substring.UTF8View, after mark: UInt8) -> Bool {
        var before = UInt8(ascii: " ")
        var isMarked = false
        for byte in line {
            if isMarked, isNameByte(byte) { return true }
            isMarked = byte == mark && !isNameByte(before)
            before = byte
        }
        return false
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
