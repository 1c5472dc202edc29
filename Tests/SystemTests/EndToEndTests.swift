import Foundation
import TestSupport
import Testing

extension ProgramTests {
    /// Each stage from files to files on one phantom, as a person would call them.
    @Suite(.timeLimit(.minutes(3))) struct EndToEndTests {
        @Test func fromThePhantomToTheReport() throws {
            let folder = try ScratchFolder()
            try makeAndConvert(folder)
            try segmentAndMesh(folder)
            try planAndCheck(folder)
            try approveAndReport(folder)
        }

        private func makeAndConvert(_ folder: ScratchFolder) throws {
            let made = try object(
                folder, "phantom", "make", "Phantoms/lumbar.yaml", "--out", "ct", "--spacing-mm", "1.2,1.2,1.5")
            #expect(made["spacing_mm"] as? [Double] == [1.2, 1.2, 1.5])
            let first = try object(folder, "inspect", "ct")
            #expect(first["allows_planning"] as? Bool == true)
            #expect((first["irregularities"] as? [Any])?.isEmpty == true)
            try folder.mustRun("convert", "ct", "--out", "ct.nii.gz")
            try folder.mustRun("convert", "ct.nii.gz", "--out", "ct.nrrd")
            try folder.mustRun("convert", "ct.nrrd", "--out", "ct.mha")
            try folder.mustRun("convert", "ct.mha", "--out", "ct-again")
            for copy in ["ct.nii.gz", "ct.nrrd", "ct.mha", "ct-again"] {
                let other = try object(folder, "inspect", copy)
                for key in ["size", "spacing_mm", "origin_mm", "direction", "minimum_hu", "maximum_hu"] {
                    #expect(Self.nearlyEqual(other[key], first[key], within: 1e-3), "\(copy): \(key)")
                }
            }
        }

        private func segmentAndMesh(_ folder: ScratchFolder) throws {
            let found = try object(folder, "segment", "ct", "--out", "labels.nii.gz")
            let labels = try #require(found["labels"] as? [[String: Any]])
            for level in 1...5 {
                let one = try #require(labels.first { $0["name"] as? String == "L\(level)" }, "L\(level)")
                #expect(one["label"] as? Int == 19 + level)
                #expect(try #require(one["volume_ml"] as? Double) > 20)
                #expect((one["centroid_mm"] as? [Double])?.count == 3)
                #expect(one["certain"] is Bool)
            }
            let meshes = try object(
                folder, "mesh", "labels.nii.gz", "--out", "meshes", "--label", "22", "--format", "ply")
            let mesh = try #require((meshes["meshes"] as? [[String: Any]])?.first)
            let volume = try #require(labels.first { $0["label"] as? Int == 22 }?["volume_ml"] as? Double)
            #expect(abs(try #require(mesh["volume_ml"] as? Double) - volume) < 0.05 * volume)
            #expect(FileManager.default.fileExists(atPath: folder["meshes/L3.ply"].path))
        }

        private func planAndCheck(_ folder: ScratchFolder) throws {
            let planned = try object(
                folder, "plan", "spine", "ct", "--labels", "labels.nii.gz", "--levels", "L1-L5", "--out", "plan.json")
            let items = try #require(planned["items"] as? [[String: Any]])
            #expect(items.count == 10)
            for item in items {
                let metrics = try #require(item["metrics"] as? [String: Any])
                #expect(["A", "B"].contains(metrics["gertzbein_robbins"] as? String))
                for key in [
                    "breach_mm", "margin_mm", "medial_margin_mm", "anterior_margin_mm", "mean_hu", "convergence_deg",
                    "cranial_tilt_deg",
                ] { #expect(metrics[key] is Double, "\(key)") }
            }
            let again = try folder.run(["plan", "check", "plan.json", "ct", "--labels", "labels.nii.gz", "--json"])
            #expect(again.status == 0, "\(again.errors)\(again.output)")
            #expect(again.json?["passed"] as? Bool == true)
        }

        private func approveAndReport(_ folder: ScratchFolder) throws {
            try folder.mustRun("keys", "make", "--name", "A Surgeon", "--out", "surgeon.key")
            let approval = try object(
                folder, "plan", "approve", "plan.json", "--as", "A Surgeon", "--key", "surgeon.key")
            #expect(approval["name"] as? String == "A Surgeon")
            // A corridor moved after approval is found by the check, whose exit status says so.
            let plan = try #require(
                JSONSerialization.jsonObject(with: Data(contentsOf: folder["plan.json"])) as? [String: Any])
            var items = try #require(plan["items"] as? [[String: Any]])
            for key in ["entry_mm", "target_mm"] {
                let point = try #require(items[0][key] as? [Double])
                items[0][key] = [point[0] + 6, point[1], point[2]]
            }
            let moved = try JSONSerialization.data(withJSONObject: plan.merging(["items": items]) { $1 })
            try moved.write(to: folder["moved.json"])
            let check = try folder.run(["plan", "check", "moved.json", "ct", "--labels", "labels.nii.gz", "--json"])
            #expect(check.status == 2)
            #expect(check.json?["passed"] as? Bool == false)
            try compareAndCarryErrors(folder)
            _ = try object(
                folder, "report", "plan.json", "ct", "--labels", "labels.nii.gz", "--out", "report.html",
                "--previous", "moved.json", "--trusted-keys", "surgeon.key.pub", "--json-out", "report.json", "--csv",
                "report.csv", "--pdf", "report.pdf", "--dicom", "report.dcm")
            for (file, start) in [("report.csv", "id,kind,"), ("report.pdf", "%PDF-")] {
                #expect(try Data(contentsOf: folder[file]).starts(with: Data(start.utf8)))
            }
            #expect(try Data(contentsOf: folder["report.dcm"]).dropFirst(128).starts(with: Data("DICM".utf8)))
            let written =
                try JSONSerialization.jsonObject(with: Data(contentsOf: folder["report.json"])) as? [String: Any]
            #expect((written?["approvals"] as? [[String: Any]])?.first?["holds"] as? Bool == true)
            let page = try folder.text("report.html")
            #expect(page.contains("data:image/png;base64,"))
            #expect(page.contains("L3"))
            #expect(!page.contains("src=\"http"))
        }

        /// The plan against the one whose first screw was moved by 6 mm, and what the usual errors mean for it.
        private func compareAndCarryErrors(_ folder: ScratchFolder) throws {
            let compared = try object(folder, "plan", "compare", "plan.json", "moved.json")
            let changed = try #require(compared["items"] as? [[String: Any]]).filter {
                $0["change"] as? String != "same"
            }
            #expect(changed.count == 1)
            let entry = try #require(changed.first?["entry"] as? [String: Any])
            #expect(Self.nearlyEqual([entry["moved_mm"] ?? 0], [6.0], within: 1e-3))
            let found = try object(
                folder, "plan", "uncertainty", "plan.json", "ct", "--labels", "labels.nii.gz", "--out", "known.json")
            for item in try #require(found["items"] as? [[String: Any]]) {
                #expect(try #require(item["p_grade_a"] as? Double) > 0.9, "\(item)")
                #expect((0.3...2).contains(try #require(item["tip_error_95_mm"] as? Double)))
            }
        }

        /// The answer of a command that must succeed: one object, with the times of its steps.
        private func object(_ folder: ScratchFolder, _ arguments: String...) throws -> [String: Any] {
            let run = try folder.run(arguments + ["--json"])
            #expect(run.status == 0, "\(run.errors)")
            let answer = try #require(run.json, "\(run.output)")
            let timings = try #require(answer["timings_ms"] as? [String: Double])
            #expect(!timings.isEmpty && timings.values.allSatisfy { $0 >= 0 })
            #expect(!run.errors.contains("\u{1B}") && !run.errors.contains("█"), "no bars outside a terminal")
            return answer
        }

        private static func nearlyEqual(_ a: Any?, _ b: Any?, within tolerance: Double) -> Bool {
            let (a, b) = (numbers(a), numbers(b))
            return !a.isEmpty && a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= tolerance }
        }

        private static func numbers(_ value: Any?) -> [Double] {
            value as? [Double] ?? (value as? Double).map { [$0] } ?? []
        }
    }
}
