import ArgumentParser
import Calibration
import Foundation
import Frames
import Planning
import Registration
import RobotDescription

struct CalibrateGroup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "calibrate",
        abstract: "Where a tool's tip and axis are, and how arm and tracker stand to one another.",
        subcommands: [CalibratePivot.self, CalibrateHandEye.self, CalibrateArm.self, CalibrateCArm.self])
}

struct CalibratePivot: StyletCommand {
    static let configuration = CommandConfiguration(
        commandName: "pivot", abstract: "A tool's tip, from poses recorded while it turned about that tip in a hole.",
        discussion: """
            The table holds the marker's poses in the tracker: x_mm,y_mm,z_mm,qw,qx,qy,qz. Tilt the tool to all sides, by 20° and
            more: a sweep too narrow to trust is refused. Exit status 2 where something else speaks against the result.

            With --spin, poses recorded while the tool turned about its own axis in the hole, it gives the axis too.

            Example:
              stylet calibrate pivot sweep.csv --spin turn.csv
            """)

    @Argument(help: "CSV of poses: x_mm,y_mm,z_mm,qw,qx,qy,qz.") var poses: String
    @Option(help: "CSV of poses while the tool spins about its axis.") var spin: String?
    @OptionGroup var answer: AnswerOptions

    func execute(_ console: Console) throws -> Answer {
        let sweep = try PoseTable.read(poses, of: Pose<Tracker, Marker>.self)
        let fit = try console.step("calibrate", "calibrating") { _ in try PivotCalibration(sweep) }
        let doubts = fit.doubts().map(Sentences.sentence)
        let axis = try spin.map {
            try SpinCalibration(PoseTable.read($0, of: Pose<Tracker, Marker>.self), tip: fit.tip)
        }
        console.say(
            String(
                format:
                    "tip (%.3f, %.3f, %.3f) mm in the marker, held to %.3f mm; RMS %.3f mm over %d poses, sweep ±%.0f°",
                fit.tip.x, fit.tip.y, fit.tip.z, fit.covariance.rms, fit.rms, sweep.count, degrees(radians: fit.sweep)))
        if !fit.strays.isEmpty { console.say("\(fit.strays.count) poses left out: their tip lay elsewhere") }
        if let axis {
            console.say(
                String(
                    format: "axis (%.4f, %.4f, %.4f), steady to %.2f°", axis.axis.vector.x, axis.axis.vector.y,
                    axis.axis.vector.z, degrees(radians: axis.tilt)))
        }
        for doubt in doubts { console.warn(doubt) }
        var fields: [String: JSONValue] = [
            "tip_mm": .numbers(fit.tip.list), "pivot_mm": .numbers(fit.pivot.list), "rms_mm": .number(fit.rms),
            "tip_error_mm": .number(fit.covariance.rms), "sweep_deg": .number(degrees(radians: fit.sweep)),
            "left_out": .array(fit.strays.map { .int($0) }), "doubts": .strings(doubts),
        ]
        if let axis { fields["axis"] = .numbers([axis.axis.vector.x, axis.axis.vector.y, axis.axis.vector.z]) }
        return Answer(fields: fields, accepted: doubts.isEmpty)
    }
}

struct CalibrateHandEye: StyletCommand {
    static let configuration = CommandConfiguration(
        commandName: "handeye", abstract: "How a tracker stands to an arm's base, and a marker to its flange.",
        discussion: """
            Paired poses, row for row: the flange in the base as the arm tells it, and the marker on the flange as the tracker sees it,
            both x_mm,y_mm,z_mm,qw,qx,qy,qz. With --camera-on-flange the camera rides on the flange and sees a fixed marker. Turn
            the flange about several axes, by 30° and more: motions that leave a direction free are refused.

            Example:
              stylet calibrate handeye robot.csv camera.csv --out tracker-to-base.json
            """)

    @Argument(help: "CSV: the flange in the base.") var robot: String
    @Argument(help: "CSV: the marker in the tracker.") var camera: String
    @Flag(help: "The camera is on the flange, the marker fixed in the room.") var cameraOnFlange = false
    @Option(help: "A file for the fixed transform to the base.") var out: String?
    @OptionGroup var answer: AnswerOptions

    func execute(_ console: Console) throws -> Answer {
        let arm = try PoseTable.read(robot, of: Pose<Base, Flange>.self)
        let seen = try PoseTable.read(camera, of: Pose<Tracker, Marker>.self)
        return cameraOnFlange
            ? try solve(arm, seen.map(\.inverse), rides: "camera", stands: "marker", console)
            : try solve(arm, seen, rides: "marker", stands: "tracker", console)
    }

    /// - Parameters:
    ///   - rides: what is on the flange.
    ///   - stands: what stands in the room.
    private func solve<Stands: Frame, Rides: Frame>(
        _ arm: [Pose<Base, Flange>], _ seen: [Pose<Stands, Rides>], rides: String, stands: String, _ console: Console
    ) throws -> Answer {
        let fit = try console.step("calibrate", "calibrating") { _ in try HandEyeCalibration(arm: arm, seen: seen) }
        console.say(
            String(
                format: "RMS %.3f mm and %.3f° over %d pairs; %@ in the flange to %.3f mm, %@ in the base to %.3f mm",
                fit.rms.translation, degrees(radians: fit.rms.rotation), arm.count, rides, fit.expected.flange, stands,
                fit.expected.base))
        let room = RigidTransformFile(fit.Z_BaseCamera, from: stands, to: Base.name)
        if let out { try room.write(to: out) }
        return Answer(fields: [
            "flange": try JSONValue(transform: RigidTransformFile(fit.X_FlangeSeen, from: rides, to: Flange.name)),
            "base": try JSONValue(transform: room),
            "rms_mm": .number(fit.rms.translation), "rms_deg": .number(degrees(radians: fit.rms.rotation)),
            "flange_error_mm": .number(fit.expected.flange), "base_error_mm": .number(fit.expected.base),
            "residuals_mm": .numbers(fit.residuals.map(\.translation)),
            "residuals_deg": .numbers(fit.residuals.map { degrees(radians: $0.rotation) }),
        ])
    }
}

extension Point {
    fileprivate var list: [Double] { [x, y, z] }
}
