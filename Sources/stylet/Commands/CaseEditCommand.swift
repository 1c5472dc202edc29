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
            the versions before stay. What is not saved yet survives a lost connection: the next 'case edit' takes it up again.

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
            archive: archive, patient: record, plan: owner, series: series, version: start, who: occasion.name)
        let (session, uncertain) = try open(plan, image, desk, console)
        var program = EditorProgram(graphics: graphics)
        program.options = try catalogue.editorOptions()
        program.options.uncertain = uncertain
        (program.options.approver, program.options.keyPath) = (occasion.name, key)
        // The version before shows what a person did since.
        program.options.comparison = try all.last { $0.number < start.number }.map { try archive.planFile($0) }
        try archive.record(
            "open-plan", of: record, detail: ["version": .int(start.number)], on: occasion.occasion)
        try program.run(session)
        if session.isChanged { console.say("not saved: 'case edit' takes it up again") } else { desk.clear() }
        return answer(desk, session, program, console)
    }

    /// - Returns: a session in a folder of the plan's own beside the store's files, which keeps the labels alone.
    private func open(
        _ plan: PlanFile, _ image: LoadedImage, _ desk: CaseDesk, _ console: Console
    ) throws -> (EditorSession, uncertain: Set<AnatomicalLabel>) {
        let files = try desk.files()
        let found: SpineLabels
        if labelOptions.labels == nil, let kept = try desk.labels(on: image) {
            found = SpineLabels(labels: kept)
        } else {
            found = try labelOptions.read(for: plan, image, console)
        }
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
        for number in desk.added { console.say("\(patient): '\(planName)' version \(number) is kept") }
        return Answer(
            fields: program.fields(session).merging([
                "patient": .string(patient), "plan": .string(planName), "store": .string(desk.archive.path),
                "version": .int(desk.version.number), "versions_added": .array(desk.added.map { .int($0) }),
            ]) { $1 })
    }
}

extension CaseArchive {
    /// Where a plan lies while it is edited, and what was not saved of it.
    func editingFolder(_ plan: PlanRecord) -> String { "\(path)/editing/\(plan.id)" }
}

/// The place of a case's plan while it is edited.
private final class CaseDesk {
    let archive: CaseArchive
    private let patient: PatientRecord
    private let plan: PlanRecord
    private let series: SeriesRecord
    /// The one that is open: first what was asked for, then what was saved last.
    private(set) var version: PlanVersion
    private let who: String?
    private(set) var added: [Int] = []
    private var corrected: LabelsRecord?

    /// How corrected labels are called in the store.
    private static let labelsName = "corrected in the editor"

    init(
        archive: CaseArchive, patient: PatientRecord, plan: PlanRecord, series: SeriesRecord, version: PlanVersion,
        who: String?
    ) {
        (self.archive, self.patient, self.plan) = (archive, patient, plan)
        (self.series, self.version, self.who) = (series, version, who)
    }

    private var occasion: CaseOccasion { CaseOccasion(who: who ?? NSUserName(), time: Date()) }

    /// Beside the store's own folders, readable by its owner alone: the plan as it is edited, and the journal.
    func files() throws -> EditorSession.Files {
        let folder = archive.editingFolder(plan)
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        return EditorSession.Files(plan: "\(folder)/plan.json", labels: "\(folder)/labels.nii.gz")
    }

    /// Removes the files of an editing that ended with all saved; edits that were put aside stay.
    func clear() {
        let folder = archive.editingFolder(plan)
        for name in ["plan.json", "labels.nii.gz"] { unlink("\(folder)/\(name)") }
        rmdir(folder)
    }

    /// Those of the version, or what was corrected since without a change of the plan; `nil` where the case has none.
    func labels(on image: LoadedImage) throws -> LabelVolume? {
        let all = try archive.labels(of: series)
        let own = version.labels.flatMap { id in all.first { $0.id == id } } ?? all.last
        let later = all.last { $0.name == Self.labelsName && $0.id > own?.id ?? 0 }
        guard let record = later ?? own else { return nil }
        corrected = later
        let path = NSTemporaryDirectory() + "stylet-\(UUID().uuidString).nii.gz"
        defer { unlink(path) }
        try archive.checkOut(record, to: path)
        return try LabelReader.read(path, on: image.ct.geometry)
    }

    /// - Parameter labels: where they were corrected since.
    /// - Returns: where it is kept.
    func keep(_ plan: PlanFile, _ labels: LabelVolume?) throws -> String {
        if let labels {
            corrected = try archive.addLabels(labels, named: Self.labelsName, of: series, on: occasion).record
        }
        let known = try corrected ?? archive.labels(of: series).first { $0.id == version.labels }
        let kept = try archive.addPlanVersion(
            plan, named: self.plan.name, of: patient, labels: known, note: "edited", on: occasion)
        if kept.isNew, added.last != kept.record.number { added.append(kept.record.number) }
        version = kept.record
        return "'\(self.plan.name)' of \(patient.name), version \(version.number)"
    }
}
