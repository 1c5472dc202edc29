import Planning

/// What the error budget means for each item, on the page; nothing where the plan says nothing of it.
struct UncertaintySection {
    let plan: PlanFile
    let limits: PlanLimits

    private var items: [PlanItem] { plan.items.filter { $0.metrics["tip_error_95_mm"]?.number != nil } }

    func add(to page: inout HTMLPage) {
        let items = items
        guard !items.isEmpty else { return }
        page.heading("Uncertainty")
        page.add(
            "<p>What the error budget with which the plan was examined lets one expect: the accuracy to be placed with, predicted; not measured in this patient.</p>"
        )
        page.table(
            header: [
                "item", "probability of grade A", "tip within, 95 %", "half axes of its ellipsoid mm", "axis, RMS",
                "what matters most", "shares of the variance",
            ],
            rows: items.map(row), look: "words")
    }

    private func row(_ item: PlanItem) -> [String] {
        let readings = Dictionary(limits.readings(of: item).map { ($0.key, $0) }, uniquingKeysWith: { a, _ in a })
        func cell(_ key: String) -> String { readings[key].map(MetricText.cell) ?? "–" }
        let axes = item.metrics["tip_ellipsoid_95_mm"]?.array?.compactMap(\.number).map { $0.text(2) } ?? []
        return [
            item.id.htmlEscaped, cell("p_grade_a"), cell("tip_error_95_mm"),
            axes.isEmpty ? "–" : axes.joined(separator: " · "),
            cell("angle_error_rms_deg"), cell("dominant_error"), Self.shares(item),
        ]
    }

    /// Each source with its part, the greatest first.
    private static func shares(_ item: PlanItem) -> String {
        let shares = (item.metrics["error_shares"]?.object ?? [:]).compactMap { key, value in
            value.number.flatMap { $0.isFinite && $0 >= 0 && $0 <= 1 ? (key, $0) : nil }
        }.sorted { ($1.1, $0.0) < ($0.1, $1.0) }
        return shares.filter { $0.1 >= 0.005 }.map { name, share in
            "\(name.htmlEscaped)&nbsp;\((share * 100).text(0))&nbsp;%"
        }.joined(separator: ", ")
    }
}
