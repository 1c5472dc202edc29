import Foundation
import TestSupport
import Testing

/// Words that allocate, lock, print or end the program do not occur in the sources of the real-time core.
@Suite struct RealTimeSourceTests {
    static let forbidden = [
        "print(", "debugPrint(", "malloc(", "fopen(", "Mutex", "NSLock", "pthread_", "DispatchQueue", "Task {",
        "async ",
        "fatalError(", "try!", "as!", "String(format", "sleep(", "gettimeofday", "clock_gettime",
    ]

    static func sources() throws -> [(String, String)] {
        let root = repositoryFolder().appendingPathComponent("Sources").resolvingSymlinksInPath()
        var found: [(String, String)] = []
        for target in ImportTests.realTimeCore.sorted() {
            let folder = root.appendingPathComponent(
                (["Frames", "SmallMatrix"].contains(target) ? "Core/" : "Intraoperative/") + target)
            let files = try #require(FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil))
            for case let file as URL in files where file.pathExtension == "swift" {
                found.append((file.lastPathComponent, try String(contentsOf: file, encoding: .utf8)))
            }
        }
        return found
    }

    @Test func noForbiddenWord() throws {
        let sources = try Self.sources()
        #expect(sources.count > 10)
        for (file, text) in sources {
            for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
                let code = line.components(separatedBy: "//")[0]
                for word in Self.forbidden where code.contains(word) {
                    Issue.record("\(file):\(number + 1) has \(word)")
                }
            }
        }
    }
}
