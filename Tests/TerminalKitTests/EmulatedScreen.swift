@testable import TerminalKit

/// A terminal of the few control sequences that the painter sends, written against ECMA-48 and not against the painter.
struct EmulatedScreen {
    let width: Int
    let height: Int
    var text: [String]
    var colors: [String]
    private var column = 0
    private var row = 0
    private var pen = ""

    init(_ width: Int, _ height: Int) {
        (self.width, self.height) = (width, height)
        text = [String](repeating: " ", count: width * height)
        colors = [String](repeating: "", count: width * height)
    }

    mutating func receive(_ bytes: [UInt8]) {
        let all = Array(String(decoding: bytes, as: UTF8.self))
        var i = 0
        while i < all.count {
            if all[i] == "\u{1B}" {
                var end = i + 2
                while !all[end].isLetter { end += 1 }
                obey(String(all[(i + 2)..<end]), all[end])
                i = end + 1
            } else {
                put(all[i])
                i += 1
            }
        }
    }

    private mutating func obey(_ parameters: String, _ final: Character) {
        switch final {
        case "H":
            let n = parameters.split(separator: ";").compactMap { Int($0) }
            (row, column) = ((n.first ?? 1) - 1, (n.last ?? 1) - 1)
        case "J": self = EmulatedScreen(width, height)
        case "m": pen = parameters == "0" ? "" : String(parameters.dropFirst(parameters.hasPrefix("0;") ? 2 : 0))
        default: break
        }
    }

    private mutating func put(_ character: Character) {
        let wide = CharacterWidth.of(character)
        text[row * width + column] = String(character)
        colors[row * width + column] = pen
        if wide == 2 {
            text[row * width + column + 1] = ""
            colors[row * width + column + 1] = pen
        }
        column += wide
    }
}
