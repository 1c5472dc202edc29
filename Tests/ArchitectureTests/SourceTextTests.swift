import Foundation
import TestSupport
import Testing

/// What holds of the text of every file.
@Suite struct SourceTextTests {
    /// Sources, tests and what stands beside them, with their paths in the checkout.
    static func files() throws -> [(path: String, text: String)] {
        let root = repositoryFolder()
        var found: [(String, String)] = []
        for name in ["Sources", "Tests", "Scripts", "Documentation", "Package.swift", "Makefile", "README.md"] {
            let place = root.appendingPathComponent(name).resolvingSymlinksInPath()
            var all = [place]
            if let below = FileManager.default.enumerator(at: place, includingPropertiesForKeys: nil) {
                for case let file as URL in below { all.append(file) }
            }
            for file in all {
                guard let text = try? String(contentsOf: file, encoding: .utf8) else { continue }
                found.append((name + file.path.dropFirst(place.path.count), text))
            }
        }
        return found
    }

    @Test func noFileIsLong() throws {
        let code = try Self.files().filter { $0.path.hasPrefix("Sources/") || $0.path.hasPrefix("Tests/") }
        #expect(code.count > 300)
        for (path, text) in code {
            let lines = text.utf8.count { $0 == 10 }
            #expect(lines <= 400, "\(path) has \(lines) lines")
        }
    }

    /// A path of one machine works on no other.
    @Test func noPathOfOneMachine() throws {
        let places = ["work", "home", "Users", "root", "opt"].map { "/\($0)/" }
        for (path, text) in try Self.files() {
            for place in places {
                let isNamed = text.contains(place)
                #expect(!isNamed, "\(path) names \(place)")
            }
        }
    }
}
