import Foundation
import Testing

@testable import Files

@Suite struct WholeFileTests {
    private func folder() throws -> URL {
        let place = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        return place
    }

    @Test(arguments: [0, 1, 65_535, 65_536, 300_001]) func readsEveryByte(_ count: Int) throws {
        let place = try folder()
        defer { try? FileManager.default.removeItem(at: place) }
        let file = place.appendingPathComponent("a.bin")
        let bytes = Data((0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) })
        try bytes.write(to: file)
        #expect(try WholeFile.read(file.path) == bytes)
        #expect(try WholeFile.read(file.path, limit: count) == bytes)
        if count > 0 {
            #expect(throws: FileRefusal.tooLarge(bytes: count, limit: count - 1)) {
                try WholeFile.read(file.path, limit: count - 1)
            }
        }
    }

    @Test func refusesWhatIsNoFile() throws {
        let place = try folder()
        defer { try? FileManager.default.removeItem(at: place) }
        let pipe = place.appendingPathComponent("pipe").path
        #expect(mkfifo(pipe, 0o600) == 0)
        for path in [pipe, place.path, "/dev/zero"] {
            #expect(throws: FileRefusal.notAFile) { try WholeFile.read(path) }
        }
        #expect(throws: FileRefusal.notFound) { try WholeFile.read(place.path + "/absent") }
        #expect(throws: FileRefusal.notFound) { try WholeFile.read("") }
        #expect(throws: FileRefusal.notFound) { try WholeFile.read("/dev/null/under") }
    }

    /// A file that says it is empty and is not.
    @Test func readsWhatTheSystemMakesUp() throws {
        let text = String(decoding: try WholeFile.read("/proc/self/status"), as: UTF8.self)
        #expect(text.contains("Pid:"))
        #expect(throws: FileRefusal.self) { try WholeFile.read("/proc/self/status", limit: 10) }
    }
}
