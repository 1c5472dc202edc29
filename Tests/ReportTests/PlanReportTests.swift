import Foundation
import Frames
import Imaging
import Planning
import TestSupport
import Testing

@testable import Report

@Suite struct PlanReportTests {
    static let hostile = "\"><script src=http://x/>&'"

    /// A block of bone with two screws in it, and text that would break out of a careless page.
    static func report(_ ids: [String] = ["L3-left", hostile]) throws -> PlanReport {
        let g = try GridGeometry(size: GridSize(50, 50, 40), spacing: Vector3(1, 1, 1.5), origin: Point(-25, -25, -30))
        var (ct, labels) = (Volume<Int16>(geometry: g, filledWith: 40), LabelVolume(geometry: g))
        for i in 0..<g.size.count {
            let index = g.index(offset: i)
            let p = g.point(index).coordinates
            guard max(abs(p.x), abs(p.y), abs(p.z)) < 18 else { continue }
            ct[index] = 600
            labels[index] = 22
        }
        let items = ids.enumerated().map { number, id in
            PlanItem(
                id: id, kind: .pedicleScrew, level: AnatomicalLabel(22), side: .left,
                entry: Point(Double(number) * 8 - 4, 16, 0), target: Point(Double(number) * 8 - 4, -14, 2), diameter: 5,
                metrics: metrics)
        }
        var metadata = ImageMetadata(format: .nifti)
        metadata.seriesDescription = hostile
        metadata.seriesUID = hostile
        var report = PlanReport(
            image: LoadedImage(ct: ct, metadata: metadata), labels: labels,
            plan: PlanFile(image: .init(seriesUID: hostile, sha256: hostile), items: items))
        report.remarks = [hostile]
        return report
    }

    private static let metrics: [String: JSONValue] = [
        "gertzbein_robbins": .string("B"), "breach_mm": .number(0.75), "margin_mm": .number(-0.75),
        "medial_margin_mm": .number(3.5), "anterior_margin_mm": .number(4), "mean_hu": .number(601),
        "convergence_deg": .number(12.5), "cranial_tilt_deg": .number(-1),
    ]

    private func count(_ part: String, in text: String) -> Int { text.components(separatedBy: part).count - 1 }

    @Test func isOnePageWithAPictureForEachPlane() throws {
        let html = try Self.report().html()
        #expect(count("src=\"data:image/png;base64,", in: html) == 3 + 2 * 3)
        #expect(count("<img ", in: html) == 3 + 2 * 3)
        // Nothing is fetched: no address but those of the pictures, and links within the page.
        #expect(count("src=\"", in: html) == count("src=\"data:", in: html))
        #expect(count("href=\"", in: html) == count("href=\"#", in: html) && count("href=\"#", in: html) == 2)
        #expect(!html.contains("url(") && !html.contains("@import") && !html.contains("<link"))
        #expect(html.contains("-0.75 mm") && html.contains("12.5°") && html.contains("601 HU"))
        #expect(html.contains("not approved"))
    }

    @Test func uncertainLevelNamesAreSaidOnTheFirstPage() throws {
        var report = try Self.report()
        #expect(!(try report.html()).contains("does not settle"))
        var items = report.plan.items
        for i in items.indices { items[i].metrics["level_is_certain"] = .bool(false) }
        report = PlanReport(
            image: report.image, labels: report.labels,
            plan: PlanFile(image: report.plan.image, items: items))
        #expect(count("does not settle the level names L3:", in: try report.html()) == 1)
    }

    @Test func hostileTextStaysText() throws {
        let html = try Self.report().html()
        #expect(!html.contains("<script") && !html.contains(Self.hostile))
        // Title twice, series, fingerprint, remark, and the item's link, name, section and heading.
        #expect(count("&lt;script", in: html) >= 7)
    }

    /// Tags open and close in pairs: what a browser would silently mend.
    @Test func tagsAreBalanced() throws {
        let html = try Self.report().html()
        for tag in [
            "html", "body", "main", "section", "figure", "figcaption", "svg", "table", "tr", "td", "th", "div",
            "header", "p", "a", "span",
        ] {
            let opened = count("<\(tag) ", in: html) + count("<\(tag)>", in: html)
            #expect(opened == count("</\(tag)>", in: html), "\(tag)")
        }
    }

    @Test func aPlanWithoutItemsOrMetricsIsShown() throws {
        #expect(try !Self.report([]).html().isEmpty)
        var plan = try Self.report()
        var items = plan.plan.items
        items[0].metrics = [:]
        plan = PlanReport(
            image: plan.image, labels: nil, plan: PlanFile(image: plan.plan.image, items: items))
        #expect(count("<img ", in: try plan.html()) == 9)
    }

    @Test func sameInputSameBytesAndIsWritten() throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("r.html")
        try Self.report().write(to: file.path)
        #expect(try String(contentsOf: file, encoding: .utf8) == Self.report().html())
        #expect(throws: ReportError.self) { try Self.report().write(to: folder.path) }
    }
}
