import ArgumentParser
import ControlCore
import ControlRuntime
import Foundation
import Frames
import Planning
import Registration
import RobotDescription
import SerialLink

struct Run: StyletCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Bring the arm's guide onto a planned axis and hold it there.",
        discussion: """
            Refuses a plan that no trusted key approved, or that was changed after. The registration maps ct to base: without a tracker
            the patient is taken to be fixed to the arm's base. Ctrl-C stops the arm and switches its drives off.

            Example:
              stylet run plan.json --item L3-left --port /dev/ttyUSB0 --arm Kinematics/ur5e.urdf \\
                --registration ct-to-base.json --trusted-keys trusted.keys
            """)

    @Argument(help: "The approved plan.") var plan: String
    @Option(help: "The item to align with.") var item: String
    @Option(help: "The arm's serial port.") var port: String
    @Option(help: "Bits a second of the serial line.") var baud = 1_000_000
    @OptionGroup var armOptions: ArmOptions
    @Option(help: "A rigid transform from ct to base.") var registration: String
    @Option(help: "The keys whose approvals count.") var trustedKeys: String
    @Option(name: .customLong("hold-s"), help: "How long the guide is held on its axis, s.") var hold = 2.0
    @Option(name: .customLong("standoff-mm"), help: "From the guide's tip to the entry, mm.") var standoff = 10.0
    @OptionGroup var answer: AnswerOptions

    func validate() throws {
        guard hold > 0, hold <= 3600 else { throw ValidationError("--hold-s must lie between 0 and 3600.") }
        guard standoff >= 1, standoff <= 100 else { throw ValidationError("--standoff-mm must lie between 1 and 100.") }
        guard baud > 0 else { throw ValidationError("--baud must be positive.") }
    }

    func execute(_ console: Console) throws -> Answer {
        let session = try prepare(console)
        Signals.listen()
        let outcome = try console.step("run", "driving the arm") { _ in try session.run(console) }
        let s = outcome.statistics
        console.say(
            String(
                format: "%d ticks, %d overruns, %d late wake-ups, %d allocations; computing p99.9 %.0f µs",
                Int(s.ticks), Int(s.overruns),
                Int(s.lateWakeups), Int(s.allocations), Double(s.computing.percentile(0.999)) / 1000))
        return Answer(fields: [
            "item": .string(item), "held_s": .number(outcome.held), "across_max_mm": .number(outcome.largestAcross),
            "angle_max_deg": .number(degrees(radians: outcome.largestAngle)), "ticks": .int(Int(s.ticks)),
            "overruns": .int(Int(s.overruns)), "late_wakeups": .int(Int(s.lateWakeups)),
            "allocations_in_loop": .int(Int(s.allocations)), "realtime": .bool(outcome.isRealtime),
        ])
    }

    /// Reads and checks everything before the port is touched.
    private func prepare(_ console: Console) throws -> RunSession {
        let file = try PlanFile.read(plan)
        let digest = try file.approvedDigest(trusted: try TrustedKeys(path: trustedKeys))
        let chosen = try file.itemToCarryOut(item)
        guard
            let axis = GuidedAxis(
                entry: chosen.entry, target: chosen.target, greatestDepth: -1, approvedPlan: digest,
                item: UInt32(file.items.firstIndex { $0.id == item } ?? 0))
        else {
            throw Failure(code: "impossible-item", message: "\(plan): '\(item)' is no axis that a guide can follow.")
        }
        let X_BaseCT: Pose<Base, CT> = try RigidTransformFile.read(registration)
        let description = try armOptions.load()
        console.note("no tracker: the patient is taken to be fixed to the arm's base")
        return RunSession(
            description: description, port: port, baud: baud, axis: axis, X_BaseCT: X_BaseCT,
            distances: .init(held: -standoff, clear: -60, hold: hold), item: item)
    }
}
