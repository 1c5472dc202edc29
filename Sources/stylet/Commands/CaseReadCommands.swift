import ArgumentParser
import CaseStore
import Foundation
import Imaging
import Planning

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
