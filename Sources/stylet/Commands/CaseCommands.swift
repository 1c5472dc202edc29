import ArgumentParser
import CaseStore
import Foundation
import Imaging
import Planning

struct CaseGroup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "case", abstract: "Keep cases: images, labels, every version of a plan, approvals and runs.",
        subcommands: [
            CaseAdd.self, CaseList.self, CaseShow.self, CaseEdit.self, CaseLog.self, CaseExportCommand.self,
            CaseVerify.self,
            CaseRemove.self,
        ])
}

struct CaseAdd: StyletCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Put an image, labels, a plan or a run's result into the store.",
        discussion: """
            A patient's first addition makes the case, and the first case makes the store. What is there already with the same
            content is not added again. A plan becomes the next version of the plan of that name, and the approvals in it are
            kept with it. Image files are kept as they are, with what they say of the patient: the store's folder is yours
            alone to read.

            Example:
              stylet case add ct/ --patient P-017 --labels labels.nii.gz --plan plan.json
              stylet case add --patient P-017 --plan plan.json --note "L4 moved laterally"
              stylet case add --patient P-017 --run result.json
            """)

    @Argument(help: "An image to add: a DICOM folder, file or DICOMDIR, or a .nii, .nii.gz, .nrrd or .mha file.")
    var volume: String?
    @Option(help: "The series to take from a folder that holds several.") var series: String?
    @Option(help: "The acquisition to take, by its number, from a series that holds several.") var acquisition: Int?
    @Option(help: "The patient's pseudonym, or name where your rules allow it.") var patient: String
    @OptionGroup var labelOptions: LabelOptions
    @Option(help: "A plan to add as the next version.") var plan: String?
    @Option(help: "What the plan is called in this case.") var planName = "plan"
    @Option(help: "A remark to keep with the plan's version.") var note = ""
    @Option(help: "The JSON that 'stylet run' or 'stylet scene run' answered.") var run: String?
    @OptionGroup var store: StoreOptions
    @OptionGroup var occasion: OccasionOptions
    @OptionGroup var answer: AnswerOptions

    func validate() throws {
        guard volume != nil || labelOptions.labels != nil || plan != nil || run != nil else {
            throw ValidationError("Say what to add: an image, --labels, --plan or --run.")
        }
        guard note.isEmpty || plan != nil else { throw ValidationError("--note goes with --plan.") }
    }

    func execute(_ console: Console) throws -> Answer {
        let given = try plan.map { try PlanFile.read($0) }
        let result = try run.map { try RunResult(path: $0) }
        let image = try volume.map { path in
            try console.step("load", "reading \(path)") {
                try ImageReader.read(path, series: series, acquisition: acquisition, progress: $0)
            }
        }
        let archive = try store.open(creating: true)
        var addition = CaseAddition(archive: archive, occasion: occasion.occasion, console: console)
        try addition.findPatient(patient, isNewWithout: volume == nil ? (labelOptions.labels != nil, given) : nil)
        if let image { try addition.add(image) }
        if labelOptions.labels != nil { try addition.addLabels(labelOptions, of: image) }
        if let given { try addition.add(given, named: planName, note: note) }
        if let result { try addition.add(result) }
        return Answer(
            fields: addition.fields.merging(["store": .string(archive.path), "patient": .string(patient)]) { $1 })
    }
}

