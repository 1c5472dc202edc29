import ArgumentParser
import CaseStore
import Foundation
import Imaging
import PlanEditor
import Planning

struct CaseEdit: StyletCommand {
    static let configuration = CommandConfiguration(
        commandName: "edit", abstract: "Look at a plan of a case and change it; what is saved is its next version.",
        discussion: """
            The editor of 'stylet plan edit'. Each save and each signature goes into the store, with labels that were corrected;
            the versions before stay. An older --version is opened on the labels that it was made on, where the store knows them.
            What is not saved yet survives a lost connection: the next 'case edit' takes it up again.

            Example:
              stylet case edit P-017 --as "A Surgeon" --key surgeon.key
            """)

    @Argument(help: "The patient, as 'stylet case list' shows it.") var patient: String
    @Option(help: "What the plan is called in this case.") var planName = "plan"
    @Option(help: "The version to begin with; default: the last.") var version: Int?
    @OptionGroup var labelOptions: LabelOptions
    @OptionGroup var catalogue: CatalogueOptions
    @Option(help: "The signer's private key file.") var key: String?
    @Option(help: "Pictures: blocks (any terminal), kitty, sixel, or auto.") var graphics = GraphicsChoice.auto
    @OptionGroup var store: StoreOptions
    @OptionGroup var occasion: OccasionOptions
    @OptionGroup var answer: AnswerOptions

    func execute(_ console: Console) throws -> Answer {
        let archive = try store.open()
        let record = try archive.patient(patient)
        let owner = try archive.plan(planName, of: record)
        let all = try archive.versions(of: owner)
        let start = try archive.version(version, of: owner)
        let plan = try archive.planFile(start)
        guard let series = try archive.series(of: record).first(where: { $0.id == start.series }) else {
            throw CaseStoreError.imageNotInCase(patient: patient, sha256: plan.image.sha256)
        }
        let image = try archive.load(series, console)
        try image.mustServePlanning("the stored image", console)
        try plan.checkImage(image.ct)
        let desk = CaseDesk(
            archive: archive, patient: record, plan: owner, series: series, version: start,
            isLast: start.number == all.last?.number, who: occasion.name)
        let (session, uncertain) = try open(plan, image, desk, console)
        var program = EditorProgram(graphics: graphics)
        program.options = try catalogue.editorOptions()
        program.options.uncertain = uncertain
        (program.options.approver, program.options.keyPath) = (occasion.name, key)
        program.options.remark = desk.source.map { Sentences.sentence($0, version: start.number) }
        // The version before shows what a person did since.
        program.options.comparison = try all.last { $0.number < start.number }.map { try archive.planFile($0) }
        try archive.record(
            "open-plan", of: record, detail: ["version": .int(start.number)], on: occasion.occasion)
        try program.run(session)
        return answer(desk, session, program, console)
    }

    /// - Returns: a session in a folder of the plan's own beside the store's files, which keeps the labels alone.
    private func open(
        _ plan: PlanFile, _ image: LoadedImage, _ desk: CaseDesk, _ console: Console
    ) throws -> (EditorSession, uncertain: Set<AnatomicalLabel>) {
        let files = try desk.files()
        // The store says whether a save that was cut off ever came to it.
        try files.mend(opening: plan.fingerprint)
        let found: SpineLabels
        if labelOptions.labels == nil, let kept = try desk.labels(on: image) {
            found = SpineLabels(labels: kept)
        } else {
            found = try labelOptions.read(for: plan, image, console)
            desk.bring(found.labels, named: labelOptions.labels == nil ? "own segmentation" : "given to the editor")
        }
        if let source = desk.source { console.say(Sentences.sentence(source, version: desk.version.number)) }
        // As the store has it; edits that were made on another version are put aside.
        let session = try EditorSession(
            plan: plan, ct: image.ct, metadata: image.metadata, labels: found.labels, files: files,
            replacesFile: true)
        session.keeper = { plan, labels in try desk.keep(plan, labels) }
        return (session, found.uncertain)
    }

    private func answer(
        _ desk: CaseDesk, _ session: EditorSession, _ program: EditorProgram, _ console: Console
    ) -> Answer {
        if session.isChanged { console.say("not saved: 'case edit' takes it up again") } else { desk.clear() }
        for number in desk.added { console.say("\(patient): '\(planName)' version \(number) is kept") }
        return Answer(
            fields: program.fields(session).merging([
                "patient": .string(patient), "plan": .string(planName), "store": .string(desk.archive.path),
                "version": .int(desk.version.number), "versions_added": .array(desk.added.map { .int($0) }),
                "labels": .string(desk.source?.key ?? "given"),
            ]) { $1 })
    }
}
