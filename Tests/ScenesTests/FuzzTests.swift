import Foundation
import TestSupport
import Testing

@testable import Scenes

/// Damaged scenes: a scene or an error, never a crash or a hang.
@Suite struct FuzzTests {
    @Test(arguments: ["lumbar-screws", "lumbar-faults"]) func definitions(_ name: String) throws {
        let source = repositoryFolder().appendingPathComponent("SimScenes/\(name).yaml")
        let whole = [UInt8](try Data(contentsOf: source))
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("hurt.yaml")
        let outcome = try fuzz(whole) { bytes in
            try Data(bytes).write(to: file)
            return (try? SceneDefinition.load(file.path)) != nil
        }
        #expect(outcome.isTelling && outcome.slowest < 5, "\(outcome)")
    }
}
