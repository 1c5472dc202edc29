import Foundation
import TestSupport
import Testing

extension ProgramTests {
    /// The editor at a terminal, as a person has it; a case's plan through all that may happen to it.
    @Suite(.timeLimit(.minutes(4))) struct PlanEditorProgramTests {
        private let folder: ScratchFolder
        private static let up = "\u{1B}[A"

        /// A case with a plan of L3, and a key.
        init() throws {
            folder = try ScratchFolder()
            try folder.mustRun("phantom", "make", "Phantoms/lumbar.yaml", "--out", "ct", "--spacing-mm", "2,2,2")
            try folder.mustRun("segment", "ct", "--out", "labels.nii.gz")
            try folder.mustRun(
                "plan", "spine", "ct", "--labels", "labels.nii.gz", "--levels", "L3", "--out", "plan.json")
            try folder.mustRun(
                "case", "add", "ct", "--patient", "P-017", "--labels", "labels.nii.gz", "--plan", "plan.json",
                "--store", "cases")
            try folder.mustRun("keys", "make", "--name", "A Surgeon", "--out", "surgeon.key")
        }

        private func open(_ more: String..., columns: Int = 120, rows: Int = 40) throws -> TerminalProgram {
            let program = try TerminalProgram(
                ["case", "edit", "P-017", "--store", "cases", "--as", "A Surgeon", "--key", "surgeon.key", "--json"]
                    + more, in: folder.url, columns: columns, rows: rows)
            #expect(program.waits(for: "L3-left"), "\(program.errors)")
            #expect(program.waits(for: "margin to bone"), "\(program.screen)")
            return program
        }

        /// The versions in the store, the oldest first.
        private func versions() throws -> [[String: Any]] {
            let shown = try #require(try folder.run(["case", "show", "P-017", "--store", "cases", "--json"]).json)
            return try #require((shown["plans"] as? [[String: Any]])?[0]["versions"] as? [[String: Any]])
        }

        private func plan(_ version: Int) throws -> String {
            try folder.mustRun(
                "case", "show", "P-017", "--version", "\(version)", "--out", "v\(version).json", "--store", "cases")
            return try folder.text("v\(version).json")
        }

        private func end(_ program: TerminalProgram, with keys: String = "q") throws -> [String: Any] {
            program.type(keys)
            #expect(program.waitUntilEnd(), "\(program.screen)")
            #expect(program.status == 0, "\(program.errors)")
            return try #require(program.json, "\(program.printed)")
        }

        @Test func anEditAndAnApprovalAreInTheStore() throws {
            let program = try open()
            // A fifth of a millimetre towards the head.
            program.type("1" + Self.up + Self.up)
            #expect(program.waits(for: "plan.json *"))
            program.type("s")
            #expect(program.waits(for: "saved: 'plan' of P-017, version 2"), "\(program.screen)")
            program.type("A")
            #expect(program.waits(for: "Approve: 1 of 2 not looked at in full"), "\(program.screen)")
            program.type("S")
            #expect(program.waits(for: "signed by A Surgeon and saved"), "\(program.screen)")
            let answer = try end(program)
            #expect(answer["version"] as? Int == 2 && answer["versions_added"] as? [Int] == [2])
            #expect(answer["labels"] as? String == "of-version" && answer["approvals"] as? Int == 1)
            #expect(answer["edits"] as? Int == 1 || answer["edits"] as? Int == 2)
            #expect(answer["saves"] as? Int == 2 && answer["slice_p95_ms"] != nil)
            try kept()
            try audited()
        }

        /// Version 2 is what was done, measured and signed; the one before is as it was.
        private func kept() throws {
            #expect(try versions().map { ($0["approvals"] as? [Any])?.count } == [0, 1])
            let entries = try [1, 2].map { try entry(try plan($0)) }
            let moved = zip(entries[0], entries[1]).map { $1 - $0 }
            #expect(abs(moved.map { $0 * $0 }.reduce(0, +).squareRoot() - 0.2) < 0.002, "\(entries)")
            let check = try folder.run(["plan", "check", "v2.json", "ct", "--labels", "labels.nii.gz"])
            #expect(check.status == 0, "\(check.output)\(check.errors)")
        }

        /// The trail is whole, and says who opened and changed what.
        private func audited() throws {
            try folder.mustRun("case", "verify", "--store", "cases")
            let log = try folder.run(["case", "log", "--store", "cases", "--json"])
            let what = (log.json?["entries"] as? [[String: Any]])?.compactMap { $0["what"] as? String }
            #expect(what?.suffix(3) == ["open-plan", "add-plan", "add-plan"])
            #expect(try folder.files("cases/editing").isEmpty, "what was being edited is put away")
        }

        private func entry(_ plan: String) throws -> [Double] {
            let json = try JSONSerialization.jsonObject(with: Data(plan.utf8)) as? [String: Any]
            let item = try #require((json?["items"] as? [[String: Any]])?.first)
            return try #require(item["entry_mm"] as? [Double])
        }

        /// The labels of a version are those that it was made on, whatever was corrected later.
        @Test func anOlderVersionIsOpenedOnItsOwnLabels() throws {
            let first = try open()
            // Erases bone about the cursor, in the screw's way.
            first.type("Pe]]]]] ")
            #expect(first.waits(for: "plan.json *"))
            first.type("\u{1B}")
            Thread.sleep(forTimeInterval: 0.2)
            first.type("s")
            #expect(first.waits(for: "version 2"), "\(first.screen)")
            #expect(try end(first)["version"] as? Int == 2)
            let older = try open("--version", "1")
            #expect(older.waits(for: "on which version 1 was made; the store has newer ones"), "\(older.screen)")
            #expect(!older.screen.contains("breach"))
            #expect(try end(older)["labels"] as? String == "of-version")
            let newer = try open()
            #expect(newer.waits(for: "'corrected in the editor'") && newer.waits(for: "version 2 was made"))
            #expect(newer.waits(for: "breach"), "the bone that was erased is missed: \(newer.screen)")
            #expect(try end(newer)["versions_added"] as? [Int] == [])
        }

        /// Killed, and cut off from its terminal: both times what was done is there again. Test runners block signals, and who
        /// is started by one inherits that: the editor hears of a lost or resized terminal all the same.
        @Test func aKillAndALostConnectionLoseNothing() throws {
            for isKilled in [true, false] {
                let program = try open()
                program.type(Self.up)
                #expect(program.waits(for: "plan.json *"))
                Thread.sleep(forTimeInterval: 0.6)
                program.signal(isKilled ? SIGKILL : SIGHUP)
                #expect(program.waitUntilEnd() && program.status == (isKilled ? -SIGKILL : 0))
                let again = try open(columns: 80, rows: 24)
                #expect(again.waits(for: "1 edits that were not saved"), "\(again.screen)")
                #expect(again.screen.contains("plan.json *"))
                again.resize(columns: 60, rows: 20)
                #expect(again.waits(for: "L3-left") && again.waits(for: "? help"))
                again.resize(columns: 200, rows: 60)
                #expect(again.waits(for: "sagittal"), "\(again.screen)")
                #expect(try end(again, with: "qd")["saved"] as? Bool == false)
            }
            #expect(try versions().count == 1)
        }
    }
}
