import ArgumentParser
import Foundation
import Frames
import Planning
import SimulatedRoom
import Trackers

struct SimTracker: StyletCommand {
    static let configuration = CommandConfiguration(
        commandName: "tracker", abstract: "Start a simulated tracker on a pseudo-terminal.",
        discussion: """
            It speaks the serial protocol of Northern Digital's trackers. Its first line on standard output is {"port":"…"}; it runs until
            it is interrupted. The tools sway slowly about places of their own; the first that is initialised is the first of
            them. --tools-out writes their definitions (tool-1.rom, …), which any client of such a tracker can load.

            Example:
              stylet sim tracker --tools 2 --noise-mm 0.2 --hide 1:5-7 --tools-out tools
            """)

    @Option(help: "How many tools the room holds.") var tools = 1
    @Option(help: "Noise of a sample's place, RMS in three dimensions.") var noiseMm = 0.15
    @Option(help: "Noise of a sample's rotation, RMS in three dimensions.") var noiseDeg = 0.05
    @Option(
        help: "A tool that is hidden for a while, as TOOL:FROM-TO in seconds, the first tool being 1; several times.")
    var hide: [HiddenTool] = []
    @Option(help: "How far the tools sway: 1 is 30 mm and 10°, 0 holds them still.") var sway = 1.0
    @Option(help: "The highest speed that it knows; a pseudo-terminal has none of its own.") var maxBaud = 1_228_739
    @Option(help: "Seed of every simulated chance.") var seed: UInt64 = 1
    @Option(help: "Stop by itself after so many seconds.") var seconds: Double?
    @Option(help: "A folder for the tools' definitions.") var toolsOut: String?
    @OptionGroup var answer: AnswerOptions

    func validate() throws {
        guard (1...15).contains(tools) else { throw ValidationError("--tools must lie between 1 and 15.") }
        guard (0...100).contains(noiseMm), (0...90).contains(noiseDeg) else {
            throw ValidationError("--noise-mm must lie between 0 and 100, --noise-deg between 0 and 90.")
        }
        guard (0...3).contains(sway) else { throw ValidationError("--sway must lie between 0 and 3.") }
        guard seconds.map({ $0 > 0 }) ?? true else { throw ValidationError("--seconds must be positive.") }
        guard hide.allSatisfy({ $0.tool <= tools }) else {
            throw ValidationError("--hide names a tool that is not there.")
        }
    }

    func execute(_ console: Console) throws -> Answer {
        if let toolsOut { try writeTools(to: toolsOut) }
        let room = SimulatedTools(
            count: tools, positionNoise: noiseMm, angleNoise: noiseDeg * .pi / 180,
            hidden: hide.map { .init(tool: $0.tool - 1, times: $0.times) }, seed: seed, sway: sway)
        let server = try PseudoTerminalTracker(SimulatedNDITracker(fastest: maxBaud) { room.seen($0, at: $1) })
        console.answer(
            answer.json
                ? ["port": .string(server.path), "timings_ms": console.timingsJSON] : ["port": .string(server.path)])
        Signals.wait(seconds: seconds)
        server.stop()
        return Answer(fields: [:])
    }

    private func writeTools(to folder: String) throws {
        try Output.makeFolder(folder)
        for number in 1...tools {
            let path = "\(folder)/tool-\(number).rom"
            guard let tool = Self.definition(number) else { continue }
            do { try Data(tool.bytes).write(to: URL(fileURLWithPath: path), options: .atomic) } catch {
                throw TrackersError.unwritable(file: path, reason: error.localizedDescription)
            }
        }
    }

    /// Four markers in a plane, at distances that differ from tool to tool.
    static func definition(_ number: Int) -> ToolDefinition? {
        let size = 1 + 0.08 * Double(number)
        return ToolDefinition.made(
            name: "tool-\(number)",
            markers: [
                Point(0, 0, 0), Point(0, 28 * size, 41 * size), Point(0, 0, 88 * size), Point(0, -44 * size, 40 * size),
            ])
    }
}

/// `TOOL:FROM-TO` on the command line.
struct HiddenTool: ExpressibleByArgument {
    let tool: Int
    let times: Range<Double>

    init?(argument: String) {
        let parts = argument.split(separator: ":"), times = parts.last?.split(separator: "-") ?? []
        guard parts.count == 2, times.count == 2, let tool = Int(parts[0]), tool >= 1, let from = Double(times[0]),
            let to = Double(times[1]), from.isFinite, to.isFinite, from < to
        else { return nil }
        (self.tool, self.times) = (tool, from..<to)
    }
}
