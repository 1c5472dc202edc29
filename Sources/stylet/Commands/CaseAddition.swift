import CaseStore
import Foundation
import Imaging
import Planning

/// What one command adds, and what it says about that.
struct CaseAddition {
    let archive: CaseArchive
    let occasion: CaseOccasion
    let console: Console
    private var patient: PatientRecord?
    private var series: SeriesRecord?
    private var labels: LabelsRecord?
    private(set) var fields: [String: JSONValue] = [:]

    init(archive: CaseArchive, occasion: CaseOccasion, console: Console) {
        self.archive = archive
        self.occasion = occasion
        self.console = console
    }

    private func known() throws -> PatientRecord {
        guard let patient else { throw Failure(code: "failed", message: "There is no patient to add to.") }
        return patient
    }

    /// - Parameter isNewWithout: where no image comes with it, whether labels do, and the plan: a new patient has no
    ///   image that they could belong to, and no case is made then.
    mutating func findPatient(_ name: String, isNewWithout: (labels: Bool, plan: PlanFile?)?) throws {
        patient = try archive.patients().first { $0.name == name }
        fields["new_patient"] = .bool(patient == nil)
        guard patient == nil else { return }
        if isNewWithout?.labels == true { throw Self.noImage(of: name) }
        if let plan = isNewWithout?.plan {
            throw CaseStoreError.imageNotInCase(patient: name, sha256: plan.image.sha256)
        }
        patient = try archive.addPatient(name, on: occasion)
        console.say("\(name): a new case in \(archive.path)")
    }

    mutating func add(_ image: LoadedImage) throws {
        let patient = try known()
        let added = try console.step("store", "storing the image") {
            try archive.addSeries(image, of: patient, on: occasion, progress: $0)
        }
        series = added.record
        let count = image.metadata.sourceFiles.count
        console.say(
            "  image   \(added.isNew ? "added" : "there already"): \(count) file\(count == 1 ? "" : "s"), \(Sentences.describe(image.ct.geometry))"
        )
        fields["image"] = [
            "new": .bool(added.isNew), "fingerprint": .string(added.record.fingerprint), "files": .int(count),
        ]
    }

    private static func noImage(of patient: String) -> Failure {
        Failure(
            code: "no-image",
            message: "\(patient) has no image that the labels could belong to: add the image with them.")
    }

    mutating func addLabels(_ options: LabelOptions, of image: LoadedImage?) throws {
        let patient = try known()
        guard let owner = try series ?? archive.series(of: patient).last else {
            throw Self.noImage(of: patient.name)
        }
        let labelled = try image ?? archive.load(owner, console)
        guard let volume = try options.read(on: labelled, console) else { return }
        let name = FilePath.name(options.labels ?? "labels")
        let added = try archive.addLabels(volume, named: name, of: owner, on: occasion)
        labels = added.record
        console.say("  labels  \(added.isNew ? "added" : "there already"): \(volume.counts().count) labels")
        fields["labels"] = ["new": .bool(added.isNew), "sha256": .string(added.record.object)]
    }

    mutating func add(_ plan: PlanFile, named name: String, note: String) throws {
        let patient = try known()
        let kept =
            try labels
            ?? archive.series(of: patient).first { $0.fingerprint == plan.image.sha256 }.flatMap {
                try archive.labels(of: $0).last
            }
        let added = try archive.addPlanVersion(
            plan, named: name, of: patient, labels: kept, note: note, on: occasion)
        let signed = plan.approvals.count
        console.say(
            "  plan    '\(name)' version \(added.record.number) \(added.isNew ? "added" : "there already"): \(plan.items.count) items, \(signed) approval\(signed == 1 ? "" : "s")"
        )
        fields["plan"] = [
            "new": .bool(added.isNew), "name": .string(name), "version": .int(added.record.number),
            "sha256": .string(added.record.digest),
        ]
    }

    mutating func add(_ result: RunResult) throws {
        let patient = try known()
        let version = try archive.plans(of: patient).last.flatMap { try archive.latest(of: $0) }
        let run = try archive.addRun(result.bytes, from: result.path, of: patient, version: version, on: occasion)
        console.say("  run     added: a \(run.kind)\(run.passed.map { $0 ? ", passed" : ", FAILED" } ?? "")")
        fields["run"] = ["kind": .string(run.kind), "passed": run.passed.map { .bool($0) } ?? .null]
    }
}

/// What a run answered, read and found to be JSON before anything is added.
struct RunResult {
    let path: String
    let bytes: Data

    /// - Throws: `Failure`, `CaseStoreError.notARun`.
    init(path: String) throws {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw Failure(code: "file", message: "\(path) cannot be read: give the JSON that a run answered.")
        }
        guard (try? JSONParser.parse(Array(data)))?.object != nil else { throw CaseStoreError.notARun(path: path) }
        (self.path, bytes) = (path, data)
    }
}

extension CaseArchive {
    /// A stored image, read as any other.
    func load(_ series: SeriesRecord, _ console: Console) throws -> LoadedImage {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("stylet-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = try checkOut(series, to: folder)
        return try console.step("load", "reading the stored image") { try ImageReader.read(path, progress: $0) }
    }
}
