import Frames

/// A plan's items as a table for other programs: one row an item, one column a quantity, each with its unit in its name.
public enum PlanTable {
    private static let leading = [
        "id", "kind", "level", "side", "entry_x_mm", "entry_y_mm", "entry_z_mm", "target_x_mm", "target_y_mm",
        "target_z_mm", "diameter_mm", "length_mm",
    ]

    /// CSV as in RFC 4180. Metrics follow the geometry, those of any item in the order that people read; lists (an
    /// ellipsoid, a covariance) stay in the plan's JSON. `broken_limits` names the metrics that break one.
    public static func csv(_ plan: PlanFile, limits: PlanLimits = PlanLimits()) -> String {
        let keys = MetricKey.sorted(
            Set(plan.items.flatMap { item in item.metrics.keys.filter { isCell(item.metrics[$0]) } }))
        var rows = [leading + keys + ["broken_limits"]]
        for item in plan.items {
            let broken = limits.readings(of: item).filter { $0.standing == .broken }.map(\.key)
            rows.append(geometry(item) + keys.map { cell(item.metrics[$0]) } + [text(broken.joined(separator: " "))])
        }
        return rows.map { $0.joined(separator: ",") + "\r\n" }.joined()
    }

    private static func geometry(_ item: PlanItem) -> [String] {
        let numbers = [
            item.entry.x, item.entry.y, item.entry.z, item.target.x, item.target.y, item.target.z, item.diameter,
            item.length,
        ]
        return [
            text(item.id), text(item.kind.rawValue), text(item.level?.levelName ?? ""), text(item.side?.rawValue ?? ""),
        ]
            + numbers.map(number)
    }

    private static func isCell(_ value: JSONValue?) -> Bool {
        switch value {
        case .number, .string, .bool: true
        default: false
        }
    }

    private static func cell(_ value: JSONValue?) -> String {
        switch value {
        case .number(let x): number(x)
        case .string(let s): text(s)
        case .bool(let b): b ? "true" : "false"
        default: ""
        }
    }

    private static func number(_ x: Double) -> String { JSONWriter.ecmaScript(x) }

    /// Text as a cell. What a spreadsheet would take for a formula gets an apostrophe before it: names come from outside.
    private static func text(_ s: String) -> String {
        let guarded = s.first.map { "=+-@\t\r".contains($0) } ?? false ? "'" + s : s
        guard guarded.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return guarded }
        return "\"" + guarded.replacing("\"", with: "\"\"") + "\""
    }
}
