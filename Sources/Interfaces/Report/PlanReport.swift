import Foundation
import Frames
import Imaging
import Planning
import Scenes

/// A plan as one self-contained page: the case, every item with its pictures and numbers, and a scene's errors over time.
public struct PlanReport {
    public let image: LoadedImage
    public let labels: LabelVolume?
    public let plan: PlanFile
    /// What a run in simulation gave; `nil` for a plan alone.
    public var scene: SceneResult?
    /// Remarks that belong on the first page: irregularities, uncertain level names.
    public var remarks: [String] = []

    public init(image: LoadedImage, labels: LabelVolume?, plan: PlanFile) {
        self.image = image
        self.labels = labels
        self.plan = plan
    }

    /// The page's HTML.
    ///
    /// - Throws: `ReportError.pictureNotWritten`.
    public func html(progress: ProgressReport? = nil) throws(ReportError) -> String {
        var page = HTMLPage(title: "Stylet plan: \(title)")
        addCase(to: &page)
        try addOverview(to: &page)
        addTable(to: &page)
        if let scene { SceneSection(scene: scene).add(to: &page) }
        page.heading("Each screw")
        for (number, item) in plan.items.enumerated() {
            try addItem(item, to: &page)
            progress?(Double(number + 1) / Double(plan.items.count))
        }
        return page.html
    }

    /// Writes the page beside, then renames it to `path`.
    ///
    /// - Throws: `ReportError`.
    public func write(to path: String, progress: ProgressReport? = nil) throws(ReportError) {
        let data = Data(try html(progress: progress).utf8)
        do { try AtomicFile.write(data, to: path) } catch { throw .notWritten(path: path, reason: "\(error)") }
    }

    private var title: String {
        let described = image.metadata.seriesDescription
        return described.isEmpty ? "\(plan.items.count) items" : described
    }

    private func addCase(to page: inout HTMLPage) {
        let g = image.ct.geometry
        page.add("<h1>\(title.htmlEscaped)</h1>")
        page.add(
            "<p class=\"lead\">\(plan.items.count) planned items · \(g.size.x)×\(g.size.y)×\(g.size.z) voxels of "
                + "\(g.spacing.x.text(3))×\(g.spacing.y.text(3))×\(g.spacing.z.text(3)) mm · series "
                + "\((image.metadata.seriesUID ?? "without UID").htmlEscaped) · image \(String(plan.image.sha256.prefix(12)).htmlEscaped)…</p>"
        )
        let names = plan.approvals.map(\.name)
        if names.isEmpty {
            page.notice("This plan is not approved: no robot will follow it.", stop: true)
        } else {
            page.notice(
                "Signed by \(names.joined(separator: ", ")). A signature is worth what its key is: check it with the list of trusted keys."
            )
        }
        if !uncertainLevels.isEmpty {
            page.notice(
                "The image does not settle the level names \(uncertainLevels.joined(separator: ", ")): count them with "
                    + "another image before anything is done.", stop: true)
        }
        for remark in remarks { page.notice(remark) }
    }

    /// Levels that the plan itself calls uncertain, each once.
    private var uncertainLevels: [String] {
        var names: [String] = []
        for item in plan.items where item.metrics["level_is_certain"] == .bool(false) {
            let name = item.level?.name ?? item.id
            if !names.contains(name) { names.append(name) }
        }
        return names
    }

    private func addTable(to page: inout HTMLPage) {
        page.heading("Numbers")
        let rows = plan.items.map { item -> [String] in
            guard let m = item.screwMetrics else { return [item.id.htmlEscaped] + Array(repeating: "–", count: 9) }
            return [
                "<a href=\"#\(item.id.htmlEscaped)\">\(item.id.htmlEscaped)</a>", Self.grade(m.grade),
                "\(item.diameter.text(1)) × \(item.length.text(0))", m.breach.text(2), m.margin.text(2),
                m.medialMargin.text(2),
                m.anteriorMargin.text(1), m.meanDensity.text(0), degrees(radians: m.convergence).text(1),
                degrees(radians: m.cranialTilt).text(1),
            ]
        }
        page.table(
            header: [
                "item", "grade", "size mm", "breach mm", "margin mm", "medial mm", "anterior mm", "density HU",
                "convergence °", "tilt °",
            ],
            rows: rows)
    }

    private func addItem(_ item: PlanItem, to page: inout HTMLPage) throws(ReportError) {
        guard let screw = item.cylinder else { return }
        let grade = item.screwMetrics.map { Self.grade($0.grade) } ?? ""
        page.add(
            "<section class=\"screw\" id=\"\(item.id.htmlEscaped)\"><header><h3>\(item.id.htmlEscaped)</h3>"
                + "<span>\(item.diameter.text(1)) × \(item.length.text(0)) mm</span>\(grade)</header><div class=\"planes\">"
        )
        for drawn in ScrewPictures(ct: image.ct, labels: labels, screw: screw).all() {
            page.add(
                try drawn.plane.figure(of: image.ct, labels: labels, overlay: drawn.overlay, caption: drawn.caption))
        }
        page.add("</div><div class=\"numbers\">\(numbers(item))</div></section>")
    }

    private func numbers(_ item: PlanItem) -> String {
        func point(_ p: Point<CT>) -> String { "\(p.x.text(1)), \(p.y.text(1)), \(p.z.text(1))" }
        var rows = [("entry LPS mm", point(item.entry)), ("tip LPS mm", point(item.target))]
        if let m = item.screwMetrics {
            rows += [
                ("margin", "\(m.margin.text(2)) mm"), ("to the canal", "\(m.medialMargin.text(2)) mm"),
                ("in front of the tip", "\(m.anteriorMargin.text(1)) mm"),
                ("mean density", "\(m.meanDensity.text(0)) HU"),
                ("convergence", "\(degrees(radians: m.convergence).text(1))°"),
                ("cranial tilt", "\(degrees(radians: m.cranialTilt).text(1))°"),
            ]
            if let w = m.isthmusWidth { rows.append(("pedicle's isthmus", "\(w.text(1)) mm")) }
            if let fill = m.fill(diameter: item.diameter) {
                rows.append(("fill of the isthmus", "\((fill * 100).text(0)) %"))
            }
            if let e = m.endplateClearance { rows.append(("to the endplates", "\(e.text(1)) mm")) }
        }
        return rows.map { "<div><span>\($0.0.htmlEscaped)</span><b>\($0.1.htmlEscaped)</b></div>" }.joined()
    }

    static func grade(_ grade: GertzbeinRobbins) -> String {
        let look = grade == .A ? "good" : grade == .B ? "fair" : "bad"
        return "<span class=\"\(look)\">\(grade.rawValue)</span>"
    }
}
