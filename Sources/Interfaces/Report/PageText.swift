import Foundation

extension Double {
    /// So many digits after the point, in every locale with a point; a dash for what is no finite number.
    func text(_ digits: Int) -> String {
        isFinite ? String(format: "%.\(digits)f", locale: Locale(identifier: "en_US_POSIX"), self) : "–"
    }
}

extension String {
    /// Safe inside an HTML text or a quoted attribute: file names and descriptions come from outside.
    var htmlEscaped: String {
        var out = ""
        for c in unicodeScalars {
            switch c {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "'": out += "&#39;"
            default: out.unicodeScalars.append(c.value < 32 && c != "\n" ? "\u{FFFD}" : c)
            }
        }
        return out
    }
}
