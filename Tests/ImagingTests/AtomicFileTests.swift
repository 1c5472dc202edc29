import Foundation
import TestSupport
import Testing

@testable import Imaging

@Suite struct AtomicFileTests {
    @Test func aFailedWriteLeavesTheOldFile() throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("a.txt").path
        try AtomicFile.write("old", to: path)
        #expect(throws: ImagingError.unwritable(path: path, .failed("half way"))) {
            try AtomicFile.write(to: path) { (file) throws(WriteProblem) in
                try file.append(Data("new".utf8))
                throw .failed("half way")
            }
        }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "old")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.txt"])
        try AtomicFile.write("new", to: path)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "new")
    }

    /// One letter is a name: Foundation's splitting of paths ends the program there. Nothing is written.
    @Test func aNameOfOneLetterIsAName() throws {
        #expect(throws: ImagingError.unwritable(path: "k", .failed("no"))) {
            try AtomicFile.write(to: "k") { (_) throws(WriteProblem) in throw .failed("no") }
        }
    }

    @Test func whatCannotBeWrittenIsSaid() throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        #expect(throws: ImagingError.unwritable(path: folder.path, .inTheWay)) {
            try AtomicFile.write("", to: folder.path)
        }
        let missing = folder.path + "/no/such/a.txt"
        #expect(throws: ImagingError.unwritable(path: missing, .system(errno: ENOENT))) {
            try AtomicFile.write("", to: missing)
        }
        let file = folder.path + "/a"
        try AtomicFile.write("x", to: file)
        #expect(throws: ImagingError.unwritable(path: file, .inTheWay)) {
            try AtomicFile.writeFolder(to: file) { _ in }
        }
    }

    @Test func foldersAppearWholeOrNotAtAll() throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.path + "/out"
        #expect(throws: ImagingError.self) {
            try AtomicFile.writeFolder(to: path) { (inside) throws(WriteProblem) in
                _ = FileManager.default.createFile(atPath: inside + "/a", contents: Data())
                throw .failed("half way")
            }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
        try AtomicFile.writeFolder(to: path) { _ = FileManager.default.createFile(atPath: $0 + "/a", contents: Data()) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: path) == ["a"])
        #expect(throws: ImagingError.unwritable(path: path, .folderNotOurs)) {
            try AtomicFile.writeFolder(to: path) { _ in }
        }
    }
}
