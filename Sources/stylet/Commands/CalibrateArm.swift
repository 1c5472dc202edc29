import ArgumentParser
import Calibration
import Foundation
import Frames
import Imaging
import Planning
import Registration
import RobotDescription
import RobotModel

struct CalibrateArm: StyletCommand {
    static let configuration = CommandConfiguration(
        commandName: "arm", abstract: "The arm's own geometry, from tracked poses of a marker on its flange.",
        discussion: """
            Row for row: the joints, q1_rad,q2_rad,… (_mm where it slides), and the marker in the tracker, x_mm,y_mm,z_mm,qw,qx,qy,qz.
            30 poses and more, turned in all joints. It says which joints sit otherwise than described, how much was learnt of each,
            and the accuracy before and after on poses kept out of the fit; exit status 2 where they are not better for it.

            --out writes the corrected arm as a URDF, with its settings in YAML beside it, for --arm of any command. It is written only
            where it is better. The closed form of inverse kinematics does not hold for it: it is solved numerically.

            Example:
              stylet calibrate arm --arm Kinematics/ur5e.urdf --joints q.csv --poses marker.csv --out corrected.urdf
            """)

    @OptionGroup var armOptions: ArmOptions
    @Option(help: "CSV with one column a moving joint.") var joints: String
    @Option(help: "CSV: the marker in the tracker.") var poses: String
    @Option(help: "A URDF to write the corrected arm to.") var out: String?
    @OptionGroup var answer: AnswerOptions

    func validate() throws {
        guard out?.lowercased().hasSuffix(".urdf") ?? true else { throw ValidationError("--out ends in .urdf.") }
        guard out.map({ !isSame($0, armOptions.arm) && !isSame(Self.settings(of: $0), armOptions.arm) }) ?? true else {
            throw ValidationError("--out would overwrite the description in --arm: give it another name.")
        }
    }

    private func isSame(_ a: String, _ b: String) -> Bool {
        URL(fileURLWithPath: a).standardizedFileURL.deletingPathExtension()
            == URL(fileURLWithPath: b).standardizedFileURL.deletingPathExtension()
    }

    private static func settings(of urdf: String) -> String { urdf.dropLast(5) + ".yaml" }

    func execute(_ console: Console) throws -> Answer {
        if let out { try Output.mustBePossible(out) }
        let found = try console.step("load", "reading \(armOptions.arm)") { _ in try armOptions.load() }
        let rows = try found.readJoints(joints)
        let seen = try PoseTable.read(poses, of: Pose<Tracker, Marker>.self)
        guard rows.count == seen.count else {
            throw CalibrationError.countMismatch(robot: rows.count, camera: seen.count)
        }
        let sightings = zip(rows, seen).map { ArmSighting(joints: $0, X_TrackerMarker: $1) }
        let fit = try console.step("calibrate", "calibrating") { _ in try KinematicCalibration(found.arm, sightings) }
        console.say(
            String(
                format: "flange off by %.3f mm as described, %.3f mm corrected (RMS on poses kept out of the fit)",
                fit.before, fit.after))
        for error in fit.errors {
            for line in Sentences.sentences(error, named: found.jointNames[error.joint]) { console.say(line) }
        }
        let isBetter = fit.after < fit.before
        if !isBetter { console.warn("The corrected arm is no better: keep the description.") }
        if let out, isBetter { try write(fit.arm, of: found, to: out, console) }
        return Answer(fields: try fields(fit, found, isBetter, poses: rows.count), accepted: isBetter)
    }

    private func fields(
        _ fit: KinematicCalibration, _ found: ArmDescription, _ isBetter: Bool, poses: Int
    ) throws -> [String: JSONValue] {
        let marker = RigidTransformFile(fit.X_FlangeMarker, from: "marker", to: Flange.name)
        let tracker = RigidTransformFile(fit.X_BaseTracker, from: Tracker.name, to: Base.name)
        return [
            "out": isBetter ? out.map { .string($0) } ?? .null : .null,
            "before_mm": .number(fit.before), "after_mm": .number(fit.after), "poses": .int(poses),
            "marker": try JSONValue(transform: marker), "tracker": try JSONValue(transform: tracker),
            "joints": .array(fit.errors.map { Self.json($0, named: found.jointNames[$0.joint]) }),
        ]
    }

    /// The settings first: a URDF without them would be taken for a whole arm.
    private func write(_ arm: SerialArm, of found: ArmDescription, to out: String, _ console: Console) throws {
        let writer = ArmWriter(found, with: arm)
        try console.step("write", "writing \(out)") { _ in
            let name = URL(fileURLWithPath: out).lastPathComponent
            try AtomicFile.write(writer.settings(urdf: name), to: Self.settings(of: out))
            try AtomicFile.write(writer.urdf, to: out)
        }
        console.say("\(out): the corrected arm; \(Self.settings(of: out)): its settings")
    }

    private static func json(_ error: JointError, named name: String) -> JSONValue {
        func list(_ v: Vector3, _ scale: Double = 1) -> JSONValue { .numbers([v.x, v.y, v.z].map { $0 * scale }) }
        let degree = degrees(radians: 1)
        return [
            "name": .string(name), "shift_mm": list(error.shift), "shift_deviation_mm": list(error.shiftDeviation),
            "turn_deg": list(error.turn, degree), "turn_deviation_deg": list(error.turnDeviation, degree),
            "learnt": .numbers(error.learnt),
        ]
    }
}
