import ArgumentParser
import ArmProtocol
import ControlCore
import Foundation
import Frames
import Planning
import RobotDescription
import SimulatedArm

struct SimGroup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sim", abstract: "The simulated arm, tracker and C-arm, each a program of its own.",
        subcommands: [SimArm.self, SimTracker.self, SimXRay.self])
}

struct SimArm: StyletCommand {
    static let configuration = CommandConfiguration(
        commandName: "arm", abstract: "Start a simulated arm controller on a pseudo-terminal.",
        discussion: """
            Its first line on standard output is {"port":"…"}; it runs until it is interrupted. An engineer's own program may open
            that port as if it were the arm's serial line. With --status-every-ms each line on standard error is a JSON object of
            what the arm truly does, for a person or a program that watches it.

            Example:
              stylet sim arm --arm Kinematics/ur5e.urdf --baud 1000000
            """)

    @OptionGroup var armOptions: ArmOptions
    @Option(help: "Bits a second of the line; 0 is a line without delay.") var baud: Double = 1_000_000
    @Option(help: "Faults to put in, in YAML: a list 'faults' with kind, at_s and duration_s.") var faults: String?
    @Option(help: "Seed of every simulated chance.") var seed: UInt64 = 1
    @Option(help: "Stop by itself after so many seconds.") var seconds: Double?
    @Option(help: "The version of the protocol that it speaks, to see what another one's hosts do.")
    var protocolVersion: UInt8 = WireUnits.version
    @Option(help: "Print a line of the arm's true state on standard error so often.") var statusEveryMs: Double?
    @OptionGroup var answer: AnswerOptions

    func validate() throws {
        guard baud >= 0, baud.isFinite else { throw ValidationError("--baud must be 0 or positive.") }
        guard seconds.map({ $0 > 0 }) ?? true else { throw ValidationError("--seconds must be positive.") }
        guard statusEveryMs.map({ $0 >= 1 && $0 <= 60_000 }) ?? true else {
            throw ValidationError("--status-every-ms must lie between 1 and 60000.")
        }
    }

    func execute(_ console: Console) throws -> Answer {
        var settings = SimulatedArmSettings()
        settings.baud = baud
        settings.seed = seed
        settings.version = protocolVersion
        settings.firstSession = .random(in: 1...(.max / 2))
        settings.faults = try faults.map { try ScheduledFault.load($0) } ?? []
        let description = try console.step("load", "reading \(armOptions.arm)") { _ in try armOptions.load() }
        let arm = try SimulatedArm(description, settings: settings)
        // No real arm's controller waits for other programs; the arm's thread takes the priority over from this one.
        let (server, isRealtime) = try RealtimePriority.with(60) { try PseudoTerminalArm(arm) }
        if !isRealtime {
            console.warn(
                "the system refuses real-time scheduling: on a busy machine reports may come late. Run as root, or grant rtprio."
            )
        }
        console.answer(
            answer.json
                ? ["port": .string(server.path), "timings_ms": console.timingsJSON] : ["port": .string(server.path)])
        Signals.wait(seconds: seconds, every: statusEveryMs.map { $0 / 1000 }) {
            Console.write(Self.line(server.status, of: description) + "\n", to: STDERR_FILENO)
        }
        let status = server.status
        server.stop()
        console.note(
            "simulated arm stopped after \(String(format: "%.1f", status.time)) s, drives \(Sentences.name(of: status.drive))"
        )
        return Answer(fields: [:])
    }

    /// What the arm truly does, as one line.
    private static func line(_ status: PseudoTerminalArm.Status, of description: ArmDescription) -> String {
        let X_FlangeTool = description.settings.X_FlangeTool
        let tip = description.arm.forwardKinematics(status.positions, tool: X_FlangeTool).translation
        let speeds = description.arm.jacobian(status.positions, tool: X_FlangeTool).velocity(status.velocities).linear
        return JSONValue.object([
            "t_s": .number(status.time), "drive": .string(Sentences.name(of: status.drive)),
            "faults": .int(Int(status.faults.rawValue)), "session": .bool(status.hasSession),
            "tip_mm": .numbers([tip.x, tip.y, tip.z]), "tip_speed_mm_per_s": .number(length(speeds)),
            "stalled_ms": .number(status.stalled * 1000),
        ]).line()
    }
}
