import Glibc

/// Both ends of a pseudo-terminal in raw mode. The far end stays open here, so that clients may come and go.
public final class PseudoTerminal: Sendable {
    /// What a client opens.
    public let path: String
    private let near: Int32
    private let far: Int32

    /// - Throws: `SerialPortError.pseudoTerminal`.
    public init() throws(SerialPortError) {
        var (near, far): (Int32, Int32) = (-1, -1)
        var name = [CChar](repeating: 0, count: 128)
        guard openpty(&near, &far, &name, nil, nil) == 0 else {
            throw .pseudoTerminal(call: "openpty", errno: errno)
        }
        for handle in [near, far] { _ = fcntl(handle, F_SETFD, FD_CLOEXEC) }
        _ = fcntl(near, F_SETFL, fcntl(near, F_GETFL) | O_NONBLOCK)
        var settings = termios()
        if tcgetattr(far, &settings) == 0 {
            cfmakeraw(&settings)
            _ = tcsetattr(far, TCSANOW, &settings)
        }
        (self.near, self.far) = (near, far)
        path = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        close(near)
        close(far)
    }

    /// What a client wrote; 0 where there is nothing.
    public func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        max(Glibc.read(near, buffer.baseAddress, buffer.count), 0)
    }

    /// How many bytes the terminal took; it takes none where nobody reads and it is full.
    public func write(_ bytes: UnsafeRawBufferPointer) -> Int {
        max(Glibc.write(near, bytes.baseAddress, bytes.count), 0)
    }

    /// Waits until a client wrote something, at most `seconds`.
    public func waitForInput(seconds: Double) -> Bool {
        var request = pollfd(fd: near, events: Int16(POLLIN), revents: 0)
        return poll(&request, 1, Int32(max(0, min(seconds * 1000, 1e6)).rounded(.up))) > 0
    }
}
