import Foundation
import Frames
import Imaging
import Planning

extension PlanReport {
    /// One table a kind of item: what it measures is what its items have.
    func addTables(to page: inout HTMLPage) {
        page.heading("Numbers")
        page.add("<p class=\"lead\">As the plan states them. ✕ breaks its limit, ! is near it.</p>")
        for kind in PlanItem.Kind.allCases {
            let items = plan.items.filter { $0.kind == kind }
            guard !items.isEmpty else { continue }
            addTable(of: items, to: &page)
        }
    }

    /// Columns: the quantities that most people ask for first; the rest stands with each item.
    static let columns = [
        "gertzbein_robbins", "breach_mm", "margin_mm", "medial_margin_mm", "anterior_margin_mm", "mean_hu",
        "convergence_deg", "cranial_tilt_deg", "risk", "vessel_distance_mm", "skull_angle_deg", "depth_mm", "p_grade_a",
        "tip_error_95_mm",
    ]

    private func addTable(of items: [PlanItem], to page: inout HTMLPage) {
        let readings = items.map { item in
            Dictionary(limits.readings(of: item).map { ($0.key, $0) }, uniquingKeysWith: { a, _ in a })
        }
        let keys = Self.columns.filter { key in readings.contains { $0[key] != nil } }
        let rows = zip(items, readings).map { item, found in
            [
                "<a href=\"#\(Self.anchor(item, in: plan))\">\(item.id.htmlEscaped)</a>",
                "\(item.diameter.text(1)) × \(item.length.text(0))",
            ] + keys.map { key in found[key].map(MetricText.cell) ?? "–" }
        }
        page.table(header: ["item", "size mm"] + keys.map(MetricKey.name), rows: rows)
    }

    /// Identifiers come from outside: a place in the plan is safe as an anchor.
    static func anchor(_ item: PlanItem, in plan: PlanFile) -> String {
        "item-\(plan.items.firstIndex { $0.id == item.id } ?? 0)"
    }

    func addItem(_ item: PlanItem, to page: inout HTMLPage) throws(ReportError) {
        guard item.cylinder != nil else { return }
        let grade = item.screwMetrics.map { Self.grade($0.grade) } ?? ""
        let place = [item.level?.levelName, item.side?.rawValue].compactMap(\.self).joined(separator: " ")
        page.add(
            "<section class=\"screw\" id=\"\(Self.anchor(item, in: plan))\"><header><h3>\(item.id.htmlEscaped)</h3>"
                + "<span>\(item.kind.rawValue) \(place.htmlEscaped)</span>"
                + "<span>\(item.diameter.text(1)) × \(item.length.text(0)) mm</span>\(grade)</header><div class=\"planes\">"
        )
        for drawn in pictures(of: item) {
            page.add(
                try drawn.plane.figure(
                    of: image.ct, labels: labels, window: drawn.window, overlay: drawn.overlay, caption: drawn.caption))
        }
        page.add("</div>\(readings(item))</section>")
    }

    /// The planes in which an item is judged, for the page and for paper.
    func pictures(of item: PlanItem) -> [ScrewPictures.Drawn] {
        item.cylinder.map { ScrewPictures(ct: image.ct, labels: labels, screw: $0, kind: item.kind).all() } ?? []
    }

    private func readings(_ item: PlanItem) -> String {
        func point(_ p: Point<CT>) -> String { "\(p.x.text(1)), \(p.y.text(1)), \(p.z.text(1))" }
        let ends = [
            ("entry, LPS mm", point(item.entry)),
            (item.kind == .pedicleScrew ? "tip, LPS mm" : "target, LPS mm", point(item.target)),
        ]
        let plain = limits.readings(of: item).filter { MetricText.isPlain($0.value) }
        let rows = ends.map { "<tr><td>\($0.0)</td><td>\($0.1)</td><td></td><td></td></tr>" } + plain.map(Self.row)
        return
            "<table class=\"readings\"><thead><tr><th>metric</th><th>value</th><th>limit</th><th>how near</th></tr></thead><tbody>"
            + rows.joined() + "</tbody></table>"
    }

    private static func row(_ reading: MetricReading) -> String {
        let look = reading.standing.map { $0 == .held ? "" : " class=\"\($0.rawValue)\"" } ?? ""
        return
            "<tr\(look)><td>\(reading.name.htmlEscaped)</td><td>\(MetricText.value(reading.value, reading.key).htmlEscaped)</td>"
            + "<td>\(MetricText.limit(reading).htmlEscaped)</td><td\(look)>\(MetricText.standing(reading).htmlEscaped)</td></tr>"
    }

    static func grade(_ grade: GertzbeinRobbins) -> String {
        let look = grade == .A ? "good" : grade == .B ? "fair" : "bad"
        return "<span class=\"\(look)\">grade \(grade.rawValue)</span>"
    }
}
