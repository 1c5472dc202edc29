import ArmProtocol
import SerialPorts

/// Why an arm on a serial port cannot be used.
public enum SerialLinkError: Error, Equatable, Sendable {
    case port(SerialPortError)
    /// The port works, but no session with an arm came about on it.
    case arm(path: String, ArmProtocolError)
}
