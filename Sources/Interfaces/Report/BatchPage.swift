import Foundation
import Imaging
import Planning

/// A batch's results as one page: what became of every case, and pictures of the screws with the smallest margins.
public struct BatchPage {
    public let table: BatchTable
    public let runner: BatchRunner
    /// How many screws are shown in pictures.
    public var pictures = 12

    public init(table: BatchTable, runner: BatchRunner) {
        self.table = table
        self.runner = runner
    }

    /// Reads the images of the worst screws' cases again and draws them.
    ///
    /// - Throws: `ReportError.pictureNotWritten`.
    public func html(progress: ProgressReport? = nil) throws(ReportError) -> String {
        var page = HTMLPage(title: "Stylet batch")
        addSummary(to: &page)
        addTable(to: &page)
        try addWorst(to: &page, progress)
        return page.html
    }

    /// Writes the page beside, then renames it to `path`.
    ///
    /// - Throws: `ReportError`.
    public func write(to path: String, progress: ProgressReport? = nil) throws(ReportError) {
        let data = Data(try html(progress: progress).utf8)
        do { try AtomicFile.write(data, to: path) } catch { throw .notWritten(path: path, reason: "\(error)") }
    }

    private func addSummary(to page: inout HTMLPage) {
        let screws = table.results.flatMap(\.screws)
        page.add("<h1>\(table.results.count) cases, \(screws.count) screws</h1>")
        let grades = GertzbeinRobbins.allCases.map { grade in
            "\(grade.rawValue) \(screws.count { $0.grade == grade })"
        }
        page.add("<p class=\"lead\">Planned grades, by the labels: \(grades.joined(separator: " · "))</p>")
        let failed = table.results.filter { $0.status == .failed }
        if !failed.isEmpty { page.notice("\(failed.count) cases could not be planned: see their reasons.", stop: true) }
        page.notice(
            "No plan of a batch is approved: each one is looked at and signed by a person before a robot follows it.")
    }

    private func addTable(to page: inout HTMLPage) {
        page.heading("Cases")
        let rows = table.results.map { result -> [String] in
            let look = [.planned: "good", .partly: "fair"][result.status] ?? "bad"
            let reasons = result.reasons.map { $0.message.htmlEscaped }.joined(separator: "<br>")
            return [
                result.name.htmlEscaped, "<span class=\"\(look)\">\(result.status.rawValue)</span>",
                "\(result.screws.count)", "\(result.count(.A ... .A))", "\(result.count(.B ... .B))",
                "\(result.count(.C ... .E))", result.worst?.margin.text(2) ?? "–",
                (result.worst?.id ?? "–").htmlEscaped, result.uncertainLevels.joined(separator: ", ").htmlEscaped,
                "<div class=\"reasons\">\(reasons)</div>",
            ]
        }
        page.add(
            "<style>.reasons{text-align:left;white-space:normal;font-size:12.5px;color:var(--soft);min-width:260px}</style>"
        )
        page.table(
            header: [
                "case", "status", "screws", "A", "B", "C–E", "least margin mm", "of screw", "uncertain levels",
                "reasons",
            ], rows: rows)
    }

    private func addWorst(to page: inout HTMLPage, _ progress: ProgressReport?) throws(ReportError) {
        let worst = table.worst(pictures)
        guard !worst.isEmpty else { return }
        page.heading("The \(worst.count) screws with the smallest margins")
        var sections: [String: String] = [:]
        let names = Set(worst.map(\.result.name))
        for (number, one) in runner.cases.filter({ names.contains($0.name) }).enumerated() {
            let wanted = worst.filter { $0.result.name == one.name }.map(\.screw)
            for (screw, html) in try draw(one, wanted) { sections["\(one.name)\n\(screw)"] = html }
            progress?(Double(number + 1) / Double(names.count))
        }
        for (result, screw) in worst {
            let missing =
                "<section class=\"screw\"><header><h3>\(result.name.htmlEscaped) \(screw.id.htmlEscaped)</h3></header><p>Its image or plan cannot be read any more.</p></section>"
            page.add(sections["\(result.name)\n\(screw.id)"] ?? missing)
        }
    }

    /// The wanted screws of one case, each as a section; none where image or plan cannot be read any more.
    private func draw(
        _ one: BatchCase, _ wanted: [BatchResult.Screw]
    ) throws(ReportError) -> [(screw: String, html: String)] {
        guard let plan = try? PlanFile(path: runner.folder(of: one) + "/plan.json"),
            let image = try? ImageReader.read(one.image, keepsExact: false)
        else { return [] }
        let labels = try? LabelReader.load(runner.labels(of: one), on: image.ct.geometry, of: image.metadata).volume
        var sections: [(screw: String, html: String)] = []
        for screw in wanted {
            guard let cylinder = plan.items.first(where: { $0.id == screw.id })?.cylinder else { continue }
            var figures = ""
            for drawn in ScrewPictures(ct: image.ct, labels: labels, screw: cylinder).all() {
                figures += try drawn.plane.figure(
                    of: image.ct, labels: labels, overlay: drawn.overlay, caption: drawn.caption)
            }
            sections.append((screw.id, Self.section(one.name, screw, figures)))
        }
        return sections
    }

    private static func section(_ name: String, _ screw: BatchResult.Screw, _ figures: String) -> String {
        "<section class=\"screw\"><header><h3>\(name.htmlEscaped) · \(screw.id.htmlEscaped)</h3>"
            + "<span>\(screw.diameter.text(1)) × \(screw.length.text(0)) mm · margin \(screw.margin.text(2)) mm · to the canal "
            + "\(screw.medialMargin.text(2)) mm</span>\(PlanReport.grade(screw.grade))</header>"
            + "<div class=\"planes\">\(figures)</div></section>"
    }
}
