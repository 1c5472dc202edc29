import Foundation

/// How a run of the program ended.
public struct ProgramRun: Sendable {
    public let status: Int32
    public let output: String
    public let errors: String

    /// The one JSON object on standard output; `nil` where there is not exactly one.
    public var json: [String: Any]? {
        (try? JSONSerialization.jsonObject(with: Data(output.utf8))) as? [String: Any]
    }
}

/// The built `stylet` beside the running tests.
public func styletProgram() -> URL {
    let folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    return folder.appendingPathComponent("stylet")
}

/// Runs `stylet` to its end, at most `seconds` long, and keeps what it printed.
public func runStylet(_ arguments: [String], in folder: URL? = nil, seconds: Double = 120) throws -> ProgramRun {
    let process = Process()
    process.executableURL = styletProgram()
    process.arguments = arguments
    process.currentDirectoryURL = folder ?? repositoryFolder()
    let scratch = try temporaryFolder()
    defer { try? FileManager.default.removeItem(at: scratch) }
    let (outputFile, errorFile) = (scratch.appendingPathComponent("out"), scratch.appendingPathComponent("err"))
    _ = FileManager.default.createFile(atPath: outputFile.path, contents: nil)
    _ = FileManager.default.createFile(atPath: errorFile.path, contents: nil)
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: outputFile)
    process.standardError = try FileHandle(forWritingTo: errorFile)
    try process.run()
    let deadline = Date(timeIntervalSinceNow: seconds)
    while process.isRunning, Date() < deadline { Thread.sleep(forTimeInterval: 0.005) }
    if process.isRunning { process.terminate() }
    process.waitUntilExit()
    return ProgramRun(
        status: process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus,
        output: try String(contentsOf: outputFile, encoding: .utf8),
        errors: try String(contentsOf: errorFile, encoding: .utf8))
}
