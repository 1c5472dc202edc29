import Foundation

/// Curves over a common axis, drawn as SVG.
struct LinePlot {
    struct Curve {
        let name: String
        let colour: String
        /// In the order of x.
        let points: [(x: Double, y: Double)]
    }

    let title: String
    let xLabel: String
    let yLabel: String
    let curves: [Curve]
    /// A dashed line at this height, for what must not be exceeded.
    var limit: Double?

    private static let size = (width: 880.0, height: 240.0)
    private static let inner = (left: 62.0, right: 14.0, top: 30.0, bottom: 40.0)

    func svg() -> String {
        let xs = curves.flatMap { $0.points.map(\.x) }
        let ys = curves.flatMap { $0.points.map(\.y) } + (limit.map { [$0] } ?? [])
        guard let x0 = xs.min(), let x1 = xs.max(), let low = ys.min(), let high = ys.max(), x1 > x0 else { return "" }
        let yTicks = Self.ticks(from: min(0, low), to: max(high, 1e-9) * 1.05, about: 5)
        let xTicks = Self.ticks(from: x0, to: x1, about: 10)
        let (y0, y1) = (min(yTicks.first ?? 0, low), max(yTicks.last ?? 1, high))
        let (w, h) = Self.size
        let plot = Self.inner
        func px(_ x: Double) -> Double { plot.left + (x - x0) / (x1 - x0) * (w - plot.left - plot.right) }
        func py(_ y: Double) -> Double { h - plot.bottom - (y - y0) / max(y1 - y0, 1e-12) * (h - plot.top - plot.bottom) }

        var parts = ["<svg class=\"plot\" viewBox=\"0 0 \(Int(w)) \(Int(h))\" role=\"img\" aria-label=\"\(title.htmlEscaped)\">"]
        parts.append("<text x=\"\(plot.left)\" y=\"16\" class=\"title\">\(title.htmlEscaped)</text>")
        for t in yTicks {
            parts.append("<line class=\"grid\" x1=\"\(plot.left)\" x2=\"\(w - plot.right)\" y1=\"\(fixed(py(t)))\" y2=\"\(fixed(py(t)))\"/>")
            parts.append("<text class=\"tick\" text-anchor=\"end\" x=\"\(plot.left - 6)\" y=\"\(fixed(py(t) + 4))\">\(Self.short(t))</text>")
        }
        for t in xTicks {
            parts.append("<text class=\"tick\" text-anchor=\"middle\" x=\"\(fixed(px(t)))\" y=\"\(h - plot.bottom + 16)\">\(Self.short(t))</text>")
        }
        parts.append("<text class=\"tick\" text-anchor=\"middle\" x=\"\(w / 2)\" y=\"\(h - 6)\">\(xLabel.htmlEscaped)</text>")
        parts.append("<text class=\"tick\" transform=\"translate(14 \(h / 2)) rotate(-90)\" text-anchor=\"middle\">\(yLabel.htmlEscaped)</text>")
        if let limit {
            parts.append("<line class=\"limit\" x1=\"\(plot.left)\" x2=\"\(w - plot.right)\" y1=\"\(fixed(py(limit)))\" y2=\"\(fixed(py(limit)))\"/>")
        }
        for (number, curve) in curves.enumerated() {
            let path = curve.points.map { "\(fixed(px($0.x))),\(fixed(py($0.y)))" }.joined(separator: " ")
            parts.append("<polyline fill=\"none\" stroke=\"\(curve.colour)\" stroke-width=\"1.3\" points=\"\(path)\"/>")
            let x = plot.left + 260 + Double(number) * 190
            parts.append("<rect x=\"\(x)\" y=\"8\" width=\"14\" height=\"4\" fill=\"\(curve.colour)\"/>")
            parts.append("<text class=\"tick\" x=\"\(x + 20)\" y=\"15\">\(curve.name.htmlEscaped)</text>")
        }
        parts.append("</svg>")
        return parts.joined(separator: "\n")
    }

    private func fixed(_ v: Double) -> String { v.text(1) }

    /// Round numbers that cover the range, steps of 1, 2 or 5 times a power of ten.
    static func ticks(from low: Double, to high: Double, about count: Int) -> [Double] {
        let raw = max(high - low, 1e-12) / Double(count)
        let power = pow(10, floor(log10(raw)))
        let step = [1.0, 2, 5, 10].first { $0 * power >= raw }! * power
        let first = (low / step).rounded(.up)
        let last = (high / step).rounded(.down)
        guard last >= first, last - first < 100 else { return [low, high] }
        return stride(from: first, through: last, by: 1).map { $0 * step }
    }

    private static func short(_ v: Double) -> String {
        abs(v) < 1e-9 ? "0" : abs(v) >= 10 || v == v.rounded() ? v.text(0) : v.text(abs(v) < 0.1 ? 3 : 2)
    }
}

extension Double {
    /// So many digits after the point, in every locale with a point.
    func text(_ digits: Int) -> String { String(format: "%.\(digits)f", locale: Locale(identifier: "en_US_POSIX"), self) }
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
