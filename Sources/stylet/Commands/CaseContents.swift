import CaseStore
import Planning

/// Everything that a case holds.
struct CaseContents {
    let patient: PatientRecord
    var series: [(record: SeriesRecord, files: Int, labels: [LabelsRecord])] = []
    var plans: [(record: PlanRecord, versions: [(version: PlanVersion, approvals: [ApprovalRecord])])] = []
    let runs: [RunRecord]

    init(_ archive: CaseArchive, _ patient: PatientRecord) throws {
        self.patient = patient
        for record in try archive.series(of: patient) {
            let files = (try? archive.files(of: record).count) ?? 0
            series.append((record, files, try archive.labels(of: record)))
        }
        for record in try archive.plans(of: patient) {
            let versions = try archive.versions(of: record).map { ($0, try archive.approvals(of: $0)) }
            plans.append((record, versions))
        }
        runs = try archive.runs(of: patient)
    }

    var versionCount: Int { plans.reduce(0) { $0 + $1.versions.count } }
    var approvalCount: Int { plans.reduce(0) { $0 + $1.versions.reduce(0) { $0 + $1.approvals.count } } }
    var labelCount: Int { series.reduce(0) { $0 + $1.labels.count } }

    var summary: String {
        [
            Self.count(series.count, "image"), Self.count(labelCount, "label map"),
            Self.count(versionCount, "plan version"), Self.count(approvalCount, "approval"),
            Self.count(runs.count, "run"),
        ].joined(separator: ", ")
    }

    private static func count(_ n: Int, _ word: String) -> String { "\(n) \(word)\(n == 1 ? "" : "s")" }

    var counts: [String: JSONValue] {
        [
            "patient": .string(patient.name), "added_at": .string(patient.addedAt), "images": .int(series.count),
            "label_maps": .int(labelCount), "plan_versions": .int(versionCount), "approvals": .int(approvalCount),
            "runs": .int(runs.count),
        ]
    }
}

extension CaseContents {
    var json: [String: JSONValue] {
        [
            "patient": .string(patient.name), "added_at": .string(patient.addedAt),
            "images": .array(series.map { Self.json($0.record, files: $0.files, $0.labels) }),
            "plans": .array(
                plans.map { one in
                    ["name": .string(one.record.name), "versions": .array(one.versions.map { Self.json($0, $1) })]
                }),
            "runs": .array(
                runs.map {
                    [
                        "kind": .string($0.kind), "added_at": .string($0.addedAt),
                        "passed": $0.passed.map { .bool($0) } ?? .null, "sha256": .string($0.object),
                    ]
                }),
        ]
    }

    private static func json(_ image: SeriesRecord, files: Int, _ labels: [LabelsRecord]) -> JSONValue {
        [
            "fingerprint": .string(image.fingerprint), "format": .string(image.format),
            "series_uid": image.uid.map { .string($0) } ?? .null, "description": .string(image.description),
            "files": .int(files),
            "labels": .array(
                labels.map {
                    ["name": .string($0.name), "added_at": .string($0.addedAt), "sha256": .string($0.object)]
                }),
        ]
    }

    private static func json(_ version: PlanVersion, _ approvals: [ApprovalRecord]) -> JSONValue {
        [
            "version": .int(version.number), "added_at": .string(version.addedAt), "sha256": .string(version.digest),
            "note": .string(version.note),
            "approvals": .array(
                approvals.map {
                    [
                        "name": .string($0.name), "approved_at": .string($0.approvedAt),
                        "public_key": .string($0.publicKey),
                    ]
                }),
        ]
    }
}
