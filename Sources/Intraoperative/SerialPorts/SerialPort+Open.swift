import CSerialPort
import Glibc

extension SerialPort {
    /// Opens `path` for this program alone. `baud` may be any number that the driver can make; a pseudo-terminal takes
    /// every number and has no speed.
    ///
    /// - Throws: `SerialPortError`.
    public static func open(_ path: String, baud: Int) throws(SerialPortError) -> SerialPort {
        guard let real = resolve(path) else {
            if errno == EACCES { throw .noPermission(path: path) }
            throw .doesNotExist(path: path, available: available())
        }
        var status = stat()
        guard stat(real, &status) == 0, status.st_mode & S_IFMT == S_IFCHR else { throw .notASerialPort(path: path) }
        guard access(real, R_OK | W_OK) == 0 else { throw .noPermission(path: path) }
        guard baud > 0, baud <= 100_000_000 else {
            throw .refused(path: path, setting: .baud(baud), errno: EINVAL)
        }
        var record: OpaquePointer?
        if sp_get_port_by_name(real, &record) == SP_OK, let record {
            return try openSerial(record, path: path, baud: baud)
        }
        return try openTerminal(real, path: path)
    }

    /// The serial ports that the system knows; pseudo-terminals are not among them.
    public static func available() -> [String] {
        var list: UnsafeMutablePointer<OpaquePointer?>?
        guard sp_list_ports(&list) == SP_OK, let list else { return [] }
        defer { sp_free_port_list(list) }
        var names: [String] = []
        var next = list
        while let port = next.pointee {
            if let name = sp_get_port_name(port) { names.append(String(cString: name)) }
            next += 1
        }
        return names.sorted()
    }

    /// The path without links, as `/dev/serial/by-id/…` are; `nil` with errno where there is none.
    private static func resolve(_ path: String) -> String? {
        guard !path.utf8.contains(0), let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }

    private static func openSerial(
        _ record: OpaquePointer, path: String, baud: Int
    ) throws(SerialPortError) -> SerialPort {
        guard sp_open(record, SP_MODE_READ_WRITE) == SP_OK else {
            let error = errno
            sp_free_port(record)
            throw openingError(error, path: path)
        }
        var handle: Int32 = -1
        sp_get_port_handle(record, &handle)
        do throws(SerialPortError) {
            try claim(handle, path: path)
            // Cleared by the last close, so not for pseudo-terminals, which their server keeps open.
            _ = serial_exclusive(handle)
            try configure(record, path: path, baud: baud)
            try makeRaw(handle, path: path)
        } catch {
            sp_close(record)
            sp_free_port(record)
            throw error
        }
        let hasLowLatency = serial_low_latency(handle) == 0
        return SerialPort(path: path, handle: handle, record: record, hasLowLatency: hasLowLatency)
    }

    private static func configure(_ record: OpaquePointer, path: String, baud: Int) throws(SerialPortError) {
        func demand(_ status: sp_return, _ setting: PortSetting) throws(SerialPortError) {
            guard status == SP_OK else { throw .refused(path: path, setting: setting, errno: errno) }
        }
        try demand(sp_set_baudrate(record, Int32(baud)), .baud(baud))
        try demand(sp_set_bits(record, 8), .eightBitsNoParity)
        try demand(sp_set_parity(record, SP_PARITY_NONE), .eightBitsNoParity)
        try demand(sp_set_stopbits(record, 1), .eightBitsNoParity)
        try demand(sp_set_flowcontrol(record, SP_FLOWCONTROL_NONE), .noFlowControl)
    }

    /// A terminal that libserialport does not know: a pseudo-terminal.
    private static func openTerminal(_ real: String, path: String) throws(SerialPortError) -> SerialPort {
        let handle = Glibc.open(real, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
        guard handle >= 0 else { throw openingError(errno, path: path) }
        do throws(SerialPortError) {
            guard isatty(handle) == 1 else { throw .notASerialPort(path: path) }
            try claim(handle, path: path)
            try makeRaw(handle, path: path)
        } catch {
            Glibc.close(handle)
            throw error
        }
        return SerialPort(path: path, handle: handle, record: nil, hasLowLatency: serial_low_latency(handle) == 0)
    }

    private static func openingError(_ error: Int32, path: String) -> SerialPortError {
        switch error {
        case EACCES, EPERM: .noPermission(path: path)
        case EBUSY: .busy(path: path)
        case ENOENT, ENXIO, ENODEV: .doesNotExist(path: path, available: available())
        case ENOTTY: .notASerialPort(path: path)
        default: .refused(path: path, setting: .opening, errno: error)
        }
    }

    /// A lock on the file keeps a second program of ours out even where it runs as root.
    private static func claim(_ handle: Int32, path: String) throws(SerialPortError) {
        guard flock(handle, LOCK_EX | LOCK_NB) == 0 else { throw .busy(path: path) }
    }

    /// No line editing, no echo, no translation; a read with nothing there gives EAGAIN, so that 0 means the end.
    private static func makeRaw(_ handle: Int32, path: String) throws(SerialPortError) {
        var settings = termios()
        guard tcgetattr(handle, &settings) == 0 else { throw .notASerialPort(path: path) }
        cfmakeraw(&settings)
        settings.c_cflag |= tcflag_t(CLOCAL | CREAD)
        withUnsafeMutableBytes(of: &settings.c_cc) {
            $0[Int(VMIN)] = 1
            $0[Int(VTIME)] = 0
        }
        guard tcsetattr(handle, TCSANOW, &settings) == 0 else {
            throw .refused(path: path, setting: .raw, errno: errno)
        }
    }
}
