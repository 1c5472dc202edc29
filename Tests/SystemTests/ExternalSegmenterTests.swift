import Foundation
import TestSupport
import Testing

extension ProgramTests {
    /// A segmenter of the user's own, run by the program.
    @Suite(.timeLimit(.minutes(3))) struct ExternalSegmenterTests {
        /// A scan and its labels, and scripts whose names need quotes.
        private static func folder() throws -> ScratchFolder {
            let folder = try ScratchFolder()
            try folder.mustRun("phantom", "make", "Phantoms/lumbar.yaml", "--out", "ct", "--spacing-mm", "3,3,3")
            try folder.mustRun("segment", "ct", "--out", "labels.nii.gz")
            let script = """
                echo "looking at the image" >&2
                printf '\\r 10%%|#\\r 90%%|####\\r\\033[31m' >&2
                echo "$# arguments" >&2
                cp labels.nii.gz "$2"

                """
            try folder.write(script, to: "my segmenter.sh")
            try folder.write("echo $$ $1 > started.part; mv started.part started; sleep 300 & wait\n", to: "hang.sh")
            return folder
        }

        @Test func itsLabelsAreTaken() throws {
            let folder = try Self.folder()
            let run = try folder.run([
                "segment", "ct", "--out", "out.nii.gz", "--json", "--with",
                "sh 'my segmenter.sh' {in} \"{out}\" a\\ b ;",
            ])
            #expect(run.status == 0, "\(run.errors)")
            #expect(run.errors.contains("sh: looking at the image\n"))
            #expect(run.errors.contains("sh: 4 arguments\n") && !run.errors.contains("\u{1B}"), "\(run.errors)")
            let object = try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
            #expect(object["segmented_by"] as? String == "sh" && object["levels_certain"] as? Bool == false)
            let labels = try #require(object["labels"] as? [[String: Any]])
            #expect(labels.contains { $0["name"] as? String == "L3" && $0["certain"] as? Bool == false })
            // The same labels, written by us again, are the same bytes.
            #expect(try Data(contentsOf: folder["out.nii.gz"]) == Data(contentsOf: folder["labels.nii.gz"]))
        }

        /// However the program ends, the segmenter and what it started end too, and the patient's image is removed.
        @Test(arguments: [SIGKILL, SIGTERM, SIGINT]) func itEndsWithUs(_ signal: Int32) throws {
            let folder = try Self.folder()
            let program = try RunningProgram(
                ["segment", "ct", "--out", "out.nii.gz", "--with", "sh hang.sh {in} {out}"], in: folder.url)
            let began = program.wait(seconds: 60) { _ in
                FileManager.default.fileExists(atPath: folder["started"].path)
            }
            try #require(began, "\(program.errors)")
            let words = try folder.text("started").split { $0 == " " || $0 == "\n" }
            let child = try #require(pid_t(words[0]))
            let scratch = URL(fileURLWithPath: String(words[1])).deletingLastPathComponent().path
            #expect(kill(child, 0) == 0 && FileManager.default.fileExists(atPath: scratch))
            program.signal(signal)
            #expect(program.waitUntilEnd(seconds: 10))
            let isGone = program.wait(seconds: 10) { _ in
                kill(-child, 0) != 0 && !FileManager.default.fileExists(atPath: scratch)
            }
            #expect(isGone)
            #expect(!FileManager.default.fileExists(atPath: folder["out.nii.gz"].path))
        }
    }
}
