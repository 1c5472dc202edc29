import Foundation
import GRDB
import Imaging
import Planning

extension CaseArchive {
    /// In the order in which they were added.
    public func patients() throws(CaseStoreError) -> [PatientRecord] {
        try read { try $0.rows(.patients).map { try PatientRecord($0) } }
    }

    /// - Throws: `.noSuchPatient`.
    public func patient(_ name: String) throws(CaseStoreError) -> PatientRecord {
        let all = try patients()
        guard let found = all.first(where: { $0.name == name }) else {
            throw .noSuchPatient(name: name, known: all.map(\.name))
        }
        return found
    }

    public func series(of patient: PatientRecord) throws(CaseStoreError) -> [SeriesRecord] {
        try read { try $0.rows(.series, where: "patient = ?", [patient.id]).map { try SeriesRecord($0) } }
    }

    public func labels(of series: SeriesRecord) throws(CaseStoreError) -> [LabelsRecord] {
        try read { try $0.rows(.labels, where: "series = ?", [series.id]).map { try LabelsRecord($0) } }
    }

    public func plans(of patient: PatientRecord) throws(CaseStoreError) -> [PlanRecord] {
        try read { try $0.rows(.plans, where: "patient = ?", [patient.id]).map { try PlanRecord($0) } }
    }

    /// - Throws: `.noSuchPlan`.
    public func plan(_ name: String, of patient: PatientRecord) throws(CaseStoreError) -> PlanRecord {
        let all = try plans(of: patient)
        guard let found = all.first(where: { $0.name == name }) else {
            throw .noSuchPlan(name: name, known: all.map(\.name))
        }
        return found
    }

    /// From the first to the last.
    public func versions(of plan: PlanRecord) throws(CaseStoreError) -> [PlanVersion] {
        try read { try $0.rows(.planVersions, where: "plan = ?", [plan.id]).map { try PlanVersion($0) } }
    }

    public func latest(of plan: PlanRecord) throws(CaseStoreError) -> PlanVersion? { try versions(of: plan).last }

    public func approvals(of version: PlanVersion) throws(CaseStoreError) -> [ApprovalRecord] {
        try read { try $0.rows(.approvals, where: "version = ?", [version.id]).map { try ApprovalRecord($0) } }
    }

    public func runs(of patient: PatientRecord) throws(CaseStoreError) -> [RunRecord] {
        try read { try $0.rows(.runs, where: "patient = ?", [patient.id]).map { try RunRecord($0) } }
    }

    /// The plan as it stood, with the approvals that its last signed file held.
    ///
    /// - Throws: `.objectMissing`, `.objectDamaged`, `.planning`.
    public func planFile(_ version: PlanVersion) throws(CaseStoreError) -> PlanFile {
        let object = try approvals(of: version).last?.object ?? version.object
        do { return try PlanFile(bytes: Array(try objects.read(object))) } catch let error as CaseStoreError {
            throw error
        } catch let error as PlanningError { throw .planning(error) } catch {
            throw .damaged(path: folder.path, reason: "\(error)")
        }
    }

    public func runResult(_ run: RunRecord) throws(CaseStoreError) -> Data { try objects.read(run.object) }

    /// The entries of the trail, of one patient or of all, as far as they can be read; `verify` says what they are
    /// worth.
    public func trail(of patient: PatientRecord? = nil) throws(CaseStoreError) -> [AuditEntry] {
        try read { db in
            let entries = try TrailEntry.fetch(db, "ORDER BY sequence").compactMap { AuditEntry(body: $0.body) }
            guard let patient else { return entries }
            return entries.filter { entry in
                entry.patient == patient.id
                    || entry.rows.contains { $0.table == StoreTable.patients.rawValue && $0.id == patient.id }
            }
        }
    }

    /// The files of a series.
    public func files(of series: SeriesRecord) throws(CaseStoreError) -> [StoredFile] {
        try StoredFile.list(try objects.read(series.manifest), series.manifest)
    }

    /// Writes the stored files of a series, as they came, into a new folder; what to give a reader as its path.
    ///
    /// - Throws: `.objectMissing`, `.objectDamaged`, `.file`, `.full`.
    public func checkOut(_ series: SeriesRecord, to path: String) throws(CaseStoreError) -> String {
        let files = try files(of: series)
        try StoreFolder.makeFolder(path)
        for file in files {
            try StoreFolder.write(try objects.read(file.sha256), to: "\(path)/\(file.name)", mode: 0o600)
        }
        return series.format == ImageFormat.dicom.rawValue || files.count != 1 ? path : "\(path)/\(files[0].name)"
    }

    /// Writes stored labels as `.nii.gz`.
    public func checkOut(_ labels: LabelsRecord, to path: String) throws(CaseStoreError) {
        try StoreFolder.write(try objects.read(labels.object), to: path, mode: 0o600)
    }
}

extension StoredFile {
    /// - Throws: `.objectDamaged` for bytes that are no manifest, or whose names could lead out of a folder.
    static func list(_ data: Data, _ sha256: String) throws(CaseStoreError) -> [StoredFile] {
        let parsed = (try? JSONParser.parse(Array(data)))?.object
        guard let parsed, parsed["schema"]?.string == schema, let files = parsed["files"]?.array else {
            throw .objectDamaged(sha256: sha256, found: "no list of files")
        }
        let found = files.compactMap { file -> StoredFile? in
            guard let o = file.object, let name = o["name"]?.string, let hash = o["sha256"]?.string,
                let bytes = o["bytes"]?.number.flatMap({ Int(exactly: $0) }), ObjectFolder.isName(hash),
                !name.isEmpty, !name.contains("/"), !name.hasPrefix(".")
            else { return nil }
            return StoredFile(name: name, sha256: hash, bytes: bytes)
        }
        guard found.count == files.count, Set(found.map(\.name)).count == found.count else {
            throw .objectDamaged(sha256: sha256, found: "a list of impossible files")
        }
        return found
    }
}
