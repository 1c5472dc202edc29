import Crypto
import Foundation
import GRDB
import Imaging
import Planning

extension CaseArchive {
    /// - Parameter name: a pseudonym, or a name where the place allows one. It never reaches the trail.
    /// - Throws: `.patientExists`, `.impossibleText`.
    public func addPatient(_ name: String, on occasion: CaseOccasion) throws(CaseStoreError) -> PatientRecord {
        let name = try Self.text(name, "patient")
        return try commit("add-patient", of: nil, on: occasion) { change in
            guard try change.db.rows(.patients, where: "name = ?", [name]).isEmpty else {
                throw CaseStoreError.patientExists(name: name)
            }
            let id = try change.insert(.patients, ["name": .text(name), "added_at": .text(change.stamp)])
            return PatientRecord(id: id, name: name, addedAt: change.stamp)
        }
    }

    /// Keeps the files that an image was read from, each once.
    ///
    /// - Throws: `.detachedVoxels`; `.file` where a source file has gone.
    public func addSeries(
        _ image: LoadedImage, of patient: PatientRecord, on occasion: CaseOccasion, progress: ProgressReport? = nil
    ) throws(CaseStoreError) -> Added<SeriesRecord> {
        let metadata = image.metadata
        let fingerprint = ImageFingerprint.sha256(of: image.ct)
        let staged = try stage(metadata, progress)
        guard let manifest = staged.last?.sha256 else { throw .nothingToExport(patient: patient.name) }
        let detail: [String: JSONValue] = [
            "format": .string(metadata.format.rawValue), "files": .number(Double(staged.count - 1)),
            "bytes": .number(Double(staged.reduce(0) { $0 + $1.bytes })),
        ]
        return try commit("add-series", of: patient.id, on: occasion, detail: detail, files: staged) { change in
            let same = try change.db.rows(
                .series, where: "patient = ? AND fingerprint = ? AND manifest = ?",
                [patient.id, fingerprint, manifest])
            if let found = same.first { return Added(record: try SeriesRecord(found), isNew: false) }
            let id = try change.insert(
                .series,
                [
                    "patient": .int(patient.id), "manifest": .text(manifest), "fingerprint": .text(fingerprint),
                    "uid": metadata.seriesUID.map(StoredValue.text) ?? .null,
                    "description": .text(Self.clean(metadata.seriesDescription)),
                    "format": .text(metadata.format.rawValue), "added_at": .text(change.stamp),
                ])
            return Added(record: try SeriesRecord(try change.row(.series, id)), isNew: true)
        }
    }

    /// All files of an image, and last the manifest that lists them.
    private func stage(_ metadata: ImageMetadata, _ progress: ProgressReport?) throws(CaseStoreError) -> [StagedObject]
    {
        var staged: [StagedObject] = []
        do throws(CaseStoreError) {
            var files: [JSONValue] = []
            for (i, source) in metadata.sourceFiles.enumerated() {
                let isDetached = [".mhd", ".nhdr", ".hdr", ".img"].contains(where: source.lowercased().hasSuffix)
                guard !isDetached else { throw .detachedVoxels(path: source) }
                let object = try objects.stage(file: source)
                staged.append(object)
                files.append(
                    .object([
                        "name": .string(Self.name(of: source, i, metadata)), "sha256": .string(object.sha256),
                        "bytes": .number(Double(object.bytes)),
                    ]))
                progress?(Double(i + 1) / Double(metadata.sourceFiles.count))
            }
            let manifest = JSONValue.object(["schema": .string(StoredFile.schema), "files": .array(files)])
            staged.append(try objects.stage(Data(manifest.canonicalBytes)))
            return staged
        } catch {
            objects.discard(staged)
            throw error
        }
    }

    /// File names often hold names of people, and two folders' files may share theirs: slices are numbered.
    private static func name(of source: String, _ number: Int, _ metadata: ImageMetadata) -> String {
        let digits = String(number + 1)
        if metadata.format == .dicom {
            return String(repeating: "0", count: max(0, 5 - digits.count)) + digits + ".dcm"
        }
        let lower = source.lowercased()
        return "image" + ([".nii.gz", ".nii", ".nrrd", ".mha"].first(where: lower.hasSuffix) ?? ".nii")
    }

    /// What a file says of itself, fit for a row.
    private static func clean(_ text: String) -> String {
        let kept = text.unicodeScalars.filter { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }
        var short = String(String.UnicodeScalarView(kept)).trimmingCharacters(in: .whitespaces)
        while short.utf8.count > 200 { short.removeLast() }
        return short
    }

    /// - Throws: `.imaging(.labelsOnAnotherGrid)` is the reader's to throw; here the labels are taken as they are.
    public func addLabels(
        _ labels: LabelVolume, named name: String, of series: SeriesRecord, on occasion: CaseOccasion
    ) throws(CaseStoreError) -> Added<LabelsRecord> {
        let name = try Self.text(name, "labels")
        let beside = folder.staging + "/\(UUID().uuidString).nii.gz"
        defer { unlink(beside) }
        do { try LabelWriter.write(labels, to: beside) } catch {
            if case .unwritable(_, .system(let number)) = error { throw StoreFolder.problem(folder.staging, number) }
            throw .imaging(error)
        }
        let object = try objects.stage(file: beside)
        return try commit("add-labels", of: series.patient, on: occasion, files: [object]) { change in
            let same = try change.db.rows(.labels, where: "series = ? AND object = ?", [series.id, object.sha256])
            if let found = same.first { return Added(record: try LabelsRecord(found), isNew: false) }
            let id = try change.insert(
                .labels,
                [
                    "series": .int(series.id), "object": .text(object.sha256), "name": .text(name),
                    "added_at": .text(change.stamp),
                ])
            return Added(record: try LabelsRecord(try change.row(.labels, id)), isNew: true)
        }
    }

