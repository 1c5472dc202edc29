@testable import TerminalKit

/// A terminal of the few control sequences that the painter sends, written against ECMA-48 and not against the painter.
struct EmulatedScreen {
    let width: Int
    let height: Int
    var text: [String]
    var pens: [Pen]
    private var column = 0
    private var row = 0
    private var pen = Pen()

    /// How what is written next looks: colours as they were asked for, and attributes by their numbers.
    struct Pen: Equatable {
        var foreground = "", background = ""
        var attributes: Set<Int> = []
    }

    init(_ width: Int, _ height: Int) {
        (self.width, self.height) = (width, height)
        text = [String](repeating: " ", count: width * height)
        pens = [Pen](repeating: Pen(), count: width * height)
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
        case "m": take(parameters.split(separator: ";").compactMap { Int($0) })
        default: break
        }
    }

    /// Select graphic rendition: one parameter after the other, each on top of what stood before.
    private mutating func take(_ codes: [Int]) {
        var i = 0
        while i < codes.count {
            let code = codes[i]
            if code == 0 {
                pen = Pen()
            } else if code == 38 || code == 48 {
                let count = codes[i + 1] == 2 ? 3 : 1
                let numbers = count == 3 ? Array(codes[(i + 2)...(i + 4)]) : Self.palette(codes[i + 2])
                let color = numbers.map(String.init).joined(separator: ";")
                if code == 38 { pen.foreground = color } else { pen.background = color }
                i += 1 + count
            } else {
                pen.attributes.insert(code)
            }
            i += 1
        }
    }

    /// xterm's palette of 256 colours (256colres.h): behind the first sixteen a cube of 6×6×6, then 24 greys.
    static func palette(_ number: Int) -> [Int] {
        if number >= 232 { return [Int](repeating: 8 + 10 * (number - 232), count: 3) }
        let levels = [0, 95, 135, 175, 215, 255], i = number - 16
        return [levels[i / 36], levels[i / 6 % 6], levels[i % 6]]
    }

    private mutating func put(_ character: Character) {
        let wide = CharacterWidth.of(character)
        text[row * width + column] = String(character)
        pens[row * width + column] = pen
        if wide == 2 {
            text[row * width + column + 1] = ""
            pens[row * width + column + 1] = pen
        }
        column += wide
    }
}
