import Foundation
import TestSupport
import Testing

extension ProgramTests {
    /// A full disk, a disk that nobody may write, a kill at any moment: what was saved before is there after.
    @Suite(.timeLimit(.minutes(3))) struct CaseStoreHardshipTests {
        private static func smallCase() throws -> ScratchFolder {
            let folder = try ScratchFolder()
            try folder.mustRun("phantom", "make", "Phantoms/lumbar.yaml", "--out", "ct", "--spacing-mm", "4,4,4")
            try folder.write("{\"scene\":\"x\",\"passed\":true}", to: "run.json")
            return folder
        }

        /// A user namespace in which a small disk of our own may be mounted; some systems forbid it.
        private static func runOnSmallDisk(_ script: String, in folder: URL) throws -> (status: Int32, output: String)?
        {
            let process = Process(), pipe = Pipe()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            let mount = "mkdir small && mount -t tmpfs -o size=700k none small || exit 77\n"
            process.arguments = ["unshare", "-Urm", "sh", "-c", mount + script]
            process.environment = ["STYLET": styletProgram().path, "PATH": "/usr/bin:/bin", "HOME": folder.path]
            process.currentDirectoryURL = folder
            (process.standardOutput, process.standardError) = (pipe, pipe)
            try process.run()
            let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            let status = process.terminationStatus
            guard status != 77, status != 127, !text.hasPrefix("unshare:") else {
                print("a full disk is not tried: no file system may be mounted here")
                return nil
            }
            return (status, text)
        }

        @Test func aFullDiskLosesNothing() throws {
            let folder = try Self.smallCase()
            let script = """
                add() { "$STYLET" case add "$@" --patient P-1 --store small/cases; echo "status $?"; }
                add --run run.json; add ct; "$STYLET" case verify --store small/cases; "$STYLET" case list --store small/cases
                ls small/cases/staging | wc -l
                mount -o remount,size=8m small; add ct; "$STYLET" case verify --store small/cases
                mount -o remount,ro small; add --run run.json
                """
            guard let run = try Self.runOnSmallDisk(script, in: folder.url) else { return }
            let lines = run.output.split(separator: "\n").map(String.init)
            #expect(
                lines.filter { $0.hasPrefix("status") } == ["status 0", "status 1", "status 0", "status 1"], "\(run)")
            #expect(run.output.contains("error: The disk is full at small/cases"), "\(run)")
            #expect(run.output.contains("what was saved before is safe"))
            #expect(lines.count { $0 == "everything is as it was written" } == 2, "\(run)")
            #expect(lines.contains("0"), "nothing is left in the staging folder")
            #expect(run.output.contains("read-only file system"), "\(run)")
        }

        /// Killed at drawn moments of an addition: the store is in order, and the addition can be made again.
        @Test func aKilledAdditionLosesNothing() throws {
            let folder = try Self.smallCase()
            try folder.mustRun("case", "add", "--run", "run.json", "--patient", "P-1", "--store", "cases")
            for wait in [1, 20, 40, 60, 90, 130, 180, 250] {
                let program = try RunningProgram(
                    ["case", "add", "ct", "--patient", "P-1", "--store", "cases"], in: folder.url)
                usleep(UInt32(wait) * 1000)
                program.signal(SIGKILL)
                _ = program.waitUntilEnd(seconds: 10)
                let found = try folder.run(["case", "verify", "--store", "cases", "--json"])
                #expect(found.status == 0, "after \(wait) ms: \(found.output)")
            }
            try folder.mustRun("case", "add", "ct", "--patient", "P-1", "--store", "cases")
            let found = try folder.run(["case", "verify", "--store", "cases", "--json"])
            #expect(found.status == 0 && found.json?["rows"] as? Int == 3, "\(found.output)")
        }
    }
}
