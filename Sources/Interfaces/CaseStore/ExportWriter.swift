import Foundation
import Imaging
import Planning

/// Writes one export into a folder.
struct ExportWriter {
    let archive: CaseArchive
    let key: StoreKey
    /// What the key turns into the patient's pseudonym and shift of dates.
    let subject: String
    var export: CaseExport
    let allowBurnedIn: Bool
    /// Which version went out with which canonical bytes, for the trail.
    private(set) var planDigests: [JSONValue] = []
    /// Exported series by the number of their row.
    private var seriesUIDs: [Int: String] = [:]
    private var planNames: [JSONValue] = []

    init(archive: CaseArchive, key: StoreKey, subject: String, allowBurnedIn: Bool) {
        self.archive = archive
        self.key = key
        self.subject = subject
        export = CaseExport(pseudonym: key.pseudonym(subject))
        self.allowBurnedIn = allowBurnedIn
    }

    private static func imaging<R>(_ body: () throws(ImagingError) -> R) throws(CaseStoreError) -> R {
        do { return try body() } catch { throw .imaging(error) }
    }

    mutating func write(_ series: SeriesRecord, _ number: Int, to target: String) throws(CaseStoreError) {
        let scratch = archive.folder.staging + "/\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: scratch) }
        let source = try archive.checkOut(series, to: scratch)
        let name = "series-\(number)", folder = "\(target)/\(name)"
        let image = try Self.imaging { () throws(ImagingError) in try ImageReader.read(source) }
        let pixels = Deidentification.pixelStatement(of: image.metadata)
        guard !pixels.saysBurnedIn || allowBurnedIn else { throw .burnedInAnnotation(series: name) }
        if !pixels.saysClean { export.remarks.append(.pixelsNotKnownClean(series: name)) }
        let written = try Self.imaging { () throws(ImagingError) in
            let identity = try Deidentification.identity(
                of: image, patient: export.pseudonym, name: series.fingerprint, daysEarlier: key.daysEarlier(subject),
                uid: key.uid)
            try Deidentification.write(image, as: identity, to: folder)
            return try ImageReader.read(folder)
        }
        let found = ImageFingerprint.sha256(of: written.ct)
        guard found == series.fingerprint else {
            throw .exportDiffers(planned: series.fingerprint, exported: found)
        }
        seriesUIDs[series.id] = written.metadata.seriesUID
        export.series += 1
        export.files.append(name + "/")
        try writeLabels(of: series, written, name, target)
    }

    private mutating func writeLabels(
        of series: SeriesRecord, _ written: LoadedImage, _ name: String, _ target: String
    ) throws(CaseStoreError) {
        var showsHead = false, isLabelled = false
        for (number, record) in try archive.labels(of: series).enumerated() {
            let stored = archive.folder.staging + "/\(UUID().uuidString).nii.gz"
            defer { unlink(stored) }
            try archive.checkOut(record, to: stored)
            let file = "\(name)-labels-\(number + 1)"
            let labels = try Self.imaging { () throws(ImagingError) in
                let labels = try LabelReader.read(stored, on: written.ct.geometry)
                try LabelWriter.write(labels, of: written.metadata, to: "\(target)/\(file).dcm")
                try Deidentification.mark("\(target)/\(file).dcm")
                try LabelWriter.write(labels, to: "\(target)/\(file).nii.gz")
                return labels
            }
            let present = labels.counts().keys
            isLabelled = true
            // The skull and what lies in it, and the two vertebrae that no image shows without the jaw.
            if present.contains(where: { [1, 2, 101, 105, 106].contains($0.number) }) { showsHead = true }
            export.labels += 1
            export.files += ["\(file).dcm", "\(file).nii.gz"]
        }
        if showsHead || !isLabelled { export.remarks.append(.faceMayShow(series: name)) }
    }

    /// The last version of each plan.
    mutating func writePlans(of patient: PatientRecord, to target: String) throws(CaseStoreError) {
        for (number, record) in try archive.plans(of: patient).enumerated() {
            guard let version = try archive.latest(of: record), let uid = seriesUIDs[version.series] else { continue }
            let plan = try archive.planFile(version)
            let name = "plan-\(number + 1).json"
            let cleaned = plan.deidentified(seriesUID: uid)
            try StoreFolder.write(Data(cleaned.fileBytes), to: "\(target)/\(name)", mode: 0o644)
            export.plans += 1
            export.files.append(name)
            if !plan.approvals.isEmpty {
                export.remarks.append(.approvalsLeftOut(plan: name, count: plan.approvals.count))
            }
            let digest = ObjectFolder.sha256(cleaned.canonicalBytes)
            planDigests.append(
                .object(["version": .number(Double(version.id)), "exported_sha256": .string(digest)]))
            planNames.append(
                .object([
                    "file": .string(name), "items": .number(Double(plan.items.count)), "sha256": .string(digest),
                    "approvals_left_out": .number(Double(plan.approvals.count)),
                ]))
        }
        let runs = try archive.runs(of: patient).count
        if runs > 0 { export.remarks.append(.runsLeftOut(count: runs)) }
    }

    /// `export.json`: what is in the folder and how it was made.
    mutating func writeSummary(to target: String) throws(CaseStoreError) {
        let summary = JSONValue.object([
            "schema": .string("stylet.case-export/1"), "patient": .string(export.pseudonym),
            "method": .string(Deidentification.method),
            "method_codes": .array(Deidentification.codes.map { .string("DCM \($0.0) \($0.1)") }),
            "dates": .string("moved earlier by one number of days for all of this patient's dates"),
            "plans": .array(planNames), "files": .array(export.files.map(JSONValue.string)),
        ])
        try StoreFolder.write(Data(summary.prettyBytes), to: "\(target)/export.json", mode: 0o644)
        export.files.append("export.json")
    }
}
