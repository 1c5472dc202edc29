import ArgumentParser
import Foundation
import Planning
import RobotDescription
import SimulatedArm

struct SimGroup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sim", abstract: "The simulated arm, as a program of its own.", subcommands: [SimArm.self])
}

struct SimArm: StyletCommand {
    static let configuration = CommandConfiguration(
        commandName: "arm", abstract: "Start a simulated arm controller on a pseudo-terminal.",
        discussion: """
            Its first line on standard output is {"port":"…"}; it runs until it is interrupted. An engineer's own program may open
            that port as if it were the arm's serial line.

            Example:
              stylet sim arm --arm Kinematics/ur5e.urdf --baud 1000000
            """)

    @OptionGroup var armOptions: ArmOptions
    @Option(help: "Bits a second of the line; 0 is a line without delay.") var baud: Double = 1_000_000
    @Option(help: "Faults to put in, in YAML: a list 'faults' with kind, at_s and duration_s.") var faults: String?
    @Option(help: "Seed of every simulated chance.") var seed: UInt64 = 1
    @Option(help: "Stop by itself after so many seconds.") var seconds: Double?
    @OptionGroup var answer: AnswerOptions

    func execute(_ console: Console) throws -> Answer {
        var settings = SimulatedArmSettings()
        settings.baud = baud
        settings.seed = seed
        settings.firstSession = .random(in: 1...(.max / 2))
        settings.faults = try faults.map { try ScheduledFault.load($0) } ?? []
        let server = try PseudoTerminalArm(SimulatedArm(armOptions.load(), settings: settings))
        // Unbuffered: another program waits for this line.
        FileHandle.standardOutput.write(Data((JSONValue.object(["port": .string(server.path)]).line() + "\n").utf8))
        Signals.wait(seconds: seconds)
        let status = server.status
        server.stop()
        console.note("simulated arm stopped after \(String(format: "%.1f", status.time)) s, drives \(status.drive)")
        return Answer(fields: [:], isPrinted: true)
    }
}
