import ArgumentParser
import Calibration
import Foundation
import Frames
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

            Example:
              stylet calibrate arm --arm Kinematics/ur5e.urdf --joints q.csv --poses marker.csv
            """)

    @OptionGroup var armOptions: ArmOptions
    @Option(help: "CSV with one column a moving joint.") var joints: String
    @Option(help: "CSV: the marker in the tracker.") var poses: String
    @OptionGroup var answer: AnswerOptions

    func execute(_ console: Console) throws -> Answer {
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
        return Answer(
            fields: [
                "before_mm": .number(fit.before), "after_mm": .number(fit.after), "poses": .int(rows.count),
                "marker": try JSONValue(
                    transform: RigidTransformFile(fit.X_FlangeMarker, from: "marker", to: Flange.name)),
                "tracker": try JSONValue(
                    transform: RigidTransformFile(fit.X_BaseTracker, from: Tracker.name, to: Base.name)),
                "joints": .array(fit.errors.map { Self.json($0, named: found.jointNames[$0.joint]) }),
            ], accepted: isBetter)
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