struct CaseExportCommand: StyletCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write a case as DICOM, labels and plans from which nobody can tell the patient.",
        discussion: """
            By the DICOM confidentiality profile (PS3.15 Annex E, basic, with modified dates): images are written anew from
            their voxels, UIDs are replaced (the same ones each time), dates are moved, names and free text go. Approvals and
            runs stay behind. With --as-stored the files come out as they went in, names and all.

            Example:
              stylet case export P-017 --out p017-export/
            """)

    @Argument(help: "The patient, as 'stylet case list' shows it.") var patient: String
    @Option(help: "The folder to write.") var out: String
    @Flag(help: "Write the stored files as they are, with everything that they say of the patient.") var asStored =
        false
    @Flag(help: "Also where a file says that text is drawn into its pixels: look at them first.") var allowBurnedIn =
        false
    @OptionGroup var store: StoreOptions
    @OptionGroup var occasion: OccasionOptions
    @OptionGroup var answer: AnswerOptions

    func execute(_ console: Console) throws -> Answer {
        try Output.mustBePossible(out)
        let archive = try store.open()
        let record = try archive.patient(patient)
        guard !asStored else { return try exportAsStored(archive, record, console) }
        let export = try console.step("export", "writing \(out)") {
            try archive.exportDeidentified(
                record, to: out, allowBurnedIn: allowBurnedIn, on: occasion.occasion, progress: $0)
        }
        for remark in export.remarks { console.warn(Sentences.sentence(remark)) }
        console.say(
            "\(out): \(export.pseudonym), \(export.series) series, \(export.labels) labels, \(export.plans) plans")
        for file in export.files { console.say("  \(file)") }
        return Answer(fields: [
            "out": .string(out), "pseudonym": .string(export.pseudonym), "deidentified": true,
            "files": .strings(export.files), "remarks": .strings(export.remarks.map(Sentences.sentence)),
        ])
    }

    private func exportAsStored(_ archive: CaseArchive, _ record: PatientRecord, _ console: Console) throws -> Answer {
        let files = try console.step("export", "writing \(out)") { _ in
            try archive.exportAsStored(record, to: out, on: occasion.occasion)
        }
        console.warn("\(out) says who the patient is: keep it as you keep the store.")
        console.say("\(out): \(files.count) files and folders")
        for file in files { console.say("  \(file)") }
        return Answer(fields: [
            "out": .string(out), "deidentified": false, "files": .strings(files), "remarks": .array([]),
        ])
    }
}

struct CaseRemove: StyletCommand {
    static let configuration = CommandConfiguration(
        commandName: "rm", abstract: "Remove a case with everything in it; the audit trail keeps that it was there.",
        discussion: """
            What stays: the trail's entries, with numbers, times, hashes and who did what, from which neither name nor content
            can be had back. What goes: the patient's rows, and every file that no other case needs. Backups and exports are
            yours to see to. Records of treatment must often be kept for years: know your rules before you remove.

            Example:
              stylet case rm P-017 --reason "consent withdrawn" --yes
            """)

    @Argument(help: "The patient, as 'stylet case list' shows it.") var patient: String
    @Flag(help: "Really remove it; without this the command only says what would go.") var yes = false
    @Option(help: "Why, for the trail: it stays there, so name nobody.") var reason = ""
    @OptionGroup var store: StoreOptions
    @OptionGroup var occasion: OccasionOptions
    @OptionGroup var answer: AnswerOptions

    func execute(_ console: Console) throws -> Answer {
        let archive = try store.open()
        let record = try archive.patient(patient)
        guard yes else {
            let held = try CaseContents(archive, record)
            throw Failure(
                code: "not-confirmed",
                message: "Nothing was removed. \(patient) has \(held.summary): say --yes to remove all of it for good.")
        }
        let plans = try archive.plans(of: record)
        let removal = try console.step("remove", "removing \(patient)") { _ in
            try archive.remove(record, reason: reason, on: occasion.occasion)
        }
        for plan in plans { try? FileManager.default.removeItem(atPath: archive.editingFolder(plan)) }
        if !removal.unreadableManifests.isEmpty {
            console.warn(
                "The store is damaged, so it does not show which files are still needed, and all were left: run 'stylet case verify', then remove again."
            )
        }
        console.say(
            "\(patient): removed, \(removal.objects) files, \(Sentences.bytes(removal.bytes)); the trail keeps that it was there"
        )
        return Answer(fields: [
            "patient": .string(patient), "rows": .int(removal.rows), "objects": .int(removal.objects),
            "bytes": .int(removal.bytes),
        ])
    }
}
