import Foundation
import TestSupport
import Testing

@testable import RobotDescription

/// Damaged arms and tables: an answer or an error, never a crash or a hang.
@Suite struct FuzzTests {
    @Test func robots() throws {
        let file = repositoryFolder().appendingPathComponent("Kinematics/ur5e.urdf")
        let outcome = fuzz([UInt8](try Data(contentsOf: file))) {
            (try? URDFRobot.parse(Data($0), file: "a.urdf")) != nil
        }
        #expect(outcome.isTelling && outcome.slowest < 5, "\(outcome)")
    }

    /// The whole way to an arm, with its settings beside it.
    @Test func arms() throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, other) in [("ur5e.urdf", "ur5e.yaml"), ("ur5e.yaml", "ur5e.urdf")] {
            let source = repositoryFolder().appendingPathComponent("Kinematics")
            try Data(contentsOf: source.appendingPathComponent(other)).write(to: folder.appendingPathComponent(other))
            let outcome = try fuzz([UInt8](try Data(contentsOf: source.appendingPathComponent(name)))) { bytes in
                try Data(bytes).write(to: folder.appendingPathComponent(name))
                return (try? ArmDescription.load(folder.appendingPathComponent("ur5e.urdf").path)) != nil
            }
            #expect(outcome.isTelling && outcome.slowest < 5, "\(name): \(outcome)")
        }
    }

    @Test func tables() throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("q.csv").path
        let text = "q1_rad,q2_rad,q3_mm\n0,-1.5,1e2\n0.25,1,2\n-3,0,0\n"
        let outcome = try fuzz(Array(text.utf8)) { bytes in
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            guard let table = try? NumberTable.read(path, columns: ["q1_rad", "q2_rad", "q3_mm"]) else { return false }
            return table.rows.allSatisfy { $0.count == 3 && $0.allSatisfy(\.isFinite) }
        }
        #expect(outcome.isTelling && outcome.slowest < 5, "\(outcome)")
    }
}
