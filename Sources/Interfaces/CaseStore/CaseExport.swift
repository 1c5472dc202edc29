import Foundation
import Imaging
import Planning

/// What a de-identified export holds, and what a person must still look at.
public struct CaseExport: Equatable, Sendable {
    /// Something that the program cannot judge.
    public enum Remark: Equatable, Sendable {
        /// The image shows a head, from which a face can be drawn.
        case faceMayShow(series: String)
        /// Nothing says that no text is drawn into the pixels.
        case pixelsNotKnownClean(series: String)
        /// So many approvals are not in the export.
        case approvalsLeftOut(plan: String, count: Int)
        /// So many runs' results are not in the export.
        case runsLeftOut(count: Int)
    }

    public let pseudonym: String
    /// Relative to the export's folder.
    public internal(set) var files: [String] = []
    public internal(set) var series = 0
    public internal(set) var labels = 0
    public internal(set) var plans = 0
    public internal(set) var remarks: [Remark] = []
}

extension CaseArchive {
    /// Writes a case as DICOM series, labels and plans from which the patient cannot be told, into a new folder; all
    /// of it or nothing. `Documentation/case-store.md` says what stays, what goes and what is replaced.
    ///
    /// Identifiers and the shift of dates come from the store's key: a second export of the same case has the same
    /// ones, and nobody without the key can tell which case it is.
    ///
    /// - Parameter allowBurnedIn: whether a series whose files say that text is drawn into its pixels goes out all the same.
    /// - Throws: `.burnedInAnnotation`, `.exportDiffers`, `.nothingToExport`, `.imaging` where the folder holds other things.
    public func exportDeidentified(
        _ patient: PatientRecord, to path: String, allowBurnedIn: Bool = false, on occasion: CaseOccasion,
        progress: ProgressReport? = nil
    ) throws(CaseStoreError) -> CaseExport {
        let key = try StoreKey(folder)
        let all = try series(of: patient)
        guard !all.isEmpty else { throw .nothingToExport(patient: patient.name) }
        let subject = "patient \(patient.id)"
        var writer = ExportWriter(
            archive: self, key: key, subject: subject, allowBurnedIn: allowBurnedIn)
        var failure: CaseStoreError?
        do {
            try AtomicFile.writeFolder(to: path) { (target) throws(WriteProblem) in
                do throws(CaseStoreError) {
                    for (number, one) in all.enumerated() {
                        try writer.write(one, number + 1, to: target)
                        progress?(Double(number + 1) / Double(all.count + 1))
                    }
                    try writer.writePlans(of: patient, to: target)
                    try writer.writeSummary(to: target)
                } catch {
                    failure = error
                    throw .failed("")
                }
            }
        } catch { throw failure ?? .imaging(error) }
        try record(
            "export", of: patient,
            detail: [
                "pseudonym": .string(writer.export.pseudonym), "series": .number(Double(writer.export.series)),
                "plans": .array(writer.planDigests),
            ], on: occasion)
        return writer.export
    }
}

extension CaseArchive {
    /// Writes everything of a case as it was stored, with all that it says of the patient, into a new folder; its
    /// files and folders.
    public func exportAsStored(
        _ patient: PatientRecord, to path: String, on occasion: CaseOccasion
    ) throws(CaseStoreError) -> [String] {
        var names: [String] = []
        var failure: CaseStoreError?
        do {
            try AtomicFile.writeFolder(to: path) { (target) throws(WriteProblem) in
                do throws(CaseStoreError) { names = try writeAsStored(patient, to: target) } catch {
                    failure = error
                    throw .failed("")
                }
            }
        } catch { throw failure ?? .imaging(error) }
        try record("export-as-stored", of: patient, on: occasion)
        return names
    }

    private func writeAsStored(_ patient: PatientRecord, to target: String) throws(CaseStoreError) -> [String] {
        var names: [String] = []
        for (i, record) in try series(of: patient).enumerated() {
            let name = "series-\(i + 1)"
            _ = try checkOut(record, to: "\(target)/\(name)")
            names.append(name + "/")
            for (k, labels) in try self.labels(of: record).enumerated() {
                names.append("\(name)-labels-\(k + 1).nii.gz")
                try checkOut(labels, to: "\(target)/\(names.last ?? "")")
            }
        }
        for (i, plan) in try plans(of: patient).enumerated() {
            for version in try versions(of: plan) {
                let name = "plan-\(i + 1)-version-\(version.number).json"
                try StoreFolder.write(Data(try planFile(version).fileBytes), to: "\(target)/\(name)", mode: 0o600)
                names.append(name)
            }
        }
        for (i, run) in try runs(of: patient).enumerated() {
            names.append("\(run.kind)-\(i + 1).json")
            try StoreFolder.write(try runResult(run), to: "\(target)/\(names.last ?? "")", mode: 0o600)
        }
        return names
    }
}
