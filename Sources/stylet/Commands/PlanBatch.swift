import ArgumentParser
import Foundation
import Imaging
import Planning
import Report
import Synchronization

struct PlanBatch: StyletCommand {
    static let configuration = CommandConfiguration(
        commandName: "batch", abstract: "Plan screws for every image in a folder; goes on where an ended run was.",
        discussion: """
            Takes DICOM folders and .nii.gz, .nii, .nrrd and .mha files; NAME-labels.nii.gz beside an image NAME is used in
            place of our own segmentation. A case whose files and settings are as before is not done again; one that fails
            does not stop the others. Writes a folder for each case, table.csv, table.json, and index.html with pictures of
            the worst screws. Exit status 2 where a case failed or a screw is worse than grade B.

            Example:
              stylet plan batch cases/ --out plans/
            """)

    @Argument(help: "A folder of images.") var folder: String
    @Option(help: "The folder for plans, tables and the page.") var out: String
    @Option(help: "Vertebrae, as L1-L5 or T12,L1; default: every whole one that the labels hold.") var levels:
        LevelRange?
    @OptionGroup var catalogue: CatalogueOptions
    @Option(help: "How many of the worst screws the page shows in pictures.") var pictures = 12
    @OptionGroup var answer: AnswerOptions

    func validate() throws {
        guard (0...200).contains(pictures) else { throw ValidationError("--pictures must be 0 to 200.") }
    }

    func execute(_ console: Console) throws -> Answer {
        let cases = try BatchCase.all(in: folder, except: out)
        guard !cases.isEmpty else {
            throw Failure(
                code: "no-cases", message: "\(folder) holds no image: give a folder of DICOM folders or image files.")
        }
        try Output.makeFolder(out)
        var runner = BatchRunner(cases: cases, out: out)
        runner.planner = try catalogue.planner()
        runner.levels = levels?.labels
        runner.version = Stylet.configuration.version
        let results = try run(runner, console)
        let table = BatchTable(results)
        try table.write(to: out)
        var page = BatchPage(table: table, runner: runner)
        page.pictures = pictures
        try console.step("page", "drawing the worst screws") { try page.write(to: out + "/index.html", progress: $0) }
        say(table, console)
        let isGood = results.allSatisfy { $0.status != .failed && $0.count(.C ... .E) == 0 }
        return Answer(
            fields: [
                "out": .string(out), "summary": table.summary, "cases": .array(results.map(\.json)),
            ], accepted: isGood)
    }

    private func run(_ runner: BatchRunner, _ console: Console) throws -> [BatchResult] {
        let width = max(4, runner.cases.map(\.name.count).max() ?? 0)
        let view = BatchView(console: console, total: runner.cases.count, width: width)
        console.say(view.header)
        return try console.step("cases", "planning \(runner.cases.count) cases") { progress in
            try runner.run(reason: {
                let failure = Sentences.failure(for: $0)
                return BatchResult.Reason(code: failure.code, message: failure.message)
            }) { view.show($0, progress) }
        }
    }

    private func say(_ table: BatchTable, _ console: Console) {
        let screws = table.results.flatMap(\.screws)
        let counts = BatchResult.Status.allCases.map { status in
            "\(table.results.count { $0.status == status }) \(status.rawValue)"
        }
        console.say("\(table.results.count) cases: \(counts.joined(separator: ", ")); \(screws.count) screws")
        for (result, screw) in table.worst(3) {
            console.say(
                "  smallest margins: \(result.name) \(screw.id) \(String(format: "%.2f", screw.margin)) mm, grade \(screw.grade.rawValue)"
            )
        }
        console.say("\(out)/index.html")
    }
}

/// A line for each case as it ends, and the share of the whole batch for the bar.
private final class BatchView: Sendable {
    // Lines are written by the batch's own thread alone.
    private nonisolated(unsafe) let console: Console
    private let total: Int
    private let width: Int
    private let done = Atomic<Int>(0)

    init(console: Console, total: Int, width: Int) {
        self.console = console
        self.total = total
        self.width = width
    }

    var header: String { "\(pad("case"))  status   screws    A    B  C-E  least margin" }

    func show(_ event: BatchRunner.Event, _ progress: @Sendable (Double) -> Void) {
        switch event {
        case .began: break
        case .progress(let share): progress((Double(done.load(ordering: .relaxed)) + share) / Double(total))
        case .ended(let result, let isOld, let left):
            done.add(1, ordering: .relaxed)
            progress(Double(done.load(ordering: .relaxed)) / Double(total))
            say(result, isOld, left)
        }
    }

    private func pad(_ text: String) -> String { text.padding(toLength: width, withPad: " ", startingAt: 0) }

    private func say(_ result: BatchResult, _ isOld: Bool, _ left: Double?) {
        let numbers = [result.screws.count, result.count(.A ... .A), result.count(.B ... .B), result.count(.C ... .E)]
        let cells = zip(numbers, [6, 4, 4, 4]).map { number, room in
            String(repeating: " ", count: max(0, room - "\(number)".count)) + "\(number)"
        }
        let margin = result.worst.map { String(format: "%5.2f mm %@", $0.margin, $0.id) } ?? ""
        let status = result.status.rawValue.padding(toLength: 7, withPad: " ", startingAt: 0)
        let isLast = done.load(ordering: .relaxed) == total
        let time = isOld ? "  done before" : isLast ? "" : left.map { "  \(Self.duration($0)) left" } ?? ""
        wipeBar()
        console.say("\(pad(result.name))  \(status)  \(cells.joined(separator: " "))  \(margin)\(time)")
        if result.status == .failed || result.status == .nothing {
            for reason in result.reasons.prefix(3) { console.say("    \(reason.message)") }
        }
    }

    /// The bar stands where the line will.
    private func wipeBar() { if isatty(STDERR_FILENO) == 1 { Console.write("\r\u{1B}[K", to: STDERR_FILENO) } }

    private static func duration(_ seconds: Double) -> String {
        seconds < 100 ? "\(Int(seconds.rounded(.up))) s" : "\(Int((seconds / 60).rounded(.up))) min"
    }
}
