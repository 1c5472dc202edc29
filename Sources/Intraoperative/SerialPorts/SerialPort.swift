import CSerialPort
import Glibc

/// An open serial port in raw mode, eight bits, no parity, one stop bit, no flow control; or a pseudo-terminal.
///
/// Reading and writing never wait, lock or allocate.
public final class SerialPort: @unchecked Sendable {
    // Unchecked: a port is used by one thread at a time, first the one that opens it, then the loop's.
    public let path: String
    /// Whether the driver was told not to hold bytes back; false where it has no such setting.
    public let hasLowLatency: Bool
    public private(set) var isLost = false
    /// Without wires: it has no speed and no break.
    public var isPseudoTerminal: Bool { record == nil }
    private let handle: Int32
    /// libserialport's own record of the port; `nil` for a pseudo-terminal, which that library does not know.
    private let record: OpaquePointer?

    init(path: String, handle: Int32, record: OpaquePointer?, hasLowLatency: Bool) {
        self.path = path
        self.handle = handle
        self.record = record
        self.hasLowLatency = hasLowLatency
    }

    deinit {
        if let record {
            sp_close(record)
            sp_free_port(record)
        } else {
            Glibc.close(handle)
        }
    }

    /// Takes at most `buffer.count` bytes that have come; how many, 0 where there are none.
    public func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        guard !isLost, buffer.count > 0 else { return 0 }
        let count = Glibc.read(handle, buffer.baseAddress, buffer.count)
        if count > 0 { return count }
        // In this mode no bytes means EAGAIN; none without an error is the end of the line.
        if count == 0 || !Self.isPassing(errno) { isLost = true }
        return 0
    }

    /// Gives as many of `bytes` as the port takes now; how many.
    public func write(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard !isLost, bytes.count > 0 else { return 0 }
        let count = Glibc.write(handle, bytes.baseAddress, bytes.count)
        if count >= 0 { return count }
        if !Self.isPassing(errno) { isLost = true }
        return 0
    }

    private static func isPassing(_ error: Int32) -> Bool {
        error == EAGAIN || error == EWOULDBLOCK || error == EINTR
    }

    /// Waits until bytes have come, at most `seconds`; not for the loop.
    public func waitForInput(seconds: Double) -> Bool {
        var request = pollfd(fd: handle, events: Int16(POLLIN), revents: 0)
        return poll(&request, 1, Int32(max(0, min(seconds * 1000, 1e6)).rounded(.up))) > 0
    }

    /// Waits until the port takes bytes again, at most `seconds`; not for the loop.
    public func waitForOutput(seconds: Double) -> Bool {
        var request = pollfd(fd: handle, events: Int16(POLLOUT), revents: 0)
        return poll(&request, 1, Int32(max(0, min(seconds * 1000, 1e6)).rounded(.up))) > 0
    }

    /// Forgets bytes that came before, such as reports meant for a program that ran earlier.
    public func discardInput() { tcflush(handle, TCIFLUSH) }

    /// Waits until everything written has left, then changes the speed. A pseudo-terminal takes every number.
    ///
    /// - Throws: `SerialPortError.refused`.
    public func setBaud(_ baud: Int) throws(SerialPortError) {
        guard let record else { return }
        _ = tcdrain(handle)
        guard baud > 0, baud <= 100_000_000, sp_set_baudrate(record, Int32(baud)) == SP_OK else {
            throw .refused(path: path, setting: .baud(baud), errno: errno)
        }
    }

    /// Holds the line low for a quarter of a second and more. On a pseudo-terminal nothing happens.
    ///
    /// - Throws: `SerialPortError.refused`.
    public func sendBreak() throws(SerialPortError) {
        guard tcsendbreak(handle, 0) == 0 else { throw .refused(path: path, setting: .breakSignal, errno: errno) }
    }
}
