import Glibc
import Synchronization

/// Signals reach the program's loop through a pipe; nothing but that, and putting the terminal back where the program
/// must end at once, happens in their handlers (signal-safety(7)).
enum TerminalSignals {
    private static let ending: [Int32] = [SIGINT, SIGTERM, SIGHUP, SIGQUIT]
    private static let fatal: [Int32] = [SIGSEGV, SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGABRT]

    private static let pipeRead = Atomic<Int32>(-1)
    private static let pipeWrite = Atomic<Int32>(-1)
    private static let inputFile = Atomic<Int32>(-1)
    private static let outputFile = Atomic<Int32>(-1)
    /// Written before any handler can run, read by handlers alone.
    nonisolated(unsafe) private static let saved = UnsafeMutablePointer<termios>.allocate(capacity: 1)
    nonisolated(unsafe) private static let farewell: UnsafeMutableBufferPointer<UInt8> = {
        let bytes = Array(Terminal.leave.utf8)
        let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count)
        _ = copy.initialize(from: bytes)
        return copy
    }()

    /// - Returns: the end of the pipe to wait at.
    static func begin(_ input: Int32, _ output: Int32, _ settings: termios) throws(TerminalError) -> Int32 {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw .system(errno: errno) }
        for end in ends {
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
        saved.initialize(to: settings)
        _ = farewell.count
        inputFile.store(input, ordering: .sequentiallyConsistent)
        outputFile.store(output, ordering: .sequentiallyConsistent)
        pipeRead.store(ends[0], ordering: .sequentiallyConsistent)
        pipeWrite.store(ends[1], ordering: .sequentiallyConsistent)
        for signal in ending + [SIGWINCH] { install(signal) { TerminalSignals.pass($0) } }
        for signal in fatal { install(signal) { TerminalSignals.fail($0) } }
        unblock(ending + [SIGWINCH])
        return ends[0]
    }

    /// Whoever started the program may have left signals blocked, and then neither a resized nor a lost terminal is heard of.
    private static func unblock(_ numbers: [Int32]) {
        var set = sigset_t()
        sigemptyset(&set)
        for number in numbers { sigaddset(&set, number) }
        pthread_sigmask(SIG_UNBLOCK, &set, nil)
    }

    private static func install(_ number: Int32, _ handler: @escaping @convention(c) (Int32) -> Void) {
        var action = sigaction()
        action.__sigaction_handler.sa_handler = handler
        action.sa_flags = SA_RESTART
        sigaction(number, &action, nil)
    }

    private static func pass(_ number: Int32) {
        var byte = UInt8(truncatingIfNeeded: number)
        _ = write(pipeWrite.load(ordering: .sequentiallyConsistent), &byte, 1)
    }

    /// The program breaks down: the terminal is put back, and the signal does what it does without us.
    private static func fail(_ number: Int32) {
        restore()
        signal(number, SIG_DFL)
        raise(number)
    }

    static func next() -> Int32? {
        var byte: UInt8 = 0
        return read(pipeRead.load(ordering: .sequentiallyConsistent), &byte, 1) == 1 ? Int32(byte) : nil
    }

    private static func restore() {
        let output = outputFile.exchange(-1, ordering: .sequentiallyConsistent)
        guard output >= 0 else { return }
        _ = write(output, farewell.baseAddress, farewell.count)
        tcsetattr(inputFile.load(ordering: .sequentiallyConsistent), TCSANOW, saved)
    }

    static func end() {
        restore()
        for number in ending + fatal + [SIGWINCH] { signal(number, SIG_DFL) }
        let ends = [
            pipeRead.exchange(-1, ordering: .sequentiallyConsistent),
            pipeWrite.exchange(-1, ordering: .sequentiallyConsistent),
        ]
        for end in ends where end >= 0 { _ = close(end) }
    }
}
