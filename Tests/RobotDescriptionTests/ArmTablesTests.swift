import ControlCore
import Foundation
import Frames
import RobotDescription
import RobotModel
import TestSupport
import Testing

@Suite struct ArmTablesTests {
    static func ur5e() throws -> ArmDescription {
        try ArmDescription.load(repositoryFolder().appendingPathComponent("Kinematics/ur5e.urdf").path)
    }

    static func problem(_ text: String, columns: [String] = ["a", "b"]) -> (TableProblem, Int?)? {
        do throws(RobotDescriptionError) { _ = try NumberTable.parse(text, file: "t.csv", columns: columns) } catch {
            if case .table(file: "t.csv", let line, let problem) = error { return (problem, line) }
        }
        return nil
    }

    @Test func tablesAreReadInAnyOrderAndLineEnding() throws {
        let table = try NumberTable.parse("\u{FEFF}b, a\r\n1,2\r\n 3 ,-4e-3\r\n\n", file: "t.csv", columns: ["a", "b"])
        #expect(table.rows == [[2, 1], [-0.004, 3]])
        #expect(try NumberTable.parse(table.csv, file: "t.csv", columns: ["a", "b"]) == table)
        #expect(try NumberTable.parse("a,b\n", file: "t.csv", columns: ["a", "b"]).rows.isEmpty)
    }

    @Test func brokenTablesAreNamedWithTheirLine() {
        func check(_ text: String, _ expected: TableProblem, line: Int?) {
            let found = Self.problem(text)
            #expect(found?.0 == expected && found?.1 == line, "\(text)")
        }
        check("", .noHeader, line: nil)
        check("1,2\n", .wrongColumns(found: ["1", "2"], expected: ["a", "b"]), line: 1)
        check("a,a\n", .wrongColumns(found: ["a", "a"], expected: ["a", "b"]), line: 1)
        check("a,b\n1,2\n1\n", .wrongCount(found: 1, expected: 2), line: 3)
        check("a,b\n1,2,3\n", .wrongCount(found: 3, expected: 2), line: 2)
        check("a,b\n1,2\n\n1,2\n", .wrongCount(found: 1, expected: 2), line: 3)
        check("a,b\n1,x\n", .badNumber(column: "b", value: "x"), line: 2)
        check("a,b\nnan,1\n", .badNumber(column: "a", value: "nan"), line: 2)
        check("a,b\n1,inf\n", .badNumber(column: "b", value: "inf"), line: 2)
        check("a,b\n1,\n", .badNumber(column: "b", value: ""), line: 2)
    }

    @Test func quaternionsWithoutLengthAreNamed() throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("p.csv")
        try "x_mm,y_mm,z_mm,qw,qx,qy,qz\n0,0,0,1,0,0,0\n0,0,0,0,0,0,0\n".write(
            to: file, atomically: true, encoding: .utf8)
        #expect(throws: RobotDescriptionError.table(file: file.path, line: 3, .badQuaternion)) {
            try Self.ur5e().readPoses(file.path)
        }
    }

    /// Joints → poses → joints → poses through the files' own formats.
    @Test func forwardAndInverseAgreeThroughFiles() throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let arm = try Self.ur5e()
        var random = SeededGenerator(seed: 3)
        var joints: [JointVector] = []
        for _ in 0..<50 {
            var q = JointVector(count: 6)
            for i in 0..<6 { q[i] = (random.uniform() * 2 - 1) * arm.arm.limits(i).upper }
            joints.append(q)
        }
        let file = folder.appendingPathComponent("poses.csv")
        try arm.poseTable(joints).csv.write(to: file, atomically: true, encoding: .utf8)
        let poses = try arm.readPoses(file.path)
        var ticks = 0.0
        let rows = arm.solveAll(poses) {
            ticks += 2
            return ticks
        }
        #expect(rows.count == 50 && rows.allSatisfy { $0.time_us == 2 })
        for (row, q) in zip(rows, joints) {
            let found = try #require(row.answer.joints)
            let (A, B) = (arm.arm.forwardKinematics(found), arm.arm.forwardKinematics(q))
            #expect(length(A.translation - B.translation) < 1e-6 && (A.rotation.inverse * B.rotation).angle < 2e-9)
        }
        let csv = arm.answerCSV(rows).split(separator: "\n")
        #expect(csv.count == 51 && csv[0] == "ok,q1_rad,q2_rad,q3_rad,q4_rad,q5_rad,q6_rad,time_us")
        #expect(csv[1].hasPrefix("1,") && csv[1].hasSuffix(",2.000"))
    }

    @Test func posesWithoutAnswerHaveEmptyJoints() throws {
        let arm = try Self.ur5e()
        let far = Pose<Base, Flange>(rotation: .identity(), translation: Vector3(2000, 0, 0))
        let csv = arm.answerCSV(arm.solveAll([far], clock: { 0 }))
        #expect(csv.split(separator: "\n").last == "0,,,,,,,0.000")
    }
}
