import Foundation
import Synchronization

/// A `stylet` at a terminal of its own, as a person has it: keys go in, a screen comes out. It is killed with its owner.
public final class TerminalProgram {
    private let process = Process()
    private let near: Int32
    private let shown: Screen
    private let errorFile: URL

    /// What the reading thread fills: the program waits for nobody.
    private final class Screen: Sendable {
        let state: Mutex<TerminalScreen>

        init(_ screen: TerminalScreen) { state = Mutex(screen) }
    }

    /// Starts `stylet` with `arguments` in `folder`.
    public init(_ arguments: [String], in folder: URL, columns: Int = 120, rows: Int = 40) throws {
        var far: Int32 = -1
        var end: Int32 = -1
        var size = winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
        guard openpty(&end, &far, nil, nil, &size) == 0 else { throw CocoaError(.fileReadUnknown) }
        near = end
        _ = fcntl(near, F_SETFD, FD_CLOEXEC)
        shown = Screen(TerminalScreen(columns: columns, rows: rows))
        errorFile = try temporaryFolder().appendingPathComponent("err")
        _ = FileManager.default.createFile(atPath: errorFile.path, contents: nil)
        try start(arguments, in: folder, at: FileHandle(fileDescriptor: far, closeOnDealloc: true))
        read()
    }

    private func start(_ arguments: [String], in folder: URL, at terminal: FileHandle) throws {
        process.executableURL = styletProgram()
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.environment = ProcessInfo.processInfo.environment.merging(
            ["TERM": "xterm-256color", "COLORTERM": "truecolor"]) { $1 }
        (process.standardInput, process.standardOutput) = (terminal, terminal)
        process.standardError = try FileHandle(forWritingTo: errorFile)
        try process.run()
        Leftovers.add(program: process.processIdentifier)
        // Here nobody keeps the terminal open.
        (process.standardInput, process.standardOutput) = (FileHandle.nullDevice, FileHandle.nullDevice)
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
        Leftovers.remove(program: process.processIdentifier)
        close(near)
        try? FileManager.default.removeItem(at: errorFile.deletingLastPathComponent())
    }

    private func read() {
        let (file, shown) = (dup(near), shown)
        Thread {
            var buffer = [UInt8](repeating: 0, count: 1 << 16)
            while true {
                let count = buffer.withUnsafeMutableBytes { Foundation.read(file, $0.baseAddress, $0.count) }
                guard count > 0 else { break }
                shown.state.withLock { $0.receive(buffer[..<count]) }
            }
            close(file)
        }.start()
    }

    /// The screen's rows.
    public var screen: String { shown.state.withLock(\.text) }
    /// What was printed before and after the screen.
    public var printed: String { shown.state.withLock(\.printed) }
    /// Everything on standard error so far.
    public var errors: String { (try? String(contentsOf: errorFile, encoding: .utf8)) ?? "" }
    public var isRunning: Bool { process.isRunning }
    /// The exit status, negative for the signal that ended it.
    public var status: Int32 {
        process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
    }

    /// The answer of `--json`: the last line that was printed.
    public var json: [String: Any]? {
        let line = printed.split(whereSeparator: \.isNewline).last { $0.hasPrefix("{") } ?? ""
        return (try? JSONSerialization.jsonObject(with: Data(line.utf8))) as? [String: Any]
    }

    public func type(_ keys: String) {
        let bytes = Array(keys.utf8)
        _ = bytes.withUnsafeBytes { write(near, $0.baseAddress, $0.count) }
    }

    public func signal(_ number: Int32) { kill(process.processIdentifier, number) }

    public func resize(columns: Int, rows: Int) {
        var size = winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
        shown.state.withLock { $0.resize(columns: columns, rows: rows) }
        _ = ioctl(near, UInt(TIOCSWINSZ), &size)
        // The terminal is not the program's controlling one: the kernel sends nothing.
        signal(SIGWINCH)
    }

    /// Waits until `condition` holds or `seconds` are over; whether it came to hold.
    public func wait(seconds: Double = 15, until condition: (TerminalProgram) -> Bool) -> Bool {
        let deadline = Date(timeIntervalSinceNow: seconds)
        while Date() < deadline {
            if condition(self) { return true }
            Thread.sleep(forTimeInterval: 0.02)
        }
        return condition(self)
    }

    /// Waits until the screen says so.
    public func waits(for text: String, seconds: Double = 15) -> Bool {
        wait(seconds: seconds) { $0.screen.contains(text) }
    }

    /// Waits for the end, and for the last of what it printed.
    public func waitUntilEnd(seconds: Double = 15) -> Bool {
        guard wait(seconds: seconds, until: { !$0.isRunning }) else { return false }
        Thread.sleep(forTimeInterval: 0.1)
        return true
    }
}
