import Foundation
import TestSupport
import Testing

extension ProgramTests {
    /// What every command has in common.
    @Suite struct HelpTests {
        static let commands: [[String]] = [
            ["phantom", "make"], ["inspect"], ["convert"], ["segment"], ["mesh"], ["plan", "spine"], ["plan", "check"],
            ["plan", "trajectory"], ["plan", "choose"], ["plan", "approve"], ["plan", "batch"],
            ["plan", "edit"], ["plan", "compare"], ["plan", "uncertainty"], ["report"], ["case", "add"],
            ["case", "list"], ["case", "show"], ["case", "log"], ["case", "export"], ["case", "verify"],
            ["case", "rm"],
            ["case", "edit"],
            ["keys", "make"], ["register", "points"], ["register", "surface"], ["register", "volumes"],
            ["register", "xray"], ["calibrate", "arm"], ["calibrate", "carm"], ["sim", "xray"],
            ["calibrate", "pivot"], ["calibrate", "handeye"],
            ["arm", "info"],
            ["arm", "fk"], ["arm", "ik"], ["filter", "tremor"], ["sim", "arm"], ["sim", "tracker"], ["track"],
            ["igtl", "serve"], ["navigate"], ["run"], ["scene", "run"],
        ]

        @Test(arguments: commands) func helpHasAnExampleOfItsOwn(_ command: [String]) throws {
            let run = try runStylet(command + ["--help"])
            #expect(run.status == 0)
            #expect(run.errors.isEmpty)
            #expect(run.output.contains("Example:\n  stylet \(command.joined(separator: " ")) "), "\(run.output)")
            #expect(run.output.contains("--json"))
        }

        /// A command that is added gets its example tested.
        @Test func noCommandIsForgotten() throws {
            let top = try Self.subcommands(of: [])
            var found: [[String]] = []
            for one in top {
                let below = try Self.subcommands(of: [one])
                found += below.isEmpty ? [[one]] : below.map { [one, $0] }
            }
            #expect(Set(found) == Set(Self.commands))
        }

        private static func subcommands(of command: [String]) throws -> [String] {
            let help = try runStylet(command + ["--help"]).output
            guard let start = help.range(of: "SUBCOMMANDS:\n") else { return [] }
            return help[start.upperBound...].split(separator: "\n", omittingEmptySubsequences: false).prefix {
                !$0.isEmpty
            }
            .compactMap { line in
                line.hasPrefix("  ") && !line.hasPrefix("   ") ? line.split(separator: " ").first.map(String.init) : nil
            }
        }

        @Test func versionAndNothingAtAll() throws {
            #expect(try runStylet(["--version"]).output == "0.1.0\n")
            let bare = try runStylet([])
            #expect(bare.status == 0)
            #expect(bare.output.contains("SUBCOMMANDS"))
        }
    }
}
