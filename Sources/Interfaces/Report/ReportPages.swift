import Foundation
import Frames
import Imaging
import Planning

/// The report on paper: A4 pages drawn by ourselves, for printing and the archive.
struct ReportPages {
    let report: PlanReport
    let canvas: PDFCanvas
    private var y = 0.0

    private static let left = 40.0, right = 555.0, top = 46.0, bottom = 800.0
    private static let width = right - left

    init(_ report: PlanReport, date: Date) throws(ReportError) {
        self.report = report
        canvas = try PDFCanvas(title: "Stylet plan: \(report.title)", date: date)
        y = Self.top
    }

    mutating func draw() throws(ReportError) -> Data {
        drawCase()
        drawModel()
        drawTable()
        drawFindings()
        drawUncertainty()
        if let previous = report.previous { drawChanges(PlanComparison(from: previous, to: report.plan)) }
        for item in report.plan.items { drawItem(item) }
        endPage()
        return try canvas.finish()
    }

    private mutating func endPage() {
        canvas.rule(y: 812, from: Self.left, to: Self.right)
        canvas.text(
            "Made by Stylet: research software, not a cleared medical device. Planned accuracy is not placed accuracy.",
            x: Self.left, y: 824, size: 7, colour: .soft)
        let number = "page \(canvas.pages + 1) · image \(report.plan.image.sha256.prefix(12))"
        canvas.text(number, x: Self.right - canvas.measure(number, size: 7), y: 824, size: 7, colour: .soft)
        canvas.endPage()
        y = Self.top
    }

    /// A new page where so many points do not fit any more.
    private mutating func need(_ points: Double) { if y + points > Self.bottom { endPage() } }

    private mutating func heading(_ text: String, keeping points: Double = 60) {
        need(points)
        y += 12
        canvas.text(text, x: Self.left, y: y, size: 12, bold: true, width: Self.width)
        canvas.rule(y: y + 5, from: Self.left, to: Self.right)
        y += 20
    }

    private mutating func paragraph(_ text: String, colour: PDFCanvas.Colour = .ink, bold: Bool = false) {
        for line in canvas.wrapped(text, size: 9, width: Self.width) {
            need(12)
            canvas.text(line, x: Self.left, y: y, size: 9, bold: bold, colour: colour, width: Self.width)
            y += 12
        }
    }

    private mutating func drawCase() {
        canvas.text(report.title, x: Self.left, y: y, size: 17, bold: true, width: Self.width)
        y += 18
        for (name, value) in report.caseFacts { paragraph("\(name): \(value)", colour: .soft) }
        let g = report.image.ct.geometry
        paragraph(
            "\(report.plan.items.count) items, image of \(g.size.x)×\(g.size.y)×\(g.size.z) voxels, "
                + "\(g.spacing.x.text(2))×\(g.spacing.y.text(2))×\(g.spacing.z.text(2)) mm", colour: .soft)
        y += 4
        let approvals = report.approvals
        if approvals.isEmpty { paragraph("✕ This plan is not approved.", colour: .bad, bold: true) }
        for approval in approvals {
            let text = approval.holds == nil ? "signed by \(approval.text) (not checked)" : approval.text
            paragraph(
                (approval.holds == false ? "✕ " : approval.holds == true ? "✓ " : "") + text,
                colour: approval.holds == false ? .bad : approval.holds == true ? .good : .ink, bold: true)
        }
        if !report.uncertainLevels.isEmpty {
            paragraph(
                "✕ The image does not settle the level names \(report.uncertainLevels.joined(separator: ", ")).",
                colour: .bad, bold: true)
        }
        for remark in report.remarks { paragraph(remark) }
    }

    private mutating func drawModel() {
        let scene = report.model
        guard !scene.items.isEmpty || !scene.surfaces.isEmpty else { return }
        let still = ModelStill(scene, width: 900, height: 560)
        let scale = Self.width / 900
        need(560 * scale + 10)
        canvas.picture(still.picture(), x: Self.left, y: y, width: Self.width)
        for name in scene.names {
            let p = still.project(name.at)
            guard (0...900).contains(p.x), (0...560).contains(p.y) else { continue }
            let size = canvas.measure(name.text, size: 8, bold: true)
            canvas.text(name.text, x: Self.left + p.x * scale - size / 2, y: y + p.y * scale + 3, size: 8, bold: true)
        }
        y += 560 * scale + 8
    }

    private mutating func drawTable() {
        for kind in PlanItem.Kind.allCases {
            let items = report.plan.items.filter { $0.kind == kind }
            guard !items.isEmpty else { continue }
            heading(kind.rawValue, keeping: 80)
            let keys = PlanReport.columns.filter { key in items.contains { $0.metrics[key] != nil } }.prefix(8)
            row(["item", "size"] + keys.map(MetricKey.name), bold: true, lines: 2)
            for item in items {
                let readings = Dictionary(
                    report.limits.readings(of: item).map { ($0.key, $0) }, uniquingKeysWith: { a, _ in a })
                row(
                    [item.id, "\(item.diameter.text(1)) × \(item.length.text(0)) mm"]
                        + keys.map { readings[$0].map(MetricText.marked) ?? "–" },
                    colours: [.ink, .ink] + keys.map { Self.colour(readings[$0]?.standing) })
            }
        }
    }

    private static func colour(_ standing: LimitStanding?) -> PDFCanvas.Colour {
        standing == .broken ? .bad : standing == .near || standing == .warning ? .fair : .ink
    }

