import ArgumentParser
import CaseStore
import Foundation
import Planning

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
