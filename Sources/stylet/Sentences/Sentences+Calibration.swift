import Calibration
import Foundation
import Frames

extension Sentences {
    private static func angle(_ x: Double) -> String { String(format: "%.1f°", degrees(radians: x)) }

    static func failureOf(_ error: CalibrationError) -> Failure {
        switch error {
        case .tooFewPoses, .notFinite, .countMismatch: failureOfPoses(error)
        case .sweepTooNarrow, .turnTooSmall, .axisTilted, .parallelMotions: failureOfMotions(error)
        case .numerical(let inner): Failure(code: "numerical", message: "The calibration cannot be solved (\(inner)).")
        case .uncertainty(let inner): failureOf(inner)
        case .robot(let inner): Failure(code: "not-an-arm", message: "The corrected arm is none (\(inner)).")
        }
    }

    /// Poses that do not go together.
    private static func failureOfPoses(_ error: CalibrationError) -> Failure {
        switch error {
        case .tooFewPoses(let found, let needed):
            Failure(code: "too-few-poses", message: "\(found) poses are too few: record at least \(needed).")
        case .notFinite(let index):
            Failure(code: "not-finite", message: "Pose \(index + 1) is not a finite place in the room.")
        case .countMismatch(let robot, let camera):
            Failure(
                code: "count-mismatch",
                message:
                    "Paired poses come in equal numbers, but there are \(robot) of the arm and \(camera) of the camera."
            )
        default: Failure(code: "failed", message: "\(error)")
        }
    }

    /// Motions that leave something loose.
    private static func failureOfMotions(_ error: CalibrationError) -> Failure {
        switch error {
        case .sweepTooNarrow(let sweep, let needed):
            Failure(
                code: "sweep-too-narrow",
                message:
                    "The tool was tilted by only ±\(angle(sweep)) about its least tilted axis, which leaves the tip loose: tilt it to all sides, by ±\(angle(needed)) at the least."
            )
        case .turnTooSmall, .axisTilted: failureOfSpin(error)
        case .parallelMotions:
            Failure(
                code: "parallel-motions",
                message:
                    "The flange turned about nearly one axis only, which leaves the shift along it free: turn it about two more, by 30° and more."
            )
        default: Failure(code: "failed", message: "\(error)")
        }
    }

    /// Turns about the tool's own axis.
    private static func failureOfSpin(_ error: CalibrationError) -> Failure {
        switch error {
        case .turnTooSmall(let turn, let needed):
            Failure(
                code: "turn-too-small",
                message:
                    "The tool spun by only \(angle(turn)): turn it about its axis, by \(angle(needed)) at the least.")
        case .axisTilted(let tilt, let allowed):
            Failure(
                code: "axis-tilted",
                message:
                    "The tool's axis tilted by \(angle(tilt)) while it spun, and \(angle(allowed)) is the most: hold it in a guide."
            )
        default: Failure(code: "failed", message: "\(error)")
        }
    }

    /// What was really learnt of a joint: beyond two of its own deviations, and more than half of what was unknown.
    static func sentences(_ error: JointError, named name: String) -> [String] {
        ["x", "y", "z"].enumerated().flatMap { k, axis -> [String] in
            var lines: [String] = []
            if error.learnt[3 + k] > 0.5, abs(error.shift[k]) > 2 * error.shiftDeviation[k] {
                lines.append(
                    String(
                        format: "  %@ sits %+.2f mm along its %@ (to %.2f)", name, error.shift[k], axis,
                        error.shiftDeviation[k]))
            }
            if error.learnt[k] > 0.5, abs(error.turn[k]) > 2 * error.turnDeviation[k] {
                lines.append(
                    String(
                        format: "  %@ is turned by %+.3f° about its %@ (to %.3f)", name,
                        degrees(radians: error.turn[k]),
                        axis, degrees(radians: error.turnDeviation[k])))
            }
            return lines
        }
    }

    static func sentence(_ doubt: PivotDoubt) -> String {
        switch doubt {
        case .poorFit(let rms): String(format: "the tip did not stay in one place (RMS %.2f mm): pivot again", rms)
        case .imprecise(let error): String(format: "the tip is held to %.2f mm only: record more, and wider", error)
        case .moved(let distance):
            String(
                format: "the hole moved by %.2f mm between the first and the second half: fix it and pivot again",
                distance)
        case .strays(let part):
            String(format: "%.0f %% of the poses are strays: is the marker seen well?", part * 100)
        }
    }
}
