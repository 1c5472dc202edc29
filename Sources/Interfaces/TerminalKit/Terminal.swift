import Glibc

/// Why a terminal cannot be used.
public enum TerminalError: Error, Equatable, Sendable {
    /// The file descriptor is no terminal.
    case notATerminal
    case system(errno: Int32)
    /// The other end is gone.
    case disconnected
}

/// The terminal that the program runs in: raw keys, the alternate screen, mouse, and everything put back at the end.
///
/// One at a time: signals that end the program put it back, too.
public final class Terminal {
    private let input: Int32
    private let output: Int32
    private let wakeRead: Int32
    private var isOpen = true

    public struct Size: Equatable, Sendable {
        public var columns, rows: Int
        /// Of the whole window, 0 where the terminal does not say.
        public var pixelWidth, pixelHeight: Int
    }

    static let enter = "\u{1B}[?1049h\u{1B}[?25l\u{1B}[?1002h\u{1B}[?1006h\u{1B}[?2004h\u{1B}[?7l"
    static let leave =
        "\u{1B}[0m\u{1B}[?7h\u{1B}[?2004l\u{1B}[?1006l\u{1B}[?1002l\u{1B}[?25h\u{1B}[?1049l"

    /// Takes over the terminal.
    /// - Throws: `TerminalError`.
    public init(input: Int32 = 0, output: Int32 = 1) throws(TerminalError) {
        guard isatty(input) == 1, isatty(output) == 1 else { throw .notATerminal }
        self.input = input
        self.output = output
        var saved = termios()
        guard tcgetattr(input, &saved) == 0 else { throw .system(errno: errno) }
        wakeRead = try TerminalSignals.begin(input, output, saved)
        var raw = saved
        cfmakeraw(&raw)
        withUnsafeMutableBytes(of: &raw.c_cc) {
            $0[Int(VMIN)] = 0
            $0[Int(VTIME)] = 0
        }
        guard tcsetattr(input, TCSAFLUSH, &raw) == 0 else {
            let error = errno
            TerminalSignals.end()
            throw .system(errno: error)
        }
        try write(Array(Self.enter.utf8))
    }

    deinit { if isOpen { TerminalSignals.end() } }

    /// Puts everything back.
    public func close() {
        guard isOpen else { return }
        isOpen = false
        TerminalSignals.end()
    }

    public var size: Size {
        var window = winsize()
        guard ioctl(output, UInt(TIOCGWINSZ), &window) == 0, window.ws_col > 0, window.ws_row > 0 else {
            return Size(columns: 80, rows: 24, pixelWidth: 0, pixelHeight: 0)
        }
        return Size(
            columns: Int(window.ws_col), rows: Int(window.ws_row), pixelWidth: Int(window.ws_xpixel),
            pixelHeight: Int(window.ws_ypixel))
    }

    /// Writes everything, and waits for a terminal that takes nothing; one that does not block and takes nothing for five
    /// seconds counts as gone.
    public func write(_ bytes: [UInt8]) throws(TerminalError) {
        var at = 0
        while at < bytes.count {
            let count = bytes.withUnsafeBytes { Glibc.write(output, $0.baseAddress! + at, bytes.count - at) }
            if count > 0 {
                at += count
            } else if errno == EAGAIN {
                var poller = pollfd(fd: output, events: Int16(POLLOUT), revents: 0)
                if poll(&poller, 1, 5000) == 0 { throw .disconnected }
            } else if errno != EINTR {
                throw errno == EIO || errno == EPIPE ? .disconnected : .system(errno: errno)
            }
        }
    }

    public enum Wake: Equatable, Sendable {
        case input([UInt8])
        case resized
        case ended(signal: Int32)
        case timeout
    }

    /// Waits for keys, for another size, or for the end, at most so long.
    public func wait(seconds: Double) throws(TerminalError) -> Wake {
        var pollers = [
            pollfd(fd: input, events: Int16(POLLIN), revents: 0),
            pollfd(fd: wakeRead, events: Int16(POLLIN), revents: 0),
        ]
        let limit = Int32(min(max(seconds * 1000, 0), 3.6e6).rounded(.up))
        let ready = poll(&pollers, 2, limit)
        if ready == 0 { return .timeout }
        if ready < 0 { if errno == EINTR { return .timeout } else { throw .system(errno: errno) } }
        if pollers[1].revents != 0, let signal = TerminalSignals.next() {
            return signal == SIGWINCH ? .resized : .ended(signal: signal)
        }
        guard pollers[0].revents != 0 else { return .timeout }
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = buffer.withUnsafeMutableBytes { read(input, $0.baseAddress!, $0.count) }
        guard count > 0 else {
            if count < 0, errno == EINTR || errno == EAGAIN { return .timeout }
            throw .disconnected
        }
        return .input(Array(buffer[..<count]))
    }
}
