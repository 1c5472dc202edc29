import ArgumentParser
import Foundation
import Frames
import Imaging
import Planning
import RobotDescription
import RobotModel

struct ArmGroup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "arm", abstract: "An arm's description, its forward and its inverse kinematics.",
        subcommands: [ArmInfo.self, ArmForward.self, ArmInverse.self])
}

struct ArmOptions: ParsableArguments {
    @Option(help: "A URDF, or the settings beside it (Kinematics/).") var arm: String
    @Option(help: "The link at the end; default: the settings', or the end of the longest chain.") var tip: String?

    func load() throws -> ArmDescription { try ArmDescription.load(arm, tip: tip) }
}

struct ArmInfo: StyletCommand {
    static let configuration = CommandConfiguration(
        commandName: "info", abstract: "Show an arm's joints, limits, tip and solver.",
        discussion: "Example:\n  stylet arm info --arm Kinematics/ur5e.urdf")

    @OptionGroup var armOptions: ArmOptions
    @OptionGroup var answer: AnswerOptions

    func execute(_ console: Console) throws -> Answer {
        let found = try console.step("load", "reading \(armOptions.arm)") { _ in try armOptions.load() }
        let solver = found.solverName
        console.say(
            "\(found.name): \(found.arm.jointCount) joints from \(found.root) to \(found.tip), solver \(solver)")
        var joints: [JSONValue] = []
        for (i, name) in found.jointNames.enumerated() {
            let (limits, slides) = (found.arm.limits(i), found.arm.joint(i).kind == .prismatic)
            let unit = slides ? "mm" : "rad"
            console.say(
                String(
                    format: "  %@: %@, %.4f … %.4f %@, %.3f %@/s", name, "\(found.arm.joint(i).kind)", limits.lower,
                    limits.upper, unit, limits.speed, unit))
            joints.append([
                "name": .string(name), "kind": .string("\(found.arm.joint(i).kind)"),
                "lower_\(unit)": .number(limits.lower),
                "upper_\(unit)": .number(limits.upper), "speed_\(unit)_per_s": .number(limits.speed),
                "acceleration_\(unit)_per_s2": .number(limits.acceleration),
                "jerk_\(unit)_per_s3": .number(limits.jerk),
            ])
        }
        return Answer(fields: [
            "name": .string(found.name), "base": .string(found.root), "tip": .string(found.tip),
            "solver": .string(solver),
            "joints": .array(joints),
        ])
    }
}

extension ArmDescription {
    /// The solver that is really used.
    var solverName: String { inverseKinematics.closedForm == nil ? "damped-least-squares" : "ur" }
}

struct ArmForward: StyletCommand {
    static let configuration = CommandConfiguration(
        commandName: "fk", abstract: "The tip's pose in the base for each row of joint positions.",
        discussion: "Example:\n  stylet arm fk --arm Kinematics/ur5e.urdf --joints q.csv --out poses.csv")

    @OptionGroup var armOptions: ArmOptions
    @Option(help: "CSV with one column a moving joint, q1_rad,q2_rad,… (_mm where it slides).") var joints: String
    @Option(help: "CSV to write: x_mm,y_mm,z_mm,qw,qx,qy,qz.") var out: String
    @OptionGroup var answer: AnswerOptions

    func execute(_ console: Console) throws -> Answer {
        let found = try armOptions.load()
        let rows = try console.step("load", "reading \(joints)") { _ in try found.readJoints(joints) }
        let table = console.step("fk", "forward kinematics") { _ in found.poseTable(rows) }
        try console.step("write", "writing \(out)") { _ in try AtomicFile.write(table.csv, to: out) }
        console.say("\(out): \(rows.count) poses of \(found.tip)")
        return Answer(fields: ["out": .string(out), "total": .int(rows.count), "tip": .string(found.tip)])
    }
}

struct ArmInverse: StyletCommand {
    static let configuration = CommandConfiguration(
        commandName: "ik", abstract: "Joint positions within the limits for each pose of the tip in the base.",
        discussion: "Example:\n  stylet arm ik --arm Kinematics/ur5e.urdf --poses poses.csv --out q.csv")

    @OptionGroup var armOptions: ArmOptions
    @Option(help: "CSV with x_mm,y_mm,z_mm,qw,qx,qy,qz.") var poses: String
    @Option(help: "CSV to write: ok, the joint columns, time_us.") var out: String
    @Option(help: "Where to look first: as many numbers as joints, comma separated, or a CSV with one row.")
    var seedJoints: String?
    @OptionGroup var answer: AnswerOptions

    func execute(_ console: Console) throws -> Answer {
        let found = try armOptions.load()
        let targets = try console.step("load", "reading \(poses)") { _ in try found.readPoses(poses) }
        let seed = try seedJoints.map { try Self.seed($0, for: found) }
        let clock = ContinuousClock()
        let start = clock.now
        let rows = console.step("ik", "inverse kinematics") { _ in
            found.solveAll(targets, seed: seed) {
                let since = start.duration(to: clock.now).components
                return Double(since.seconds) * 1e6 + Double(since.attoseconds) * 1e-12
            }
        }
        try console.step("write", "writing \(out)") { _ in try AtomicFile.write(found.answerCSV(rows), to: out) }
        let solved = rows.count { $0.answer.joints != nil }
        let times = rows.map(\.time_us).sorted()
        func percentile(_ p: Double) -> Double {
            times.isEmpty ? .nan : times[min(times.count - 1, Int(p * Double(times.count)))]
        }
        console.say(
            String(
                format: "%@: %d of %d solved, median %.2f µs, p99 %.2f µs", out, solved, rows.count, percentile(0.5),
                percentile(0.99)))
        return Answer(fields: [
            "out": .string(out), "solved": .int(solved), "total": .int(rows.count), "solver": .string(found.solverName),
            "time_us": [
                "median_us": .number(percentile(0.5)), "p90_us": .number(percentile(0.9)),
                "p99_us": .number(percentile(0.99)), "max_us": .number(times.last ?? .nan),
            ],
        ])
    }

    private static func seed(_ text: String, for arm: ArmDescription) throws -> JointVector {
        if FileManager.default.fileExists(atPath: text) {
            guard let row = try arm.readJoints(text).first else {
                throw Failure(code: "bad-table", message: "\(text) has no row of joint positions.")
            }
            return row
        }
        let numbers = text.split(separator: ",").map { Double($0.trimmingCharacters(in: .whitespaces)) }
        guard numbers.count == arm.arm.jointCount, let seed = JointVector(numbers.compactMap { $0 }),
            seed.count == numbers.count, seed.isFinite
        else {
            throw ValidationError("--seed-joints needs \(arm.arm.jointCount) numbers, comma separated, or a CSV file.")
        }
        return seed
    }
}