    /// Keeps a plan as the next version of the one of that name, and the approvals in it. A plan with the canonical
    /// bytes of the last version is that version, and only approvals that are new with it are added.
    ///
    /// - Throws: `.imageNotInCase` where the plan was made on an image that the case does not hold.
    public func addPlanVersion(
        _ plan: PlanFile, named name: String, of patient: PatientRecord, labels: LabelsRecord? = nil, note: String = "",
        on occasion: CaseOccasion
    ) throws(CaseStoreError) -> Added<PlanVersion> {
        let name = try Self.text(name, "plan")
        let note = try Self.text(note, "note", mayBeEmpty: true)
        let digest = ObjectFolder.sha256(plan.canonicalBytes)
        let object = try objects.stage(Data(plan.fileBytes))
        let detail: [String: JSONValue] = [
            "items": .number(Double(plan.items.count)), "approvals": .number(Double(plan.approvals.count)),
        ]
        return try commit("add-plan", of: patient.id, on: occasion, detail: detail, files: [object]) { change in
            let images = try change.db.rows(
                .series, where: "patient = ? AND fingerprint = ?", [patient.id, plan.image.sha256])
            guard let series = try images.first?.int("id") else {
                throw CaseStoreError.imageNotInCase(patient: patient.name, sha256: plan.image.sha256)
            }
            let known = try change.db.rows(.plans, where: "patient = ? AND name = ?", [patient.id, name]).first
            let owner =
                try known?.int("id")
                ?? change.insert(
                    .plans, ["patient": .int(patient.id), "name": .text(name), "added_at": .text(change.stamp)])
            let last = try change.db.rows(.planVersions, where: "plan = ?", [owner]).last.map { try PlanVersion($0) }
            let version: PlanVersion
            if let last, last.digest == digest {
                version = last
            } else {
                let id = try change.insert(
                    .planVersions,
                    [
                        "plan": .int(owner), "number": .int((last?.number ?? 0) + 1), "series": .int(series),
                        "labels": labels.map { .int($0.id) } ?? .null, "object": .text(object.sha256),
                        "digest": .text(digest), "note": .text(note), "added_at": .text(change.stamp),
                    ])
                version = try PlanVersion(try change.row(.planVersions, id))
            }
            let added = try Self.addApprovals(plan, to: version, object.sha256, &change)
            return Added(record: version, isNew: version.id != last?.id || added > 0)
        }
    }

    private static func addApprovals(
        _ plan: PlanFile, to version: PlanVersion, _ object: String, _ change: inout CaseChange
    ) throws -> Int {
        var added = 0
        for approval in plan.approvals {
            let signature = Data(approval.signature).base64EncodedString()
            let same = try change.db.rows(.approvals, where: "version = ? AND signature = ?", [version.id, signature])
            guard same.isEmpty else { continue }
            _ = try change.insert(
                .approvals,
                [
                    "version": .int(version.id), "object": .text(object), "name": .text(approval.name),
                    "approved_at": .text(approval.approvedAt),
                    "public_key": .text(Data(approval.publicKey).base64EncodedString()),
                    "signature": .text(signature),
                ])
            added += 1
        }
        return added
    }

    /// Keeps the JSON that `stylet run` or `stylet scene run` answered.
    ///
    /// - Throws: `.notARun`.
    public func addRun(
        _ json: Data, from path: String = "", of patient: PatientRecord, version: PlanVersion? = nil,
        on occasion: CaseOccasion
    ) throws(CaseStoreError) -> RunRecord {
        guard let result = (try? JSONParser.parse(Array(json)))?.object else { throw .notARun(path: path) }
        let kind = result["scene"] == nil ? "run" : "scene"
        let passed: StoredValue = if case .bool(let held) = result["passed"] { .int(held ? 1 : 0) } else { .null }
        let object = try objects.stage(json)
        return try commit("add-run", of: patient.id, on: occasion, files: [object]) { change in
            let id = try change.insert(
                .runs,
                [
                    "patient": .int(patient.id), "version": version.map { .int($0.id) } ?? .null, "kind": .text(kind),
                    "object": .text(object.sha256), "passed": passed, "added_at": .text(change.stamp),
                ])
            return try RunRecord(try change.row(.runs, id))
        }
    }

    /// Writes down something that happened: a plan opened in the editor, a run begun. Nothing of it is removed with the
    /// patient, so `detail` must not name one.
    public func record(
        _ what: String, of patient: PatientRecord?, detail: [String: JSONValue] = [:], on occasion: CaseOccasion
    ) throws(CaseStoreError) {
        let what = try Self.text(what, "what")
        try commit(what, of: patient?.id, on: occasion, detail: detail, isEvent: true) { _ in true }
    }
}

extension CaseChange {
    func row(_ table: StoreTable, _ id: Int) throws -> StoredRow {
        guard let row = try db.rows(table, where: "id = ?", [id]).first else {
            throw CaseStoreError.damaged(path: "cases.sqlite", reason: "\(table.rawValue) lost a row that it took")
        }
        return row
    }
}

extension StoredFile {
    static let schema = "stylet.case-files/1"
}
