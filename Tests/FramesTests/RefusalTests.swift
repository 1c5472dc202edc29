import Foundation
import Testing

/// Wrong compositions of frames do not compile: each file of `MustNotCompile` is type-checked against the Frames sources.
///
/// The first line of a file says what is expected: `// compiles`, or `// refused: TEXT`, where the compiler's error holds
/// TEXT, so that a file which fails for another reason does not count.
@Suite struct RefusalTests {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    static let sources = folder.deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Sources/Core/Frames")

    /// The compiler on the PATH.
    static let compiler: URL? = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        .map { URL(fileURLWithPath: String($0)).appendingPathComponent("swiftc") }
        .first { FileManager.default.isExecutableFile(atPath: $0.path) }

    /// Runs the compiler; its exit status and all that it wrote.
    static func compile(_ arguments: [String]) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = compiler
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, output)
    }

    static func files(_ folder: URL, _ ending: String) throws -> [URL] {
        try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.lastPathComponent.hasSuffix(ending) }.sorted { $0.path < $1.path }
    }

    @Test(.enabled(if: compiler != nil, "skipped: there is no swiftc on the PATH"))
    func wrongCompositionsDoNotCompile() throws {
        let work = FileManager.default.temporaryDirectory.appendingPathComponent("stylet-refusal-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: work, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: work) }
        let common = ["-swift-version", "6", "-module-cache-path", work.appendingPathComponent("cache").path]
        let module = work.appendingPathComponent("Frames.swiftmodule").path
        let frames = try Self.files(Self.sources, ".swift").map(\.path)
        let made = try Self.compile(
            common + ["-emit-module", "-parse-as-library", "-module-name", "Frames", "-o", module] + frames)
        try #require(made.status == 0, "\(made.output)")

        let cases = try Self.files(Self.folder.appendingPathComponent("MustNotCompile"), ".swift.txt")
        #expect(cases.count > 8)
        for file in cases {
            let text = try String(contentsOf: file, encoding: .utf8)
            let source = work.appendingPathComponent("main.swift")
            try ("import Frames\n" + text).write(to: source, atomically: true, encoding: .utf8)
            let answer = try Self.compile(common + ["-typecheck", "-I", work.path, source.path])
            Self.judge(answer, expected: String(text.prefix { $0 != "\n" }), name: file.lastPathComponent)
        }
    }

    static func judge(_ answer: (status: Int32, output: String), expected: String, name: String) {
        if expected == "// compiles" {
            #expect(answer.status == 0, "\(name): \(answer.output)")
            return
        }
        let reason = expected.replacingOccurrences(of: "// refused: ", with: "")
        #expect(reason != expected, "\(name) does not say what is expected")
        #expect(answer.status != 0, "\(name) compiles, which it must not")
        let errors = answer.output.split(separator: "\n").filter { $0.contains(" error: ") }
        #expect(errors.contains { $0.contains(reason) }, "\(name): \(answer.output)")
    }
}
