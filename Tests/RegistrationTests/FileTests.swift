import Foundation
import Frames
import Imaging
import Registration
import TestSupport
import Testing

@Suite struct FileTests {
    func file<R>(_ name: String, _ content: String, _ body: (String) throws -> R) throws -> R {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent(name).path
        try Data(content.utf8).write(to: URL(fileURLWithPath: path))
        return try body(path)
    }

    @Test func aTransformComesBackExactly() throws {
        let pose = SurfaceRegistrationTests.truth.inverse
        try file("t.json", "") { path in
            try RigidTransformFile(pose).write(to: path)
            let back = try RigidTransformFile.read(path, as: Pose<Tracker, CT>.self)
            #expect((back * Point(1, 2, 3)).distance(to: pose * Point(1, 2, 3)) < 1e-11)
            #expect(try RigidTransformFile.read(path).from == "ct")
            #expect(throws: RegistrationError.self) { try RigidTransformFile.read(path, as: Pose<Base, CT>.self) }
        }
        let wrapped =
            "{\"fre_mm\":1,\"transform\":{\"from\":\"ct\",\"to\":\"base\","
            + "\"matrix\":[1,0,0,5,0,1,0,6,0,0,1,7,0,0,0,1]}}"
        try file("r.json", wrapped) { path in
            let pose = try RigidTransformFile.read(path, as: Pose<Base, CT>.self)
            #expect(pose.translation == Vector3(5, 6, 7))
        }
    }

    func problem(_ content: String) throws -> TransformFileProblem? {
        try file("t.json", content) { path in
            do throws(RegistrationError) {
                _ = try RigidTransformFile.read(path, as: Pose<Base, CT>.self)
                return nil
            } catch {
                guard case .file(_, let problem) = error else { return nil }
                return problem
            }
        }
    }

    @Test func falseTransformsAreRefused() throws {
        func json(_ m: String, from: String = "ct", to: String = "base") -> String {
            "{\"from\":\"\(from)\",\"to\":\"\(to)\",\"matrix\":[\(m)]}"
        }
        #expect(try problem("hello") == .notJSON)
        #expect(try problem("[]") == .notJSON)
        #expect(try problem("{\"to\":\"base\",\"matrix\":[]}") == .missingKey("from"))
        #expect(try problem("{\"from\":\"ct\",\"to\":\"base\",\"matrix\":[1,\"a\"]}") == .missingKey("matrix"))
        #expect(try problem(json("1,2,3")) == .matrix(.wrongCount(3)))
        #expect(try problem(json("-1,0,0,0,0,1,0,0,0,0,1,0,0,0,0,1")) == .matrix(.mirrored))
        guard case .matrix(.notARotation) = try problem(json("1,0.001,0,0,0,1,0,0,0,0,1,0,0,0,0,1")),
            case .matrix(.notRigid) = try problem(json("1,0,0,0,0,1,0,0,0,0,1,0,0,0,0,2"))
        else {
            Issue.record("accepted")
            return
        }
        let identity = "1,0,0,0,0,1,0,0,0,0,1,0,0,0,0,1"
        #expect(
            try problem(json(identity, from: "base", to: "ct"))
                == .wrongFrames(from: "base", to: "ct", wantedFrom: "ct", wantedTo: "base"))
        #expect(throws: RegistrationError.cannotRead(path: "/nowhere.json", .notFound)) {
            try RigidTransformFile.read("/nowhere.json")
        }
    }

    @Test func pointsComeBackExactly() throws {
        let table = PointsFile<CT>(
            points: [Point(1.25, -3e-7, 900.123456789), Point(0, 0.1, 1)], names: ["a,b", "Dorn L3"])
        try file("p.csv", "") { path in
            try table.write(to: path)
            let back = try PointsFile<CT>.read(path)
            #expect(back.points == table.points && back.names == ["a b", "Dorn L3"])
        }
        let other = "\u{FEFF}name, Z_mm ,x_mm,y_mm,comment\r\n# by hand\r\n\r\n p1, 3, 1, 2, \r\n"
        try file("p.csv", other) { path in
            let back = try PointsFile<CT>.read(path)
            #expect(back.points == [Point(1, 2, 3)] && back.names == ["p1"])
        }
    }

    @Test(arguments: [
        ("", 1, PointsFileProblem.empty), ("x_mm,y_mm\n1,2\n", 1, .missingColumns(["z_mm"])),
        ("1,2,3\n", 1, .missingColumns(["x_mm", "y_mm", "z_mm"])), ("x_mm,y_mm,z_mm,x_mm\n", 1, .doubledColumn("x_mm")),
        ("x_mm,y_mm,z_mm\n1,2,3\n1,2\n", 3, .wrongColumnCount(expected: 3, found: 2)),
        ("x_mm,y_mm,z_mm\n1,2,nan\n", 2, .notANumber(column: "z_mm", text: "nan")),
        ("x_mm,y_mm,z_mm\n1,zwei,3\n", 2, .notANumber(column: "y_mm", text: "zwei")),
        ("x_mm,y_mm,z_mm\n1,1e99,3\n", 2, .notANumber(column: "y_mm", text: "1e99")), ("x_mm,y_mm,z_mm\n", 1, .empty),
    ])
    func brokenTablesSayWhere(content: String, line: Int, what: PointsFileProblem) throws {
        try file("p.csv", content) { path in
            _ = #expect(throws: RegistrationError.points(path: path, line: line, what)) {
                try PointsFile<CT>.read(path)
            }
        }
    }
}
