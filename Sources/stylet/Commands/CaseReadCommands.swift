import ArgumentParser
import CaseStore
import Foundation
import Imaging
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

struct CaseList: StyletCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the cases of the store.",
        discussion: "Example:\n  stylet case list --store cases/")

    @OptionGroup var store: StoreOptions
    @OptionGroup var answer: AnswerOptions

    func execute(_ console: Console) throws -> Answer {
        let archive = try store.open()
        let cases = try archive.patients().map { try CaseContents(archive, $0) }
        let width = max(12, cases.map(\.patient.name.count).max() ?? 0)
        func cell(_ text: String) -> String { text.padding(toLength: width, withPad: " ", startingAt: 0) }
        if cases.isEmpty { console.say("\(archive.path): no cases") }
        if !cases.isEmpty { console.say("\(cell("patient"))  added             images labels plans signed runs") }
        for one in cases {
            let numbers = [
                (one.series.count, 6), (one.labelCount, 6), (one.versionCount, 5), (one.approvalCount, 6),
                (one.runs.count, 4),
            ]
            let columns = numbers.map { String(repeating: " ", count: max(0, $1 - "\($0)".count)) + "\($0)" }
            console.say(
                "\(cell(one.patient.name))  \(Sentences.minute(one.patient.addedAt))  \(columns.joined(separator: " "))"
            )
        }
        return Answer(fields: [
            "store": .string(archive.path), "cases": .array(cases.map { .object($0.counts) }),
        ])
    }
}

struct CaseShow: StyletCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show what a case holds: images, labels, every version of its plans, approvals, runs.",
        discussion:
            "Example:\n  stylet case show P-017\n  stylet case show P-017 --plan plan --version 2 --out plan-2.json")

    @Argument(help: "The patient, as 'stylet case list' shows it.") var patient: String
    @Option(help: "The plan to write to --out.") var plan: String = "plan"
    @Option(help: "The version to write to --out; default: the last.") var version: Int?
    @Option(help: "A file to write the plan's version to, as it was, with its approvals.") var out: String?
    @OptionGroup var store: StoreOptions
    @OptionGroup var answer: AnswerOptions

    func validate() throws {
        guard version == nil || out != nil else { throw ValidationError("--version goes with --out.") }
    }

    func execute(_ console: Console) throws -> Answer {
        let archive = try store.open()
        let record = try archive.patient(patient)
        let contents = try CaseContents(archive, record)
        if let out {
            let owner = try archive.plan(plan, of: record)
            let wanted = try archive.version(version, of: owner)
            try archive.planFile(wanted).write(to: out)
            console.say("\(out): '\(plan)' version \(wanted.number)")
            return Answer(fields: ["out": .string(out), "plan": .string(plan), "version": .int(wanted.number)])
        }
        console.say("\(record.name), since \(Sentences.minute(record.addedAt))")
        for one in contents.series { sayImage(one.record, one.files, one.labels, console) }
        for one in contents.plans { sayPlan(one.record, one.versions, console) }
        for run in contents.runs {
            console.say(
                "  \(run.kind)  \(Sentences.minute(run.addedAt))\(run.passed.map { $0 ? "  passed" : "  FAILED" } ?? "")"
            )
        }
        return Answer(fields: contents.json)
    }

    private func sayImage(_ record: SeriesRecord, _ files: Int, _ labels: [LabelsRecord], _ console: Console) {
        let described = record.description.isEmpty ? "" : "  \(record.description)"
        console.say(
            "  image \(record.fingerprint.prefix(12))…  \(record.format), \(files) file\(files == 1 ? "" : "s")\(described)"
        )
        for one in labels { console.say("    labels  \(Sentences.minute(one.addedAt))  \(one.name)") }
    }

    private func sayPlan(
        _ record: PlanRecord, _ versions: [(version: PlanVersion, approvals: [ApprovalRecord])], _ console: Console
    ) {
        console.say("  plan '\(record.name)'")
        for (version, approvals) in versions {
            let note = version.note.isEmpty ? "" : "  \(version.note)"
            console.say(
                "    version \(version.number)  \(Sentences.minute(version.addedAt))  \(version.digest.prefix(12))…\(note)"
            )
            for one in approvals { console.say("      signed by \(one.name), \(one.approvedAt)") }
        }
    }
}

