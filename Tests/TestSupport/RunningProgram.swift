import Foundation

/// A `stylet` that runs beside the test: what it has printed so far, and signals to it. It is killed with its owner.
public final class RunningProgram {
    private let process = Process()
    private let scratch: URL

    /// Starts `stylet` with `arguments` in `folder`.
    public init(_ arguments: [String], in folder: URL) throws {
        scratch = try temporaryFolder()
        process.executableURL = styletProgram()
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try Self.file(scratch, "out")
        process.standardError = try Self.file(scratch, "err")
        try process.run()
        Leftovers.add(program: process.processIdentifier)
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
        Leftovers.remove(program: process.processIdentifier)
        try? FileManager.default.removeItem(at: scratch)
    }

    /// Everything on standard output so far.
    public var output: String { text("out") }
    /// Everything on standard error so far.
    public var errors: String { text("err") }
    public var isRunning: Bool { process.isRunning }

    /// The exit status, negative for the signal that ended it; `nil` while it runs.
    public var status: Int32? {
        guard !process.isRunning else { return nil }
        return process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
    }

    public func signal(_ number: Int32) { kill(process.processIdentifier, number) }

    /// The whole lines of standard error that are JSON objects.
    public var errorObjects: [[String: Any]] {
        errors.split(separator: "\n", omittingEmptySubsequences: false).dropLast().compactMap {
            try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
        }
    }

    /// Waits until `condition` holds or `seconds` are over; whether it came to hold.
    public func wait(seconds: Double, until condition: (RunningProgram) throws -> Bool) rethrows -> Bool {
        let deadline = Date(timeIntervalSinceNow: seconds)
        while Date() < deadline {
            if try condition(self) { return true }
            Thread.sleep(forTimeInterval: 0.01)
        }
        return try condition(self)
    }

    /// Waits for the end; whether it came within `seconds`.
    public func waitUntilEnd(seconds: Double) -> Bool { wait(seconds: seconds) { !$0.isRunning } }

    private func text(_ name: String) -> String {
        String(decoding: (try? Data(contentsOf: scratch.appendingPathComponent(name))) ?? Data(), as: UTF8.self)
    }

    private static func file(_ folder: URL, _ name: String) throws -> FileHandle {
        let url = folder.appendingPathComponent(name)
        guard FileManager.default.createFile(atPath: url.path, contents: nil) else {
            throw CocoaError(.fileWriteUnknown)
        }
        return try FileHandle(forWritingTo: url)
    }
}
