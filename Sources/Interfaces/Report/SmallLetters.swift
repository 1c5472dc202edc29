/// Capitals and figures of 5 by 7 dots, for pictures that stand alone. Other characters are left blank.
enum SmallLetters {
    static let width = 6
    static let height = 7

    /// Rows from the top, five bits each, the leftmost highest.
    static let glyphs: [Character: [UInt8]] = [
        "A": [14, 17, 17, 31, 17, 17, 17], "B": [30, 17, 17, 30, 17, 17, 30], "C": [14, 17, 16, 16, 16, 17, 14],
        "D": [30, 17, 17, 17, 17, 17, 30], "E": [31, 16, 16, 30, 16, 16, 31], "F": [31, 16, 16, 30, 16, 16, 16],
        "G": [14, 17, 16, 23, 17, 17, 15], "H": [17, 17, 17, 31, 17, 17, 17], "I": [14, 4, 4, 4, 4, 4, 14],
        "J": [7, 2, 2, 2, 2, 18, 12], "K": [17, 18, 20, 24, 20, 18, 17], "L": [16, 16, 16, 16, 16, 16, 31],
        "M": [17, 27, 21, 21, 17, 17, 17], "N": [17, 25, 21, 19, 17, 17, 17], "O": [14, 17, 17, 17, 17, 17, 14],
        "P": [30, 17, 17, 30, 16, 16, 16], "Q": [14, 17, 17, 17, 21, 18, 13], "R": [30, 17, 17, 30, 20, 18, 17],
        "S": [15, 16, 16, 14, 1, 1, 30], "T": [31, 4, 4, 4, 4, 4, 4], "U": [17, 17, 17, 17, 17, 17, 14],
        "V": [17, 17, 17, 17, 17, 10, 4], "W": [17, 17, 17, 21, 21, 27, 17], "X": [17, 17, 10, 4, 10, 17, 17],
        "Y": [17, 17, 10, 4, 4, 4, 4], "Z": [31, 1, 2, 4, 8, 16, 31], "0": [14, 17, 19, 21, 25, 17, 14],
        "1": [4, 12, 4, 4, 4, 4, 14], "2": [14, 17, 1, 6, 8, 16, 31], "3": [30, 1, 1, 14, 1, 1, 30],
        "4": [2, 6, 10, 18, 31, 2, 2], "5": [31, 16, 30, 1, 1, 17, 14], "6": [14, 16, 30, 17, 17, 17, 14],
        "7": [31, 1, 2, 4, 4, 4, 4], "8": [14, 17, 17, 14, 17, 17, 14], "9": [14, 17, 17, 15, 1, 1, 14],
        ".": [0, 0, 0, 0, 0, 12, 12], ",": [0, 0, 0, 0, 12, 4, 8], "-": [0, 0, 0, 14, 0, 0, 0],
        ">": [16, 8, 4, 2, 4, 8, 16], ":": [0, 12, 12, 0, 12, 12, 0], "/": [1, 1, 2, 4, 8, 16, 16],
        "(": [2, 4, 8, 8, 8, 4, 2], ")": [8, 4, 2, 2, 2, 4, 8], "°": [6, 9, 9, 6, 0, 0, 0],
    ]
}

extension RGBImage {
    /// Writes text in capitals, its upper left corner at a pixel; what does not fit is cut off.
    mutating func write(_ text: String, x: Int, y: Int, scale: Int = 2, colour: SIMD3<UInt8> = .zero) {
        for (k, letter) in text.uppercased().enumerated() {
            guard let rows = SmallLetters.glyphs[letter] else { continue }
            for (row, bits) in rows.enumerated() {
                for column in 0..<5 where bits >> UInt8(4 - column) & 1 == 1 {
                    fill(
                        x: x + (k * SmallLetters.width + column) * scale, y: y + row * scale, width: scale,
                        height: scale, colour)
                }
            }
        }
    }

    /// A filled rectangle, as far as it lies in the picture.
    mutating func fill(x: Int, y: Int, width w: Int, height h: Int, _ colour: SIMD3<UInt8>) {
        guard w > 0, h > 0 else { return }
        for j in max(y, 0)..<max(min(y + h, height), max(y, 0)) {
            for i in max(x, 0)..<max(min(x + w, width), max(x, 0)) { self[i, j] = colour }
        }
    }

    /// A ring about a place, `thick` pixels wide.
    mutating func ring(x: Double, y: Double, radius: Double, thick: Double, _ colour: SIMD3<UInt8>) {
        let reach = Int(radius + thick) + 2
        for j in max(Int(y) - reach, 0)...max(min(Int(y) + reach, height - 1), max(Int(y) - reach, 0)) {
            for i in max(Int(x) - reach, 0)...max(min(Int(x) + reach, width - 1), max(Int(x) - reach, 0))
            where j < height && i < width {
                let d = ((Double(i) - x) * (Double(i) - x) + (Double(j) - y) * (Double(j) - y)).squareRoot()
                if abs(d - radius) <= thick / 2 { self[i, j] = colour }
            }
        }
    }
}