extension CaseArchive {
    /// The version of that number, or the last.
    ///
    /// - Throws: `CaseStoreError.noSuchVersion`.
    func version(_ number: Int?, of plan: PlanRecord) throws -> PlanVersion {
        let all = try versions(of: plan)
        let wanted = number ?? all.last?.number ?? 0
        guard let found = all.first(where: { $0.number == wanted }) else {
            throw CaseStoreError.noSuchVersion(plan: plan.name, number: wanted, last: all.last?.number ?? 0)
        }
        return found
    }
}

extension CaseContents {
    var json: [String: JSONValue] {
        [
            "patient": .string(patient.name), "added_at": .string(patient.addedAt),
            "images": .array(
                series.map { one in
                    [
                        "fingerprint": .string(one.record.fingerprint), "format": .string(one.record.format),
                        "series_uid": one.record.uid.map { .string($0) } ?? .null,
                        "description": .string(one.record.description), "files": .int(one.files),
                        "labels": .array(
                            one.labels.map {
                                [
                                    "name": .string($0.name), "added_at": .string($0.addedAt),
                                    "sha256": .string($0.object),
                                ]
                            }),
                    ]
                }),
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

struct CaseLog: StyletCommand {
    static let configuration = CommandConfiguration(
        commandName: "log", abstract: "Show the audit trail: who did what when.",
        discussion: "Example:\n  stylet case log --patient P-017")

    @Option(help: "Only the entries about this patient.") var patient: String?
    @OptionGroup var store: StoreOptions
    @OptionGroup var answer: AnswerOptions

    func execute(_ console: Console) throws -> Answer {
        let archive = try store.open()
        let entries = try archive.trail(of: try patient.map { try archive.patient($0) })
        for entry in entries {
            let number = String(repeating: " ", count: max(0, 5 - "\(entry.sequence)".count)) + "\(entry.sequence)"
            let what = entry.what.padding(toLength: max(12, entry.what.count), withPad: " ", startingAt: 0)
            let rows = entry.removed.isEmpty ? "+\(entry.rows.count)" : "-\(entry.removed.count)"
            console.say("\(number)  \(Sentences.minute(entry.time))  \(what)  \(rows) rows  \(entry.who)")
        }
        return Answer(fields: ["entries": .array(entries.map(\.json))])
    }
}

struct CaseVerify: StyletCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Read the whole store and find whatever was changed, removed or damaged.",
        discussion: """
            Compares every file, every row and every entry of the trail with the hashes that the trail chains. Exit status 2
            where anything differs. Keep the head that it prints somewhere else, and give it next time with --remember: only so
            can it be found that a whole store was put back to an earlier state, or rewritten by somebody who has its key.

            Example:
              stylet case verify --store cases/
              stylet case verify --store cases/ --remember 41:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
            """)

    @Option(help: "A head that an earlier verify printed.") var remember: String?
    @OptionGroup var store: StoreOptions
    @OptionGroup var answer: AnswerOptions

    func validate() throws {
        guard remember.map({ TrailPosition($0) != nil }) ?? true else {
            throw ValidationError(
                "--remember must be as verify prints it: a number, a colon and 64 hexadecimal digits.")
        }
    }

    func execute(_ console: Console) throws -> Answer {
        let path = store.path
        let found = try console.step("verify", "reading \(path)") {
            try CaseArchive.verify(
                path, remembered: remember.flatMap { TrailPosition($0) }, patience: store.wait, progress: $0)
        }
        for finding in found.findings { console.say("  FOUND   \(Sentences.sentence(finding))") }
        for remark in found.remarks { console.say("  remark  \(Sentences.sentence(remark))") }
        console.say(
            "\(path): \(found.entries) entries, \(found.rows) rows, \(found.objects) files, \(Sentences.bytes(found.bytes))"
        )
        console.say(found.passed ? "everything is as it was written" : "the store is NOT as it was written")
        if let head = found.head { console.say("head \(head.text)") }
        if remember == nil { console.say(Sentences.notSeenWithoutAHead) }
        return Answer(
            fields: [
                "store": .string(path), "passed": .bool(found.passed),
                "findings": .strings(found.findings.map(Sentences.sentence)),
                "remarks": .strings(found.remarks.map(Sentences.sentence)), "entries": .int(found.entries),
                "rows": .int(found.rows), "objects": .int(found.objects), "bytes": .int(found.bytes),
                "head": found.head.map { .string($0.text) } ?? .null,
                "not_seen": .strings(remember == nil ? [Sentences.notSeenWithoutAHead] : []),
            ], accepted: found.passed)
    }
}
