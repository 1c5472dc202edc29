import Planning

/// What the error budget means for each item, on the page and on paper; nothing where the plan says nothing of it.
struct UncertaintySection {
    let plan: PlanFile
    let limits: PlanLimits

    /// A cell's text, and how it stands where it has a limit or an aim.
    typealias Cell = (text: String, standing: LimitStanding?)

    static let lead =
        "What the error budget with which the plan was examined lets one expect: the accuracy to be placed with, predicted; not measured in this patient."

    var items: [PlanItem] { plan.items.filter { $0.metrics["tip_error_95_mm"]?.number != nil } }

    /// Some of these have no item that says anything of it.
    private var keys: [String] {
        ["p_grade_a", "p_vessel_margin", "p_vessel_clear"].filter { key in items.contains { $0.metrics[key] != nil } }
    }

    var columns: [String] {
        ["item"] + keys.map(MetricKey.name)
            + [
                "tip within, 95 %", "half axes of its ellipsoid mm", "axis, RMS", "what matters most",
                "shares of the variance",
            ]
    }

    func cells(_ item: PlanItem) -> [Cell] {
        let readings = Dictionary(limits.readings(of: item).map { ($0.key, $0) }, uniquingKeysWith: { a, _ in a })
        func cell(_ key: String) -> Cell {
            readings[key].map { (MetricText.marked($0), $0.standing) } ?? ("–", nil)
        }
        let axes = item.metrics["tip_ellipsoid_95_mm"]?.array?.compactMap(\.number).map { $0.text(2) } ?? []
        return [(item.id, nil)] + keys.map(cell) + [
            cell("tip_error_95_mm"), (axes.isEmpty ? "–" : axes.joined(separator: " · "), nil),
            cell("angle_error_rms_deg"), cell("dominant_error"), (Self.shares(item), nil),
        ]
    }

    func add(to page: inout HTMLPage) {
        guard !items.isEmpty else { return }
        page.heading("Uncertainty")
        page.add("<p>\(Self.lead)</p>")
        let rows = items.map { cells($0).map { MetricText.cell($0.text, $0.standing) } }
        page.table(header: columns, rows: rows, look: "words")
    }

    /// Each source with its part, the greatest first; the number stays with its name.
    private static func shares(_ item: PlanItem) -> String {
        let shares = (item.metrics["error_shares"]?.object ?? [:]).compactMap { key, value in
            value.number.flatMap { $0.isFinite && $0 >= 0 && $0 <= 1 ? (key, $0) : nil }
        }.sorted { ($1.1, $0.0) < ($0.1, $1.0) }
        return shares.filter { $0.1 >= 0.005 }.map { name, share in
            "\(name)\u{A0}\((share * 100).text(0))\u{A0}%"
        }.joined(separator: ", ")
    }
}
