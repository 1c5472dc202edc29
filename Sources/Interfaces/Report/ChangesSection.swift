import Frames
import Planning

/// What changed since a version before, on the page.
struct ChangesSection {
    let comparison: PlanComparison

    func add(to page: inout HTMLPage) {
        page.heading("Since the version before")
        guard comparison.isSameImage else {
            page.notice(
                "The version before was made on another image: places in it and in this plan cannot be compared.",
                stop: true)
            return
        }
        if comparison.isUnchanged { page.notice("Nothing changed.") }
        let changed = comparison.items.filter { $0.change != .same }
        if !changed.isEmpty {
            page.table(header: ["item", "", "line and size", "metrics"], rows: changed.map(Self.row), look: "words")
        }
        let same = comparison.items.count - changed.count
        if same > 0, !changed.isEmpty { page.add("<p class=\"lead\">\(same) items are as they were.</p>") }
        for (text, approvals) in [
            ("Approved since", comparison.approvalsAdded), ("Approval no longer there", comparison.approvalsRemoved),
            ("Approval of the version before, which does not cover the changes", comparison.approvalsCarriedOver),
        ] where !approvals.isEmpty {
            page.notice("\(text): \(approvals.map { "\($0.name), \($0.approvedAt)" }.joined(separator: "; ")).")
        }
    }

    private static func row(_ item: PlanComparison.Item) -> [String] {
        [
            item.id.htmlEscaped, item.change.rawValue,
            PlanChangeText.geometry(of: item).map(\.htmlEscaped).joined(separator: "<br>"),
            PlanChangeText.metrics(of: item).map(\.htmlEscaped).joined(separator: "<br>"),
        ]
    }
}
