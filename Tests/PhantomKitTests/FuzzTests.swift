import Foundation
import TestSupport
import Testing

@testable import PhantomKit

/// Damaged phantom definitions: a phantom or an error, never a crash or a hang.
@Suite struct FuzzTests {
    @Test(arguments: ["lumbar", "cervical", "metal", "head"]) func definitions(_ name: String) throws {
        let whole = [UInt8](
            try Data(contentsOf: repositoryFolder().appendingPathComponent("Phantoms/\(name).yaml")))
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("hurt.yaml")
        let outcome = try fuzz(whole) { bytes in
            try Data(bytes).write(to: file)
            guard let definition = try? PhantomDefinition.load(file.path) else { return false }
            return (try? Phantom(definition)) != nil
        }
        #expect(outcome.isTelling && outcome.slowest < 10, "\(outcome)")
    }
}
