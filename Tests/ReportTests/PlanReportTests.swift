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
        // Three overviews, the model's still, and three planes an item.
        #expect(count("src=\"data:image/png;base64,", in: html) == 3 + 1 + 2 * 3)
        #expect(count("<img ", in: html) == 3 + 1 + 2 * 3)
        let page = Self.withoutScripts(html)
        // Nothing is fetched: no address but those of the pictures, and links within the page.
        #expect(count("src=\"", in: page) == count("src=\"data:", in: page))
        #expect(count("href=\"", in: page) == count("href=\"#item-", in: page) && count("href=\"#", in: page) >= 2)
        #expect(!page.contains("url(") && !page.contains("@import") && !page.contains("<link"))
        #expect(html.contains("-0.75 mm") && html.contains("12.5°") && html.contains("601 HU"))
        #expect(html.contains("not approved"))
    }

    /// The page's policy lets nothing in or out, and names the hash of every script that it holds.
    @Test func thePolicyForbidsEverythingElse() throws {
        let html = try Self.report().html()
        let start = try #require(html.range(of: "Content-Security-Policy\" content=\"")).upperBound
        let policy = String(html[start..<(try #require(html[start...].firstIndex(of: "\"")))])
        #expect(policy.hasPrefix("default-src 'none'; img-src data:;") && policy.contains("connect-src 'none'"))
        #expect(!policy.contains("http") && !policy.contains("*"))
        #expect(count("'sha256-", in: policy) == count("<script>", in: html))
        var plain = try Self.report()
        plain.library = nil
        let still = try plain.html()
        #expect(still.contains("script-src 'none'") && !still.contains("<script") && still.contains("libjs-three"))
    }

    /// What is broken is said in words and with a mark, not by colour alone.
    @Test func brokenLimitsStandOut() throws {
        let html = try Self.report().html()
        #expect(html.contains("What to look at") && html.contains("✕ BROKEN by 0.50 mm"))
        #expect(html.contains("at most 0.25 mm"))
    }

    @Test func changesSinceTheVersionBefore() throws {
        var report = try Self.report(["L3-left", "L3-new"])
        var old = report.plan.items
        old[0].target = Point(-4, -14, 5)
        old.remove(at: 1)
        report.previous = PlanFile(image: report.plan.image, items: old)
        let html = try report.html()
        #expect(html.contains("Since the version before") && html.contains("target moved 3.00 mm"))
        #expect(html.contains("<td>added</td>"))
    }

    @Test func approvalsAreCheckedWhereKeysAreTrusted() throws {
        let key = ApprovalKey.generate()
        var report = try Self.report(["L3-left"])
        var plan = report.plan
        try plan.approve(as: "A Surgeon", with: key, at: Date(timeIntervalSince1970: 1_770_000_000))
        report = PlanReport(image: report.image, labels: report.labels, plan: plan)
        #expect(try report.html().contains("Signed by A Surgeon."))
        report.trusted = TrustedKeys([try .init(name: "A Surgeon", key: key.publicKey)])
        #expect(try report.html().contains("This plan is approved"))
        plan.items[0].diameter += 1
        report = PlanReport(image: report.image, labels: report.labels, plan: plan)
        report.trusted = TrustedKeys([try .init(name: "A Surgeon", key: key.publicKey)])
        #expect(try report.html().contains("No approval of this plan holds"))
    }

    /// Paths that are no screws, with metrics that nobody has named yet.
    @Test func otherKindsOfItemsHaveTheirTables() throws {
        var report = try Self.report(["L3-left"])
        let path = PlanItem(
            id: "e1", kind: .electrode, level: nil, side: nil, entry: Point(15, 15, 20), target: Point(2, -3, -4),
            diameter: 0.8,
            metrics: ["risk": .number(1.4), "vessel_distance_mm": .number(2.5), "gap_to_next_mm": .number(7.25)])
        report = PlanReport(
            image: report.image, labels: report.labels,
            plan: PlanFile(image: report.plan.image, items: report.plan.items + [path]))
        let html = try report.html()
        #expect(html.contains("gap to next") && html.contains("7.25 mm") && html.contains("✕ 2.50 mm"))
        #expect(html.contains("across the path at its target") && count("<img ", in: html) == 3 + 1 + 6)
    }

    /// A page without the contents of its scripts and data.
    static func withoutScripts(_ html: String) -> String {
        html.components(separatedBy: "<script").enumerated().map { i, part in
            i == 0 ? part : part.components(separatedBy: "</script>").dropFirst().joined(separator: "</script>")
        }.joined()
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
        #expect(!Self.withoutScripts(html).contains("<script") && !html.contains(Self.hostile))
        // Our own scripts and the model's data, and no other.
        #expect(count("<script", in: html) == (ThreeLibrary.installed() == nil ? 0 : 4))
        // Title twice, series, fingerprint, remark, and the item's link, name, section and heading.
        #expect(count("&lt;script", in: html) >= 7)
    }

    /// Tags open and close in pairs: what a browser would silently mend.
    @Test func tagsAreBalanced() throws {
        let html = Self.withoutScripts(try Self.report().html())
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
        #expect(count("<img ", in: try plan.html()) == 10)
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
