import Foundation
import TestSupport

/// A folder of a test's own with the repository's data in it, so that every path in a sentence is short and the same anywhere.
final class ScratchFolder: Sendable {
    let url: URL

    init() throws {
        url = try temporaryFolder()
        for name in ["Kinematics", "Phantoms", "SimScenes", "Catalogues"] {
            try FileManager.default.copyItem(
                at: repositoryFolder().appendingPathComponent(name).resolvingSymlinksInPath(),
                to: url.appendingPathComponent(name))
        }
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    subscript(_ path: String) -> URL { url.appendingPathComponent(path) }

    func write(_ text: String, to path: String) throws {
        try FileManager.default.createDirectory(
            at: self[path].deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: self[path])
    }

    func text(_ path: String) throws -> String { try String(contentsOf: self[path], encoding: .utf8) }

    /// Writes `path` anew with one piece of its text changed.
    func copy(_ path: String, to other: String, replacing old: String, with new: String) throws {
        let before = try text(path)
        let after = before.replacing(old, with: new)
        guard after != before else { throw ScratchError.nothingToReplace(path, old) }
        try write(after, to: other)
    }

    /// The files of a folder, sorted by name.
    func files(_ folder: String) throws -> [URL] {
        try FileManager.default.contentsOfDirectory(at: self[folder], includingPropertiesForKeys: nil)
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
    }

    /// Runs `stylet` here.
    @discardableResult
    func run(_ arguments: [String], seconds: Double = 120) throws -> ProgramRun {
        try runStylet(arguments, in: url, seconds: seconds)
    }

    /// Runs `stylet` here, for what must succeed on the way to a test.
    func mustRun(_ arguments: String...) throws {
        let run = try self.run(arguments)
        guard run.status == 0 else { throw ScratchError.failed(arguments, run.errors) }
    }
}

enum ScratchError: Error {
    case nothingToReplace(String, String)
    case failed([String], String)
}
