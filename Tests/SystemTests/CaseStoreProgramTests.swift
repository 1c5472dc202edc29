import Foundation
import TestSupport
import Testing

extension ProgramTests {
    /// A case from its first file to its removal, as a person would call the commands.
    @Suite(.timeLimit(.minutes(3))) struct CaseStoreProgramTests {
        private let folder: ScratchFolder

        init() throws { folder = try ScratchFolder() }

        private func stored(_ arguments: String..., status: Int32 = 0) throws -> [String: Any] {
            let run = try folder.run(["case"] + arguments + ["--store", "cases", "--as", "A Surgeon", "--json"])
            #expect(run.status == status, "\(arguments): \(run.errors)")
            return try #require(run.json, "\(run.output)")
        }

        /// Of the commands that change nothing.
        private func read(_ arguments: String..., status: Int32 = 0) throws -> [String: Any] {
            let run = try folder.run(["case"] + arguments + ["--store", "cases", "--json"])
            #expect(run.status == status, "\(arguments): \(run.errors)")
            return try #require(run.json, "\(run.output)")
        }

        private func makeInputs() throws {
            try folder.mustRun("phantom", "make", "Phantoms/lumbar.yaml", "--out", "ct", "--spacing-mm", "2,2,2")
            try folder.mustRun("segment", "ct", "--out", "labels.nii.gz")
            try folder.mustRun(
                "plan", "spine", "ct", "--labels", "labels.nii.gz", "--levels", "L3", "--out", "plan.json")
            try FileManager.default.copyItem(at: folder["plan.json"], to: folder["signed.json"])
        }

        @Test func fromTheFirstFileToTheRemoval() throws {
            try makeInputs()
            try add()
            try show()
            let head = try verify()
            try export()
            try damage()
            try remove(head)
        }

        private func add() throws {
            let first = try stored(
                "add", "ct", "--patient", "P-017", "--labels", "labels.nii.gz", "--plan", "plan.json")
            #expect(first["new_patient"] as? Bool == true)
            #expect((first["plan"] as? [String: Any])?["version"] as? Int == 1)
            try folder.mustRun("keys", "make", "--name", "A Surgeon", "--out", "surgeon.key")
            try folder.mustRun("plan", "approve", "signed.json", "--as", "A Surgeon", "--key", "surgeon.key")
            let signed = try stored("add", "--patient", "P-017", "--plan", "signed.json")
            let again = try #require(signed["plan"] as? [String: Any])
            #expect(again["version"] as? Int == 1 && again["new"] as? Bool == true, "a signature is no new version")
            try folder.copy("plan.json", to: "moved.json", replacing: "L3-left", with: "L3-left-2")
            let moved = try stored("add", "--patient", "P-017", "--plan", "moved.json", "--note", "renamed")
            #expect((moved["plan"] as? [String: Any])?["version"] as? Int == 2)
            try folder.write("{\"scene\":\"x\",\"passed\":true}", to: "run.json")
            #expect((try stored("add", "--patient", "P-017", "--run", "run.json")["run"] as? [String: Any]) != nil)
            // Nothing is half made for a patient whose first file is refused.
            try folder.write("{\"passed\":", to: "half.json")
            _ = try read("add", "--patient", "P-018", "--run", "half.json", status: 1)
            _ = try read("add", "--patient", "P-018", "--plan", "plan.json", status: 1)
        }

        private func show() throws {
            let cases = try #require(try read("list")["cases"] as? [[String: Any]])
            #expect(cases.map { $0["patient"] as? String } == ["P-017"])
            let counts = ["images", "label_maps", "plan_versions", "approvals", "runs"].map { cases[0][$0] as? Int }
            #expect(counts == [1, 1, 2, 1, 1])
            let shown = try read("show", "P-017")
            let versions = try #require((shown["plans"] as? [[String: Any]])?[0]["versions"] as? [[String: Any]])
            #expect((versions[0]["approvals"] as? [[String: Any]])?.first?["name"] as? String == "A Surgeon")
            #expect(versions[1]["note"] as? String == "renamed")
            _ = try read("show", "P-017", "--version", "1", "--out", "back.json")
            #expect(try folder.text("back.json").contains("approvals"))
            try folder.mustRun("plan", "check", "back.json", "ct", "--labels", "labels.nii.gz")
            let log = try #require(try read("log", "--patient", "P-017")["entries"] as? [[String: Any]])
            #expect(
                log.map { $0["what"] as? String } == [
                    "add-patient", "add-series", "add-labels", "add-plan", "add-plan", "add-plan", "add-run",
                ])
            #expect(log.allSatisfy { $0["who"] as? String == "A Surgeon" })
        }

