import Frames
import Imaging
import Planning

extension PlanReport {
    func addCase(to page: inout HTMLPage) {
        let g = image.ct.geometry
        page.add("<h1>\(title.htmlEscaped)</h1>")
        page.add(
            "<p class=\"lead\">\(plan.items.count) planned items · \(g.size.x)×\(g.size.y)×\(g.size.z) voxels of "
                + "\(g.spacing.x.text(3))×\(g.spacing.y.text(3))×\(g.spacing.z.text(3)) mm · series "
                + "\((image.metadata.seriesUID ?? "without UID").htmlEscaped) · image \(String(plan.image.sha256.prefix(12)).htmlEscaped)…</p>"
        )
        let facts = caseFacts
        if !facts.isEmpty {
            page.table(header: facts.map(\.0), rows: [facts.map { $0.1.htmlEscaped }], look: "words")
        }
        addApprovals(to: &page)
        if !uncertainLevels.isEmpty {
            page.notice(
                "The image does not settle the level names \(uncertainLevels.joined(separator: ", ")): count them with "
                    + "another image before anything is done.", stop: true)
        }
        for remark in remarks { page.notice(remark) }
        addFindings(to: &page)
    }

    /// What the image says of the patient and the study; nothing where it says nothing.
    var caseFacts: [(String, String)] {
        let m = image.metadata
        return [
            ("patient", m.patientName), ("patient's ID", m.patientID), ("born", m.patientBirthDate),
            ("sex", m.patientSex),
            ("study", m.studyDescription), ("study of", m.studyDate), ("scanner", m.manufacturer),
        ].filter { !$0.1.isEmpty }
    }

    /// Levels that the plan itself calls uncertain, each once.
    var uncertainLevels: [String] {
        var names: [String] = []
        for item in plan.items where item.metrics["level_is_certain"] == .bool(false) {
            let name = item.level?.levelName ?? item.id
            if !names.contains(name) { names.append(name) }
        }
        return names
    }

    /// Each approval as text, and whether it holds; `nil` where there is nothing to check it with.
    var approvals: [(text: String, holds: Bool?)] {
        guard let trusted else { return plan.approvals.map { ("\($0.name), \($0.approvedAt)", nil) } }
        return zip(plan.approvals, plan.verdicts(trusted: trusted)).map { approval, verdict in
            switch verdict {
            case .valid(let name): ("\(name), \(approval.approvedAt): the signature holds", true)
            case .unknownKey(let name):
                ("'\(name)', \(approval.approvedAt): signed with a key that is not trusted", false)
            case .edited(let name): ("\(name), \(approval.approvedAt): the plan was changed after it was signed", false)
            case .anotherName(let claimed, let own):
                ("'\(claimed)', \(approval.approvedAt): signed with the key of \(own)", false)
            }
        }
    }

    private func addApprovals(to page: inout HTMLPage) {
        let approvals = approvals
        if approvals.isEmpty {
            page.notice("This plan is not approved: no robot will follow it.", stop: true)
            return
        }
        if trusted == nil {
            let names = plan.approvals.map(\.name).joined(separator: ", ")
            page.notice(
                "Signed by \(names). A signature is worth what its key is: check it with the list of trusted keys.")
            return
        }
        let holds = approvals.contains { $0.holds == true }
        page.notice(
            holds ? "✓ This plan is approved." : "✕ No approval of this plan holds: no robot will follow it.",
            stop: !holds)
        page.table(
            header: ["approval", ""],
            rows: approvals.map {
                [
                    $0.text.htmlEscaped,
                    $0.holds == true ? "<span class=\"good\">✓ holds</span>" : "<span class=\"bad\">✕ void</span>",
                ]
            })
    }

    /// Broken limits first, then warnings, then limits that are near; or that there are none.
    private func addFindings(to page: inout HTMLPage) {
        let found = findings
        guard !found.isEmpty else {
            page.notice("No number of the plan breaks a limit, is near one, or warns.")
            return
        }
        page.heading("What to look at")
        let rows = found.prefix(Self.mostFindings).map { item, reading in
            [
                "<a href=\"#\(Self.anchor(item, in: plan))\">\(item.id.htmlEscaped)</a>", reading.name.htmlEscaped,
                MetricText.cell(reading), MetricText.limit(reading).htmlEscaped,
                MetricText.standing(reading).htmlEscaped,
            ]
        }
        page.table(header: ["item", "metric", "value", "limit", "how near"], rows: Array(rows), look: "words")
        if found.count > rows.count { page.notice("\(found.count - rows.count) more stand with their items.") }
    }

    private static let mostFindings = 40

    /// Every number that breaks its limit, then every one that warns, then every one that is near its limit.
    var findings: [(PlanItem, MetricReading)] {
        let all = plan.items.flatMap { item in limits.readings(of: item).map { (item, $0) } }
        return [LimitStanding.broken, .warning, .near].flatMap { wanted in all.filter { $0.1.standing == wanted } }
    }
}
