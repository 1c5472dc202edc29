import Foundation
import TestSupport
import Testing

/// Package.swift says the same as the table of arrows.
@Suite struct PackageTests {
    static func manifest() throws -> String {
        try String(contentsOf: repositoryFolder().appendingPathComponent("Package.swift"), encoding: .utf8)
    }

    /// The words in quotes between the first `open` after `start` and the next `close`.
    private static func list(_ text: Substring, from open: String) -> Set<String> {
        guard let start = text.range(of: open)?.upperBound, let end = text[start...].firstIndex(of: "]") else {
            return []
        }
        let parts = text[start..<end].split(separator: "\"", omittingEmptySubsequences: false)
        return Set(parts.enumerated().filter { $0.offset % 2 == 1 }.map { String($0.element) })
    }

    /// Target → the folder of Sources that it names, and our own targets that it lists.
    static func targets() throws -> [String: (folder: String, uses: Set<String>)] {
        var found: [String: (String, Set<String>)] = [:]
        for part in try manifest().components(separatedBy: "module(").dropFirst(2) {
            // One declaration ends where the next begins, or its array does.
            let text = part.components(separatedBy: "\n]\n")[0][...]
            let words = text.split(separator: "\"", omittingEmptySubsequences: false)
            guard words.count > 3 else { continue }
            let head = text.components(separatedBy: ".executableTarget")[0][...]
            found[String(words[1])] = (String(words[3]), list(head, from: "uses: ["))
        }
        let program = try manifest().components(separatedBy: ".executableTarget(")[1][...]
        found["stylet"] = ("", list(program, from: "dependencies: ["))
        return found
    }

    @Test func dependenciesAreTheArrows() throws {
        let targets = try Self.targets()
        #expect(Set(targets.keys) == Set(ImportTests.arrows.keys))
        for (name, target) in targets {
            #expect(target.uses == Set(ImportTests.arrows[name] ?? []), "\(name)")
        }
    }

    @Test func everyTargetHasItsFolderAndEveryFolderItsTarget() throws {
        let sources = repositoryFolder().appendingPathComponent("Sources")
        var folders: Set<String> = []
        for group in ["Core", "Preoperative", "Intraoperative", "Simulation", "Interfaces"] {
            let names = try FileManager.default.contentsOfDirectory(atPath: sources.appendingPathComponent(group).path)
            folders.formUnion(names.filter { !$0.hasPrefix(".") }.map { "\(group)/\($0)" })
        }
        let named = try Self.targets().filter { $0.key != "stylet" }.map { "\($0.value.folder)/\($0.key)" }
        #expect(folders == Set(named))
        let shims = try FileManager.default.contentsOfDirectory(atPath: sources.appendingPathComponent("Shims").path)
        #expect(Set(shims.filter { !$0.hasPrefix(".") }) == ImportTests.shims)
    }

    /// A target without tests would be one that nobody judges.
    @Test func everyTargetHasItsTests() throws {
        let manifest = try Self.manifest()
        for name in ImportTests.arrows.keys where name != "stylet" {
            #expect(manifest.contains("\"\(name)Tests\""), "\(name)")
        }
        #expect(manifest.contains("\"SystemTests\""))
    }
}
