import Frames
import Planning

/// Metrics of any kind of item as words and numbers for a person.
enum MetricText {
    /// Lists and tables that have their own place on the page.
    static func isPlain(_ value: JSONValue) -> Bool {
        switch value {
        case .array, .object, .null: false
        default: true
        }
    }

    /// Share or probability: told in percent.
    private static func isShare(_ key: String) -> Bool {
        key == "isthmus_fill" || key.hasSuffix("_fraction") || key.hasPrefix("p_")
    }

    private static func digits(_ key: String, _ unit: String) -> Int {
        switch unit {
        case "HU": 0
        case "°": key.contains("error") ? 2 : 1
        default: 2
        }
    }

    static func number(_ x: Double, _ key: String) -> String {
        if isShare(key) { return "\((x * 100).text(key.hasPrefix("p_") ? 1 : 0)) %" }
        let unit = MetricKey.unit(key)
        return x.text(digits(key, unit)) + (unit == "°" ? unit : unit.isEmpty ? "" : " " + unit)
    }

    static func value(_ value: JSONValue, _ key: String) -> String {
        switch value {
        case .number(let x): number(x, key)
        case .string(let s): s
        case .bool(let b): b ? "yes" : "no"
        case .null: "–"
        case .array(let a): a.map { self.value($0, "") }.joined(separator: ", ")
        case .object: "…"
        }
    }

    static func limit(_ reading: MetricReading) -> String {
        if reading.key == "gertzbein_robbins" { return "A" }
        guard let limit = reading.limit else { return "" }
        let should = limit.isAim ? "should be " : ""
        switch (limit.lowest, limit.highest) {
        case (let low?, let high?): return should + "\(number(low, reading.key)) to \(number(high, reading.key))"
        case (let low?, nil): return should + "at least \(number(low, reading.key))"
        case (nil, let high?): return should + "at most \(number(high, reading.key))"
        case (nil, nil): return ""
        }
    }

    /// Told in words, so that it stands out without colour.
    static func standing(_ reading: MetricReading) -> String {
        let gap = reading.headroom.map { number(abs($0), reading.key) }
        return switch reading.standing {
        case .held: gap.map { "✓ \($0) left" } ?? "✓"
        case .near: gap.map { "! near: \($0) left" } ?? "! near"
        case .warning: gap.map { "! warning: \($0) short" } ?? "! warning: to be settled"
        case .broken: gap.map { "✕ BROKEN by \($0)" } ?? "✕ BROKEN"
        case nil: ""
        }
    }

    /// A value with its mark.
    static func marked(_ reading: MetricReading) -> String {
        let mark = reading.standing == .broken ? "✕ " : [.near, .warning].contains(reading.standing) ? "! " : ""
        return mark + value(reading.value, reading.key)
    }

    /// A table cell with its mark.
    static func cell(_ reading: MetricReading) -> String { cell(marked(reading), reading.standing) }

    static func cell(_ marked: String, _ standing: LimitStanding?) -> String {
        switch standing {
        case .broken: "<b class=\"bad\">\(marked.htmlEscaped)</b>"
        case .near, .warning: "<b class=\"fair\">\(marked.htmlEscaped)</b>"
        default: marked.htmlEscaped
        }
    }
}
