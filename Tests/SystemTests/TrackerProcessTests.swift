import Foundation
import TestSupport
import Testing

extension ProgramTests {
    /// `stylet sim tracker`, `track`, `igtl serve` and `navigate` as processes, in real time. Judged by what is said, not by when.
    @Suite(.timeLimit(.minutes(3))) struct TrackerProcessTests {
        let folder: ScratchFolder

        init() throws { folder = try ScratchFolder() }

        /// A simulated tracker with its tools' definitions in `tools`.
        private func tracker(_ options: String...) throws -> (program: RunningProgram, port: String) {
            let program = try RunningProgram(["sim", "tracker", "--tools-out", "tools"] + options, in: folder.url)
            #expect(program.wait(seconds: 20) { $0.output.contains("\n") })
            let object = try #require(try Self.object(program.output))
            return (program, try #require(object["port"] as? String))
        }

        private static func object(_ text: String) throws -> [String: Any]? {
            let line = text.split(separator: "\n").first ?? ""
            return try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        }

        @Test func tracksAndRecords() throws {
            let (tracker, port) = try tracker("--tools", "2", "--hide", "2:0-600")
            let run = try folder.run([
                "track", "--tracker", port, "--tool", "tools/tool-1.rom", "--tool", "tools/tool-2.rom", "--samples",
                "30",
                "--out", "t.csv", "--json",
            ])
            #expect(run.status == 0, "\(run.errors)")
            let tools = try #require(try Self.object(run.output)?["tools"] as? [[String: Any]])
            #expect(tools.map { $0["name"] as? String } == ["tool-1", "tool-2"])
            #expect(tools.map { $0["missing"] as? Int } == [0, 30])
            let record = try folder.text("t-1-tool-1.csv").split(separator: "\n")
            #expect(record.count == 31 && record[0].hasPrefix("t_s,x_mm,"))
            // the record plays back as it was
            let again = try folder.run([
                "track", "--tracker", "record:t-1-tool-1.csv", "--samples", "30", "--out", "again.csv",
            ])
            #expect(again.status == 0, "\(again.errors)")
            #expect(try folder.text("again.csv").split(separator: "\n").count == 31)
            withExtendedLifetime(tracker) {}
        }

        /// What another program left on the line does not hinder the next.
        @Test func garbageOnThePortHarmsNothing() throws {
            let (tracker, port) = try tracker()
            var random = SystemRandomNumberGenerator()
            for _ in 0..<20 {
                let garbage = (0..<500).map { _ in UInt8.random(in: 0...255, using: &random) }
                let handle = open(port, O_WRONLY | O_NOCTTY | O_NONBLOCK)
                _ = garbage.withUnsafeBytes { write(handle, $0.baseAddress, $0.count) }
                close(handle)
            }
            let run = try folder.run([
                "track", "--tracker", port, "--tool", "tools/tool-1.rom", "--samples", "5", "--json",
            ])
            #expect(run.status == 0 && tracker.isRunning, "\(run.errors)")
        }

        /// A tracker that is lost ends the command with a sentence, and what was recorded is there.
        @Test func aLostTrackerLeavesTheRecord() throws {
            let (tracker, port) = try tracker()
            let run = try RunningProgram(
                ["track", "--tracker", port, "--tool", "tools/tool-1.rom", "--out", "t.csv"], in: folder.url)
            #expect(run.wait(seconds: 20) { $0.output.split(separator: "\n").count > 20 })
            tracker.signal(SIGKILL)
            #expect(run.waitUntilEnd(seconds: 20))
            #expect(run.status == 1 && run.errors.contains("port was lost"), "\(run.errors)")
            #expect(try folder.text("t.csv").split(separator: "\n").count > 20)
        }

        /// From the serial line to OpenIGTLink and back; garbage on the network port in between.
        @Test func posesGoOnByOpenIGTLink() throws {
            let (tracker, port) = try tracker()
            let server = try RunningProgram(
                ["igtl", "serve", "--port", "0", "--tracker", port, "--tool", "tools/tool-1.rom"], in: folder.url)
            #expect(server.wait(seconds: 20) { $0.output.contains("\n") })
            let answer = try #require(try Self.object(server.output))
            #expect(answer["address"] as? String == "127.0.0.1")
            let network = try #require(answer["port"] as? Int)
            let hello = try folder.run([
                "track", "--tracker", "igtl://127.0.0.1:\(network)/tool-1", "--samples", "20", "--json",
            ])
            #expect(hello.status == 0, "\(hello.errors)")
            let curl = Process()
            curl.executableURL = URL(fileURLWithPath: "/bin/bash")
            curl.arguments = ["-c", "head -c 100000 /dev/urandom > /dev/tcp/127.0.0.1/\(network)"]
            curl.standardError = FileHandle.nullDevice
            try curl.run()
            curl.waitUntilExit()
            let after = try folder.run([
                "track", "--tracker", "igtl://127.0.0.1:\(network)", "--samples", "20", "--json",
            ])
            let tools = try #require(try Self.object(after.output)?["tools"] as? [[String: Any]])
            #expect(after.status == 0 && tools.map { $0["name"] as? String } == ["tool-1"], "\(after.errors)")
            server.signal(SIGTERM)
            #expect(server.waitUntilEnd(seconds: 10) && server.status == 0)
            withExtendedLifetime(tracker) {}
        }

        /// A command that gave its object early and fails later has given one object, and says the rest as everybody does.
        @Test func whatFailsLaterPrintsNoSecondObject() throws {
            try folder.write(BadTrackers.track, to: "track.csv")
            let run = try folder.run(["igtl", "serve", "--port", "0", "--tracker", "record:track.csv", "--json"])
            #expect(run.status == 1 && run.errors.contains("record that was played back is over"), "\(run.errors)")
            #expect(run.output.split(separator: "\n").count == 1 && !run.output.contains("error"), "\(run.output)")
            #expect(try #require(try Self.object(run.output))["timings_ms"] != nil)
        }

        /// The screen with a tracker that loses the tool, and then is gone.
        @Test func navigatesUntilTheToolIsHidden() throws {
            try folder.mustRun(
                "phantom", "make", "Phantoms/lumbar.yaml", "--out", "ct", "--truth", "truth", "--spacing-mm", "2,2,2")
            try folder.mustRun(
                "plan", "spine", "ct", "--labels", "truth/labels.nii.gz", "--levels", "L3", "--out", "plan.json")
            try folder.write(
                #"{"from":"ct","to":"tracker","matrix":[1,0,0,-150,0,1,0,0,0,0,1,-1500,0,0,0,1]}"#, to: "t.json")
            // the tool is hidden nine seconds after the tracker starts: the image is read by then
            let (tracker, port) = try tracker("--sway", "0.1", "--hide", "1:9-11")
            // as /dev/serial/by-id has it: the name stays where the device comes back as another
            let name = folder.url.appendingPathComponent("tracker").path
            try FileManager.default.createSymbolicLink(atPath: name, withDestinationPath: port)
            let screen = try TerminalProgram(
                [
                    "navigate", "plan.json", "ct", "--tracker", name, "--tool", "tools/tool-1.rom",
                    "--registration", "t.json", "--json", "--record", "nav.csv",
                ], in: folder.url)
            #expect(screen.waits(for: "FROM THE AXIS"), "\(screen.screen)\(screen.errors)")
            // what is painted below comes a moment later
            #expect(screen.waits(for: "tip not calibrated") && screen.waits(for: "± ?"), "\(screen.screen)")
            #expect(screen.waits(for: "has not seen"), "\(screen.screen)")
            #expect(!screen.screen.contains("FROM THE AXIS"))
            #expect(screen.waits(for: "FROM THE AXIS"))
            tracker.signal(SIGKILL)
            #expect(screen.waits(for: "No sample for"), "\(screen.screen)")
            #expect(screen.waits(for: "port was lost") && !screen.screen.contains("FROM THE AXIS"))
            // it is switched on again, and found
            let (again, newPort) = try self.tracker("--sway", "0.1")
            try FileManager.default.removeItem(atPath: name)
            try FileManager.default.createSymbolicLink(atPath: name, withDestinationPath: newPort)
            #expect(screen.waits(for: "FROM THE AXIS"), "\(screen.screen)")
            #expect(screen.waits(for: "tracker was lost"), "\(screen.screen)")
            screen.type("q")
            withExtendedLifetime(again) {}
            #expect(screen.waitUntilEnd() && screen.status == 0, "\(screen.errors)")
            #expect(try #require(screen.json?["pictures"] as? Int) > 100)
            #expect(screen.json?["losses"] as? Int == 1)
            #expect(try folder.text("nav.csv").split(separator: "\n").count > 100)
            // and plays back as it was
            let replay = try TerminalProgram(
                [
                    "navigate", "plan.json", "ct", "--tracker", "record:nav.csv", "--registration", "t.json", "--json",
                ], in: folder.url)
            #expect(replay.waits(for: "FROM THE AXIS"), "\(replay.screen)\(replay.errors)")
            #expect(replay.waits(for: "has not seen"), "\(replay.screen)")
            replay.type("q")
            #expect(replay.waitUntilEnd() && replay.status == 0, "\(replay.errors)")
        }
    }
}
