import CaseStore
import Foundation
import Imaging
import PlanEditor
import Planning

extension CaseArchive {
    /// Where a plan lies while it is edited, and what was not saved of it.
    func editingFolder(_ plan: PlanRecord) -> String { "\(path)/editing/\(plan.id)" }
}

/// The place of a case's plan while it is edited.
final class CaseDesk {
    let archive: CaseArchive
    private let patient: PatientRecord
    private let plan: PlanRecord
    private let series: SeriesRecord
    /// The one that is open: first what was asked for, then what was saved last.
    private(set) var version: PlanVersion
    private let who: String?
    private(set) var added: [Int] = []
    private let isLast: Bool
    /// The store's labels that are worked on.
    private var used: LabelsRecord?
    private var brought: (labels: LabelVolume, name: String)?
    /// Where the labels come from; `nil` where the store has none, or others were given.
    private(set) var source: VersionLabels?

    /// How corrected labels are called in the store.
    private static let labelsName = "corrected in the editor"

    init(
        archive: CaseArchive, patient: PatientRecord, plan: PlanRecord, series: SeriesRecord, version: PlanVersion,
        isLast: Bool, who: String?
    ) {
        (self.archive, self.patient, self.plan) = (archive, patient, plan)
        (self.series, self.version, self.isLast, self.who) = (series, version, isLast, who)
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

    /// Those on which the version was made; of the last version what was corrected since, where the plan did not change with
    /// it. `nil` where the case has none.
    func labels(on image: LoadedImage) throws -> LabelVolume? {
        let all = try archive.labels(of: series)
        let own = version.labels.flatMap { id in all.first { $0.id == id } }
        let later = isLast ? all.last { $0.name == Self.labelsName && $0.id > own?.id ?? 0 } : nil
        guard let record = later ?? own ?? all.last else { return nil }
        used = record
        let newer = all.contains { $0.id > record.id }
        source = later != nil ? .corrected(record) : own != nil ? .ofVersion(record, hasNewer: newer) : .newest(record)
        let path = NSTemporaryDirectory() + "stylet-\(UUID().uuidString).nii.gz"
        defer { unlink(path) }
        try archive.checkOut(record, to: path)
        return try LabelReader.read(path, on: image.ct.geometry)
    }

    /// Labels from elsewhere: the first version that is saved on them takes them into the store.
    func bring(_ labels: LabelVolume, named name: String) { brought = (labels, name) }

    /// - Parameter labels: where they were corrected since.
    /// - Returns: where it is kept.
    func keep(_ plan: PlanFile, _ labels: LabelVolume?) throws -> String {
        if let new = labels.map({ ($0, Self.labelsName) }) ?? brought {
            used = try archive.addLabels(new.0, named: new.1, of: series, on: occasion).record
            brought = nil
        }
        let kept = try archive.addPlanVersion(
            plan, named: self.plan.name, of: patient, labels: used, note: "edited", on: occasion)
        if kept.isNew, added.last != kept.record.number { added.append(kept.record.number) }
        version = kept.record
        return "'\(self.plan.name)' of \(patient.name), version \(version.number)"
    }
}

/// Which of a case's labels a version is opened on.
enum VersionLabels {
    /// Those on which it was made.
    case ofVersion(LabelsRecord, hasNewer: Bool)
    /// What was corrected after the last version, which did not change with it.
    case corrected(LabelsRecord)
    /// The store does not know on which labels the version was made.
    case newest(LabelsRecord)

    /// As the answer says it.
    var key: String {
        switch self {
        case .ofVersion: "of-version"
        case .corrected: "corrected-since"
        case .newest: "newest"
        }
    }
}

extension Sentences {
    static func sentence(_ labels: VersionLabels, version: Int) -> String {
        func said(_ record: LabelsRecord) -> String { "'\(record.name)' of \(minute(record.addedAt))" }
        switch labels {
        case .ofVersion(let record, let hasNewer):
            return "labels: \(said(record)), on which version \(version) was made"
                + (hasNewer ? "; the store has newer ones" : "")
        case .corrected(let record): return "labels: \(said(record)), corrected since version \(version) was saved"
        case .newest(let record):
            return "The store does not know on which labels version \(version) was made: the newest are used, "
                + said(record)
        }
    }
}