    private mutating func row(
        _ cells: [String], bold: Bool = false, colours: [PDFCanvas.Colour] = [], lines: Int = 1
    ) {
        let first = 74.0
        let step = (Self.width - first) / Double(max(cells.count - 1, 1))
        need(Double(lines) * 10 + 6)
        for (i, cell) in cells.enumerated() {
            let (x, width) = i == 0 ? (Self.left, first - 4) : (Self.left + first + Double(i - 1) * step, step - 4)
            let parts = lines == 1 ? [cell] : canvas.wrapped(cell, size: 7.5, width: width)
            for (k, part) in parts.prefix(lines).enumerated() {
                canvas.text(
                    part, x: x, y: y + Double(k) * 9, size: 7.5, bold: bold,
                    colour: i < colours.count ? colours[i] : .ink,
                    width: width)
            }
        }
        y += Double(lines) * 9 + 2
        canvas.rule(y: y - 6, from: Self.left, to: Self.right)
        y += 4
    }

    private mutating func drawFindings() {
        let all = report.findings
        guard !all.isEmpty else { return }
        heading("What to look at")
        for (item, reading) in all {
            paragraph(
                "\(item.id): \(reading.name) \(MetricText.value(reading.value, reading.key)), \(MetricText.limit(reading)); \(MetricText.standing(reading))",
                colour: Self.colour(reading.standing))
        }
    }

    /// What the error budget means for each item; nothing where the plan says nothing of it.
    private mutating func drawUncertainty() {
        let section = UncertaintySection(plan: report.plan, limits: report.limits)
        guard !section.items.isEmpty else { return }
        heading("Uncertainty", keeping: 110)
        paragraph(UncertaintySection.lead, colour: .soft)
        y += 4
        row(section.columns, bold: true, lines: 3)
        for item in section.items {
            let cells = section.cells(item)
            row(cells.map(\.text), colours: cells.map { Self.colour($0.standing) }, lines: 4)
        }
    }

    private mutating func drawChanges(_ comparison: PlanComparison) {
        heading("Since the version before")
        guard comparison.isSameImage else {
            paragraph("The version before was made on another image: places cannot be compared.", colour: .bad)
            return
        }
        if comparison.isUnchanged { paragraph("Nothing changed.") }
        for item in comparison.items where item.change != .same {
            paragraph("\(item.id): \(item.change.rawValue)", bold: true)
            for line in PlanChangeText.geometry(of: item) + PlanChangeText.metrics(of: item) {
                paragraph("    " + line)
            }
        }
    }

    private mutating func drawItem(_ item: PlanItem) {
        guard let cylinder = item.cylinder else { return }
        let size = (Self.width - 16) / 3
        let readings = report.limits.readings(of: item).filter { MetricText.isPlain($0.value) }
        let rows = (readings.count + 1) / 2
        heading(
            "\(item.id)   \(item.kind.rawValue)   \(item.diameter.text(1)) × \(item.length.text(0)) mm",
            keeping: size + 70 + Double(rows) * 11)
        y -= 6
        for (i, drawn) in item.pictures(of: report.image.ct, labels: report.labels).enumerated() {
            picture(drawn, cylinder, x: Self.left + Double(i) * (size + 8), size: size)
        }
        y += size + 20
        for (i, reading) in readings.enumerated() {
            let x = Self.left + (i % 2 == 0 ? 0 : Self.width / 2 + 6)
            let line = y + Double(i / 2) * 11
            let limit = MetricText.limit(reading)
            canvas.text(reading.name, x: x, y: line, size: 7.5, colour: .soft, width: 98)
            canvas.text(
                MetricText.value(reading.value, reading.key), x: x + 100, y: line, size: 7.5, bold: true,
                colour: Self.colour(reading.standing), width: limit.isEmpty ? 150 : 44)
            if limit.isEmpty { continue }
            let standing = reading.standing == .held ? "✓" : MetricText.standing(reading)
            canvas.text(
                standing + "  " + limit, x: x + 146, y: line, size: 6, colour: Self.colour(reading.standing),
                width: Self.width / 2 - 152)
        }
        y += Double(rows) * 11 + 8
    }

    private func picture(_ drawn: ScrewPictures.Drawn, _ cylinder: ScrewCylinder, x: Double, size: Double) {
        let plane = drawn.plane
        let image = plane.picture(of: report.image.ct, labels: report.labels, window: drawn.window)
        canvas.picture(image, x: x, y: y, width: size)
        let scale = size / Double(plane.width)
        let (a, b) = (plane.project(cylinder.entry), plane.project(cylinder.tip))
        let radius = max(cylinder.radius / plane.millimetresPerPixel, 2)
        let run = ((b.x - a.x) * (b.x - a.x) + (b.y - a.y) * (b.y - a.y)).squareRoot()
        canvas.clipped(x: x, y: y, width: size, height: size) {
            if run < 1 {
                canvas.circle(x: x + a.x * scale, y: y + a.y * scale, radius: radius * scale, colour: .screw)
            } else {
                let (nx, ny) = (-(b.y - a.y) / run * radius, (b.x - a.x) / run * radius)
                let corners = [(a.x + nx, a.y + ny), (b.x + nx, b.y + ny), (b.x - nx, b.y - ny), (a.x - nx, a.y - ny)]
                canvas.polygon(corners.map { (x: x + $0.0 * scale, y: y + $0.1 * scale) }, colour: .screw)
            }
        }
        canvas.text(drawn.caption, x: x, y: y + size + 9, size: 6.5, colour: .soft, width: size)
    }
}
