/// Why a serial port cannot be used.
public enum SerialPortError: Error, Equatable, Sendable {
    /// No such file; the serial ports that there are.
    case doesNotExist(path: String, available: [String])
    case noPermission(path: String)
    /// Another program has it open.
    case busy(path: String)
    /// A file, a folder or another device.
    case notASerialPort(path: String)
    /// The driver refuses a setting; its errno.
    case refused(path: String, setting: PortSetting, errno: Int32)
    /// The cable was pulled, or the other side of the pseudo-terminal has gone.
    case lost(path: String)
    /// The system gives no pseudo-terminal; the call that failed.
    case pseudoTerminal(call: String, errno: Int32)
}

/// A setting of a serial port.
public enum PortSetting: Equatable, Sendable {
    case opening
    case baud(Int)
    case eightBitsNoParity
    case noFlowControl
    case raw
    case breakSignal
}
