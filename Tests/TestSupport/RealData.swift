import Foundation

/// The folder of real images: `STYLET_DATA`, or `shared/data` beside the checkout; `nil` where there is none.
public func realDataFolder() -> URL? {
    let named = ProcessInfo.processInfo.environment["STYLET_DATA"].map { URL(fileURLWithPath: $0) }
    let beside = repositoryFolder().deletingLastPathComponent().appendingPathComponent("shared/data")
    return [named, beside].compactMap { $0 }.first { FileManager.default.fileExists(atPath: $0.path) }
}

/// A path in the folder of real images; `nil` where the folder or the path is missing. Use with `.enabled(if:)`.
public func realData(_ path: String) -> URL? {
    guard let url = realDataFolder()?.appendingPathComponent(path) else { return nil }
    return FileManager.default.fileExists(atPath: url.path) ? url : nil
}

/// The checkout that these tests were built from.
public func repositoryFolder() -> URL {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
}

/// A new empty folder below the system's temporary one, removed at exit at the latest.
public func temporaryFolder() throws -> URL {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("stylet-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    Leftovers.add(folder: url)
    return url
}
