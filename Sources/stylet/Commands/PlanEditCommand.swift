import ArgumentParser
import Foundation
import Imaging
import PlanEditor
import Planning
import TerminalKit

struct PlanEdit: StyletCommand {
    static let configuration = CommandConfiguration(
        commandName: "edit", abstract: "Look at a plan and change it, in the terminal.",
        discussion: """
            Without --labels: corrected labels that were saved beside the plan, else our own segmentation. What is not
            saved yet survives a lost connection: the next 'plan edit' takes it up again. ? shows all keys.

            Example:
              stylet plan edit plan.json ct/ --labels labels.nii.gz
              stylet plan edit plan.json ct/ --as "A Surgeon" --key surgeon.key
            """)

    @Argument(help: "The plan.") var plan: String
    @OptionGroup var input: ImageOptions
    @OptionGroup var labelOptions: LabelOptions
    @OptionGroup var catalogue: CatalogueOptions
    @Option(help: "Where corrected labels are saved; default: beside the plan, as PLAN.labels.nii.gz.")
    var labelsOut: String?
    @Option(help: "Another plan of the same image, drawn as outlines and compared with d.") var compare: String?
    @Option(name: .customLong("as"), help: "Who signs, as in the file of trusted keys.") var name: String?
    @Option(help: "The signer's private key file.") var key: String?
    @Option(help: "Pictures: blocks (any terminal), kitty, sixel, or auto.") var graphics = GraphicsChoice.auto
    @OptionGroup var answer: AnswerOptions

    func execute(_ console: Console) throws -> Answer {
        let paths = EditorSession.Files(
            plan: plan, labels: labelsOut ?? EditorSession.Files.labels(besidePlan: plan))
        // Before either file is read: a kill may have come between the two.
        let mended = try paths.mend()
        let file = try PlanFile.read(plan)
        try Output.mustBePossible(paths.labels)
        let image = try input.readForPlanning(console)
        try file.checkImage(image.ct)
        let (session, uncertain) = try open(file, image, paths, console)
        var program = EditorProgram(graphics: graphics)
        program.options = try catalogue.editorOptions()
        program.options.uncertain = uncertain
        program.options.remark = Sentences.sentence(mended)
        (program.options.approver, program.options.keyPath) = (name, key)
        program.options.comparison = try compare.map { try PlanFile.read($0) }
        try program.run(session)
        if session.isChanged { console.say("not saved: 'plan edit' takes it up again from \(plan).edits") }
        return Answer(fields: program.fields(session).merging(["plan": .string(plan)]) { $1 })
    }

    /// Labels that were corrected for this very plan come before a new segmentation. The session alone keeps them.
    private func open(
        _ file: PlanFile, _ image: LoadedImage, _ paths: EditorSession.Files, _ console: Console
    ) throws -> (EditorSession, uncertain: Set<AnatomicalLabel>) {
        let found: SpineLabels
        if labelOptions.labels == nil, FileManager.default.fileExists(atPath: paths.labels) {
            console.say("labels: \(paths.labels)")
            found = SpineLabels(labels: try labelOptions.meaning.read(paths.labels, on: image, console))
        } else {
            found = try labelOptions.read(for: file, image, console)
        }
        let session = try EditorSession(
            plan: file, ct: image.ct, metadata: image.metadata, labels: found.labels, files: paths)
        return (session, found.uncertain)
    }
}

extension LabelOptions {
    /// The given labels, or our own segmentation of what the plan is about: with the skin where it has straight paths.
    func read(for plan: PlanFile, _ image: LoadedImage, _ console: Console) throws -> SpineLabels {
        guard plan.items.contains(where: { !$0.kind.isScrew }) else { return try readOrSegment(image, console) }
        return SpineLabels(labels: try readOrSegmentHead(image, console))
    }
}

extension CatalogueOptions {
    func editorOptions() throws -> EditorOptions {
        var options = EditorOptions()
        let planner = try planner()
        (options.catalogue, options.limits) = (planner.catalogue, planner.limits)
        options.describe = { Sentences.failure(for: $0).message }
        return options
    }
}

/// Runs the editor at the terminal, and says how long its answers took.
struct EditorProgram {
    let graphics: GraphicsChoice
    var options = EditorOptions()
    private(set) var times = AnswerTimes()

    init(graphics: GraphicsChoice) { self.graphics = graphics }

    mutating func run(_ session: EditorSession) throws {
        // Standard output may be taken for the answer: the person is at the terminal all the same.
        let device =
            isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1 ? nil : open("/dev/tty", O_RDWR | O_CLOEXEC)
        defer { if let device, device >= 0 { close(device) } }
        let terminal = try Terminal(input: device ?? STDIN_FILENO, output: device ?? STDOUT_FILENO)
        defer { terminal.close() }
        let loop = EditorLoop(
            terminal: terminal, model: EditorModel(session: session, options: options),
            depth: TerminalCapabilities.depth(ProcessInfo.processInfo.environment),
            graphics: try graphics.choice(terminal))
        try loop.run()
        times = loop.times
        session.close()
    }

    func fields(_ session: EditorSession) -> [String: JSONValue] {
        var fields: [String: JSONValue] = [
            "saved": .bool(!session.isChanged), "items": .int(session.draft.plan.items.count),
            "approvals": .int(session.draft.plan.approvals.count),
        ]
        for kind in AnswerTimes.Kind.allCases {
            fields["\(kind.rawValue)s"] = .int(times.count(kind))
            for (name, share) in [("median", 0.5), ("p95", 0.95), ("max", 1)] {
                let time = times.quantile(share, of: kind)
                fields["\(kind.rawValue)_\(name)_ms"] = time.map { .number($0) } ?? .null
            }
        }
        return fields
    }
}
