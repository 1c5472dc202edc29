import SerialPorts

/// What goes wrong with a tracker that speaks NDI's protocol.
public enum NDIError: Error, Equatable, Sendable {
    /// Nothing came within the time; the command that was sent, and seconds.
    case silent(command: String, seconds: Double)
    /// A reply whose checksum or form is wrong; how it begins.
    case garbled(start: String)
    /// The tracker's own error, by its number; the command that was sent.
    case refused(command: String, number: UInt8)
    /// The port is gone, or was closed.
    case lost
    /// The port cannot be used, or not set as the tracker needs it.
    case port(SerialPortError)
    /// No tool was given: the tracker would have nothing to look for.
    case noTools
    /// Another reply than the command's; how it begins.
    case unexpected(command: String, reply: String)

    /// Whether it may help to connect anew: cables are put back and trackers switched on again, but a tool that is not there
    /// does not come by waiting.
    public var isPassing: Bool {
        switch self {
        case .noTools: false
        default: true
        }
    }

    /// The tracker's error in its maker's words, shortened (API guide, table of error codes).
    public static func meaning(of number: UInt8) -> String {
        switch number {
        case 0x01: "it does not know the command"
        case 0x02, 0x03: "the command has the wrong length"
        case 0x04: "the command arrived damaged"
        case 0x05: "the command took too long"
        case 0x06: "the port's speed cannot be set so"
        case 0x07: "the command has the wrong number of parameters"
        case 0x08: "there is no such port handle"
        case 0x09: "there is no such tracking priority"
        case 0x0C: "the command does not fit the tracker's present mode"
        case 0x0D: "no tool is assigned to the port"
        case 0x0E: "the port is not initialised"
        case 0x0F: "the port is not enabled"
        case 0x10: "the tracker is not initialised"
        case 0x11: "tracking cannot be stopped"
        case 0x12: "tracking cannot be started"
        case 0x13: "the tool's definition cannot be read"
        case 0x14: "the tool's definition is not valid"
        case 0x1D: "no more port handles are free"
        default: "error \(number) of its table"
        }
    }
}
