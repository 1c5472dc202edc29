import Foundation
import TestSupport
import Testing

extension ProgramTests {
    /// Biopsies outside the head by the program: of a vertebra and of the lung in a phantom, of a liver in a real CT.
    @Suite(.timeLimit(.minutes(3))) struct BiopsyProgramTests {
        @Test func aVertebraAndAPlaceInTheLung() throws {
            let folder = try ScratchFolder()
            try folder.mustRun(
                "phantom", "make", "Phantoms/thoracic.yaml", "--out", "ct", "--truth", "truth", "--spacing-mm", "3,3,3")
            let common = ["ct", "--labels", "truth/labels.nii.gz"]
            let planned = try folder.run(
                ["plan", "trajectory"] + common + [
                    "--target-label", "T7", "--target", "57.75,5.85,-17", "--out", "plan.json", "--json",
                ])
            #expect(planned.status == 0, "\(planned.errors)")
            let items = try #require(planned.json?["items"] as? [[String: Any]])
            let through = Dictionary(
                items.map {
                    ($0["id"] as? String ?? "", ($0["metrics"] as? [String: Any])?["through_labels"] as? [Int])
                },
                uniquingKeysWith: { a, _ in a })
            // Targets by coordinates come first: the lung, then T7 (14).
            #expect(through["target-1"] == [125] && through["target-2"] == [14], "\(through)")
            let check = try folder.run(["plan", "check", "plan.json"] + common + ["--json"])
            #expect(check.status == 0, "\(check.output)")
            // What these labels have not is said, and nothing is written.
            let missing = try folder.run(
                ["plan", "trajectory"] + common + ["--target-label", "lesion", "--out", "none.json", "--json"])
            #expect(missing.status == 1 && missing.errors.contains("has no lesion (107)"), "\(missing.errors)")
            #expect(!FileManager.default.fileExists(atPath: folder["none.json"].path))
        }

        @Test(.enabled(if: realData("lumbar-3mm/labels-all-organs.nii.gz") != nil, "real data are not here"))
        func aPlaceInARealLiver() throws {
            let folder = try ScratchFolder()
            let ct = try #require(realData("lumbar-3mm/ct.nii.gz")).path
            let labels = try #require(realData("lumbar-3mm/labels-all-organs.nii.gz")).path
            let common = [ct, "--labels", labels, "--label-scheme", "totalsegmentator"]
            let planned = try folder.run(
                ["plan", "trajectory"] + common + ["--target-label", "liver", "--out", "plan.json", "--json"])
            #expect(planned.status == 0, "\(planned.errors)")
            let items = try #require(planned.json?["items"] as? [[String: Any]])
            #expect(!items.isEmpty)
            for item in items {
                let metrics = try #require(item["metrics"] as? [String: Any])
                #expect(metrics["through_labels"] as? [Int] == [120])
                // spleen, kidney, stomach, bowel, lung and more
                #expect(Set(metrics["avoid_labels"] as? [Int] ?? []).isSuperset(of: [121, 122, 123, 124, 125]))
                #expect(try #require(metrics["vessel_distance_mm"] as? Double) >= 3)
                #expect((metrics["no_go_distance_mm"] as? Double ?? 50) >= 3)
                #expect((metrics["bone_distance_mm"] as? Double ?? 50) >= 1)
            }
            let check = try folder.run(["plan", "check", "plan.json"] + common + ["--json"])
            #expect(check.status == 0, "\(check.output)")
        }
    }
}
