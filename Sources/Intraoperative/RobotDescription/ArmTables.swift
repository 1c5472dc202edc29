import ControlCore
import Foundation
import Frames
import RobotModel

/// One pose's answer of inverse kinematics, as a row of a table.
public struct InverseKinematicsRow: Equatable, Sendable {
    public var answer: InverseKinematicsAnswer
    /// How long the solver took, µs of wall clock.
    public var time_us: Double
}

extension ArmDescription {
    /// `x_mm,y_mm,z_mm,qw,qx,qy,qz`.
    public static let poseColumns = PoseTable.columns

    /// Descents from elsewhere that `ik` allows where there is no closed form: far outside a loop's time.
    public static let restarts = 1000

    /// `q1_rad,q2_rad,q3_mm,…`: a column a moving joint from base to tip, `_mm` where it slides.
    public var jointColumns: [String] {
        (0..<arm.jointCount).map { "q\($0 + 1)_\(arm.joint($0).kind == .prismatic ? "mm" : "rad")" }
    }

    /// The joint positions in a CSV file of `jointColumns`.
    public func readJoints(_ path: String) throws(RobotDescriptionError) -> [JointVector] {
        try NumberTable.read(path, columns: jointColumns).rows.compactMap { JointVector($0) }
    }

    /// The poses of the tip in the base in a CSV file of `poseColumns`.
    public func readPoses(_ path: String) throws(RobotDescriptionError) -> [Pose<Base, Flange>] {
        try PoseTable.read(path)
    }

    /// The table of the tip's poses in the base for joint positions (`arm fk`).
    public func poseTable(_ joints: [JointVector]) -> NumberTable {
        let rows = joints.map { q in
            let X = arm.forwardKinematics(q)
            let turn = X.rotation.quaternion
            return [
                X.translation.x, X.translation.y, X.translation.z, turn.w, turn.v.x, turn.v.y, turn.v.z,
            ]
        }
        return NumberTable(columns: Self.poseColumns, rows: rows)
    }

    /// Solves each pose by itself, from the same `seed`, so that no answer depends on the pose before (`arm ik`).
    ///
    /// - Parameter clock: reads µs; it is asked before and after each pose.
    public func solveAll(
        _ poses: [Pose<Base, Flange>], seed: JointVector? = nil, restarts: Int = restarts, clock: () -> Double
    ) -> [InverseKinematicsRow] {
        let start = seed ?? settings.home
        var rows: [InverseKinematicsRow] = []
        rows.reserveCapacity(poses.count)
        for pose in poses {
            let before = clock()
            let answer = inverseKinematics.solve(pose, near: start, restarts: restarts)
            rows.append(InverseKinematicsRow(answer: answer, time_us: clock() - before))
        }
        return rows
    }

    /// `ok`, the joint columns, `time_us`; a pose without an answer has empty joints.
    public func answerCSV(_ rows: [InverseKinematicsRow]) -> String {
        var text = (["ok"] + jointColumns + ["time_us"]).joined(separator: ",") + "\n"
        for row in rows {
            let joints = row.answer.joints.map { $0.array.map { "\($0)" } }
            let cells = joints ?? Array(repeating: "", count: arm.jointCount)
            text += ([joints == nil ? "0" : "1"] + cells + [String(format: "%.3f", row.time_us)]).joined(separator: ",")
            text += "\n"
        }
        return text
    }
}
