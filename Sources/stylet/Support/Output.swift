import Foundation
import Planning

/// Looks at an output's place before long work, so that nobody waits minutes for an answer that cannot be written.
enum Output {
    /// The nearest folder that exists must take new files.
    ///
    /// - Throws: `Failure`, code `not-written`.
    static func mustBePossible(_ path: String) throws(Failure) {
        var isFolder: ObjCBool = false
        let parent = URL(fileURLWithPath: path).deletingLastPathComponent().path
        guard FileManager.default.fileExists(atPath: parent, isDirectory: &isFolder) else {
            throw Failure(
                code: "not-written", message: "\(path) cannot be written: there is no folder \(parent); make it first.")
        }
        guard isFolder.boolValue else {
            throw Failure(code: "not-written", message: "\(path) cannot be written: \(parent) is a file, not a folder.")
        }
        guard access(parent, W_OK) == 0 else {
            throw Failure(code: "not-written", message: "\(path) cannot be written: you may not write in \(parent).")
        }
    }
}

extension Output {
    /// Makes a folder and those above it, where they are missing.
    ///
    /// - Throws: `Failure`, code `not-written`.
    static func makeFolder(_ path: String) throws(Failure) {
        if access(path, F_OK) != 0 {
            let parent = URL(fileURLWithPath: path).deletingLastPathComponent().path
            if access(parent, F_OK) != 0 { try makeFolder(parent) }
            guard mkdir(path, 0o777) == 0 else { throw notMade(path, errno) }
        }
        var isFolder: ObjCBool = false
        _ = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        guard isFolder.boolValue else { throw notMade(path, ENOTDIR) }
        guard access(path, W_OK) == 0 else { throw notMade(path, EACCES) }
    }

    private static func notMade(_ path: String, _ number: Int32) -> Failure {
        let reason = String(cString: strerror(number)).lowercased()
        return Failure(code: "not-written", message: "Files cannot be written in the folder \(path): \(reason).")
    }
}

extension PlanFile {
    /// Reads a plan; the sentence of what is wrong with it names the file.
    static func read(_ path: String) throws -> PlanFile {
        do throws(PlanningError) { return try PlanFile(path: path) } catch {
            switch error {
            case .notJSON, .notAPlan:
                let failure = Sentences.failureOf(error)
                throw Failure(code: failure.code, message: "\(path): \(failure.message)")
            default: throw error
            }
        }
    }
}
