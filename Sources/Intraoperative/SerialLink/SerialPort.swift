import ArmProtocol
import CSerialPort
import Glibc

/// An open serial port in raw mode, eight bits, no parity, one stop bit, no flow control; or a pseudo-terminal.
///
/// Reading and writing never wait, lock or allocate.
public final class SerialPort: ByteTransport, @unchecked Sendable {
    // Unchecked: a port is used by one thread at a time, first the one that opens it, then the loop's.
    public let path: String
    /// Whether the driver was told not to hold bytes back; false where it has no such setting.
    public let hasLowLatency: Bool
    public private(set) var isLost = false
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

    public func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        guard !isLost, buffer.count > 0 else { return 0 }
        let count = Glibc.read(handle, buffer.baseAddress, buffer.count)
        if count > 0 { return count }
        // In this mode no bytes means EAGAIN; none without an error is the end of the line.
        if count == 0 || !Self.isPassing(errno) { isLost = true }
        return 0
    }

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

    /// Forgets bytes that came before, such as reports meant for a program that ran earlier.
    public func discardInput() { tcflush(handle, TCIFLUSH) }
}