        /// What the store is; the head to remember.
        private func verify() throws -> String {
            let found = try read("verify")
            #expect(found["passed"] as? Bool == true)
            #expect(
                (found["findings"] as? [String])?.isEmpty == true && (found["remarks"] as? [String])?.isEmpty == true)
            // Without a head that somebody kept, it says what it cannot see.
            let unseen = try #require((found["not_seen"] as? [String])?.first)
            #expect(unseen.contains("earlier state") && unseen.contains("--remember"))
            let head = try #require(found["head"] as? String)
            let remembered = try read("verify", "--remember", head)
            #expect((remembered["not_seen"] as? [String])?.isEmpty == true)
            return head
        }

        private func export() throws {
            let out = try stored("export", "P-017", "--out", "out")
            #expect(out["deidentified"] as? Bool == true)
            let exported = try folder.run(["inspect", "out/series-1", "--json"])
            #expect(exported.json?["allows_planning"] as? Bool == true, "\(exported.errors)")
            try folder.mustRun(
                "plan", "check", "out/plan-1.json", "out/series-1", "--labels", "out/series-1-labels-1.dcm")
            for file in try FileManager.default.subpathsOfDirectory(atPath: folder["out"].path) {
                guard let bytes = try? Data(contentsOf: folder["out/\(file)"]) else { continue }
                for word in ["P-017", "A Surgeon", "renamed"] {
                    #expect(bytes.range(of: Data(word.utf8)) == nil, "\(file) says \(word)")
                }
            }
            // There already: left as it is.
            _ = try read("export", "P-017", "--out", "run.json", status: 1)
            #expect(try folder.text("run.json") == "{\"scene\":\"x\",\"passed\":true}")
            #expect((try stored("export", "P-017", "--out", "all", "--as-stored"))["deidentified"] as? Bool == false)
        }

        /// One bit of one stored file, and of the trail's text.
        private func damage() throws {
            let objects = try FileManager.default.subpathsOfDirectory(atPath: folder["cases/objects"].path)
            let place = folder["cases/objects/\(try #require(objects.sorted().first { $0.contains("/") }))"]
            let whole = try Data(contentsOf: place)
            var hurt = whole
            hurt[hurt.count / 3] ^= 4
            chmod(place.path, 0o600)
            try hurt.write(to: place)
            let found = try read("verify", status: 2)
            #expect((found["findings"] as? [String])?.count == 1 && found["passed"] as? Bool == false)
            try whole.write(to: place)
            _ = try read("verify")
        }

        private func remove(_ head: String) throws {
            let refused = try read("rm", "P-017", status: 1)
            #expect((refused["error"] as? [String: Any])?["code"] as? String == "not-confirmed")
            let removed = try stored("rm", "P-017", "--reason", "end of the test", "--yes")
            #expect(removed["rows"] as? Int == 8)
            #expect((try read("list")["cases"] as? [Any])?.isEmpty == true)
            let found = try read("verify", "--remember", head)
            #expect(found["objects"] as? Int == 0 && found["rows"] as? Int == 0 && found["passed"] as? Bool == true)
        }
    }
}
