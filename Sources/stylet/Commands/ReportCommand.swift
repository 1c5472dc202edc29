import ArgumentParser
import Foundation
import Imaging
import Planning
import Report

struct ReportCommand: StyletCommand {
    static let configuration = CommandConfiguration(
        commandName: "report", abstract: "Write a plan as one self-contained page with pictures.",
        discussion: """
            The page needs nothing but a browser, and fetches nothing. The same can be written for other programs (--json-out,
            --csv), for paper (--pdf), and for the archive (--dicom: the PDF within the image's own study).

            Example:
              stylet report plan.json ct/ --labels labels.nii.gz --previous plan-monday.json \\
                  --trusted-keys trusted.keys --out report.html
            """)

    @Argument(help: "The plan.") var plan: String
    @OptionGroup var input: ImageOptions
    @OptionGroup var labelOptions: LabelOptions
    @Option(help: "The page to write.") var out: String
    @Option(help: "A version of the plan before, to say what changed since.") var previous: String?
    @Option(help: "Trusted public keys, to check the approvals with.") var trustedKeys: String?
    @Option(help: "Writes what the page says as JSON too.") var jsonOut: String?
    @Option(help: "Writes the items as CSV too.") var csv: String?
    @Option(help: "Writes the report as PDF too.") var pdf: String?
    @Option(help: "Writes the PDF as a DICOM object of the image's study too.") var dicom: String?
    @OptionGroup var answer: AnswerOptions

    private var outputs: [String] { [out] + [jsonOut, csv, pdf, dicom].compactMap(\.self) }

    func execute(_ console: Console) throws -> Answer {
        for path in outputs { try Output.mustBePossible(path) }
        let file = try PlanFile.read(plan)
        let before = try previous.map { try PlanFile.read($0) }
        let trusted = try trustedKeys.map { try TrustedKeys(path: $0) }
        let image = try input.read(console)
        if let dicom, image.metadata.format != .dicom {
            throw Failure(
                code: "no-source-series",
                message:
                    "\(dicom) was not written: the image is no DICOM series, so there is no study to join. Use --pdf.")
        }
        let labels = try labelOptions.read(on: image, console)
        try file.checkImage(image.ct)
        var page = PlanReport(image: image, labels: labels, plan: file)
        (page.previous, page.trusted) = (before, trusted)
        page.remarks = image.irregularities.map { "The image: \(Sentences.sentence($0))." }
        console.step("model", "making surfaces") { progress in page.prepareModel(progress: progress) }
        let report = page
        try console.step("report", "drawing the report") { progress in try report.write(to: out, progress: progress) }
        try console.step("copies", "writing it otherwise") { _ in try writeOthers(report) }
        for path in outputs { console.say("\(path): \(file.items.count) items") }
        return Answer(fields: [
            "out": .string(out), "items": .int(file.items.count), "files": .strings(outputs),
            "model_turns": .bool(report.hasTurningModel),
        ])
    }

    private func writeOthers(_ report: PlanReport) throws {
        if let jsonOut { try report.writeJSON(to: jsonOut) }
        if let csv { try report.writeCSV(to: csv) }
        guard pdf != nil || dicom != nil else { return }
        let pages = try report.pdf()
        if let pdf { try report.writePDF(pages, to: pdf) }
        if let dicom { try report.writeDICOM(pages, to: dicom) }
    }
}
