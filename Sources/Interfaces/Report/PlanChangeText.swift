import Frames
import Planning

/// A comparison of two plans in words, for the page and the terminal.
public enum PlanChangeText {
    /// What became of an item's line and size, a sentence each.
    public static func geometry(of item: PlanComparison.Item) -> [String] {
        var found: [String] = []
        for (name, shift) in [("entry", item.entry), ("target", item.target)] {
            guard let shift, shift.distance > PlanComparison.stillness else { continue }
            found.append(
                "\(name) moved \(shift.distance.text(2)) mm: \(shift.along.text(2)) along the axis, \(shift.across.text(2)) across"
            )
        }
        if degrees(radians: item.angle) > 0.005 { found.append("axis turned \(degrees(radians: item.angle).text(2))°") }
        if item.isResized, let before = item.before, let after = item.after {
            found.append(
                "\(before.diameter.text(1)) × \(before.length.text(1)) mm became \(after.diameter.text(1)) × \(after.length.text(1)) mm"
            )
        }
        for attribute in item.attributes {
            switch attribute {
            case .kind: found.append("another kind: \(item.after?.kind.rawValue ?? "")")
            case .level: found.append("another level: \(item.after?.level?.levelName ?? "none")")
            case .side: found.append("another side: \(item.after?.side?.rawValue ?? "none")")
            case .other: found.append("notes or other data")
            }
        }
        return found
    }

    /// What became of an item's metrics: a line for each that has another value, and one for those that are new or gone.
    public static func metrics(of item: PlanComparison.Item) -> [String] {
        let plain = item.metrics.filter { [$0.before, $0.after].allSatisfy { $0.map(MetricText.isPlain) ?? true } }
        func told(_ value: JSONValue?, _ key: String) -> String {
            "\(MetricKey.name(key)) \(value.map { MetricText.value($0, key) } ?? "")"
        }
        let (new, gone) = (plain.filter { $0.before == nil }, plain.filter { $0.after == nil })
        var lines = plain.compactMap(changed)
        if !new.isEmpty { lines.append("new: " + new.map { told($0.after, $0.key) }.joined(separator: ", ")) }
        if !gone.isEmpty { lines.append("gone: " + gone.map { told($0.before, $0.key) }.joined(separator: ", ")) }
        return lines
    }

    /// `margin within the bone: 1.52 mm → 0.40 mm (−1.12 mm)`; `nil` for what did not change as it is written.
    private static func changed(_ change: PlanComparison.MetricChange) -> String? {
        guard let before = change.before, let after = change.after else { return nil }
        let (a, b) = (MetricText.value(before, change.key), MetricText.value(after, change.key))
        if a == b { return nil }
        let sign = change.difference.map { " (\($0 > 0 ? "+" : "−")\(MetricText.number(abs($0), change.key)))" } ?? ""
        return "\(MetricKey.name(change.key)): \(a) → \(b)\(sign)"
    }
}
