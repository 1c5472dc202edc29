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

    /// The drawing; empty where no curve has two finite points apart in x.
    func svg() -> String {
        guard let axes = Axes(curves: curves, limit: limit) else { return "" }
        var parts = ["<svg class=\"plot\" viewBox=\"0 0 880 240\" role=\"img\" aria-label=\"\(title.htmlEscaped)\">"]
        parts.append("<text x=\"\(Axes.left)\" y=\"16\" class=\"title\">\(title.htmlEscaped)</text>")
        parts += grid(axes)
        if let limit { parts.append(Self.level("limit", axes.py(limit))) }
        for (number, curve) in curves.enumerated() {
            parts += strokes(curve, axes)
            let x = Axes.left + 260 + Double(number) * 190
            parts.append("<rect x=\"\(x)\" y=\"8\" width=\"14\" height=\"4\" fill=\"\(curve.colour)\"/>")
            parts.append("<text class=\"tick\" x=\"\(x + 20)\" y=\"15\">\(curve.name.htmlEscaped)</text>")
        }
        return (parts + ["</svg>"]).joined(separator: "\n")
    }

    private func grid(_ axes: Axes) -> [String] {
        var parts: [String] = []
        for t in axes.yTicks {
            let y = axes.py(t)
            parts.append(Self.level("grid", y))
            parts.append(
                Self.tick("text-anchor=\"end\" x=\"\(Axes.left - 6)\" y=\"\((y + 4).text(1))\"", Self.short(t)))
        }
        for t in axes.xTicks {
            let x = axes.px(t).text(1)
            parts.append(Self.tick("text-anchor=\"middle\" x=\"\(x)\" y=\"\(Axes.bottom + 16)\"", Self.short(t)))
        }
        parts.append(Self.tick("text-anchor=\"middle\" x=\"440\" y=\"234\"", xLabel.htmlEscaped))
        parts.append(
            Self.tick("transform=\"translate(14 120) rotate(-90)\" text-anchor=\"middle\"", yLabel.htmlEscaped))
        return parts
    }

    /// A line for each run of finite points: a gap stays a gap.
    private func strokes(_ curve: Curve, _ axes: Axes) -> [String] {
        curve.points.split { !($0.x.isFinite && $0.y.isFinite) }.map { run in
            let path = run.map { "\(axes.px($0.x).text(1)),\(axes.py($0.y).text(1))" }.joined(separator: " ")
            return "<polyline fill=\"none\" stroke=\"\(curve.colour)\" stroke-width=\"1.3\" points=\"\(path)\"/>"
        }
    }

    private static func level(_ look: String, _ y: Double) -> String {
        "<line class=\"\(look)\" x1=\"\(Axes.left)\" x2=\"\(Axes.right)\" y1=\"\(y.text(1))\" y2=\"\(y.text(1))\"/>"
    }

    private static func tick(_ attributes: String, _ text: String) -> String {
        "<text class=\"tick\" \(attributes)>\(text)</text>"
    }

    static func short(_ v: Double) -> String {
        abs(v) < 1e-9 ? "0" : abs(v) >= 10 || v == v.rounded() ? v.text(0) : v.text(abs(v) < 0.1 ? 3 : 2)
    }
}

/// Where numbers lie in a drawing of 880 by 240.
struct Axes {
    static let left = 62.0, right = 866.0, top = 30.0, bottom = 200.0

    let xTicks: [Double]
    let yTicks: [Double]
    private let x: (low: Double, high: Double)
    private let y: (low: Double, high: Double)

    init?(curves: [LinePlot.Curve], limit: Double?) {
        let points = curves.flatMap(\.points).filter { $0.x.isFinite && $0.y.isFinite }
        let ys = points.map(\.y) + (limit.map { [$0] } ?? []).filter(\.isFinite)
        guard let x0 = points.map(\.x).min(), let x1 = points.map(\.x).max(), x1 > x0, let low = ys.min(),
            let high = ys.max()
        else { return nil }
        xTicks = Self.ticks(from: x0, to: x1, about: 10)
        yTicks = Self.ticks(from: min(0, low), to: max(high, 1e-9) * 1.05, about: 5)
        x = (x0, x1)
        y = (min(yTicks.first ?? 0, low), max(yTicks.last ?? 1, high))
    }

    func px(_ v: Double) -> Double { Self.left + (v - x.low) / (x.high - x.low) * (Self.right - Self.left) }

    func py(_ v: Double) -> Double { Self.bottom - (v - y.low) / max(y.high - y.low, 1e-12) * (Self.bottom - Self.top) }

    /// Round numbers within the range, in steps of 1, 2 or 5 times a power of ten.
    static func ticks(from low: Double, to high: Double, about count: Int) -> [Double] {
        let raw = max(high - low, 1e-12) / Double(count)
        let power = pow(10, floor(log10(raw)))
        let step = ([1.0, 2, 5].first { $0 * power >= raw } ?? 10) * power
        let first = (low / step).rounded(.up)
        let last = (high / step).rounded(.down)
        guard last >= first, last - first < 100 else { return [low, high] }
        return stride(from: first, through: last, by: 1).map { $0 * step }
    }
}
