/// The serial protocol of Northern Digital's trackers (Polaris, Vega, Aurora): commands and text replies.
///
/// Source: "Polaris Vega/Spectra/Vicra and Aurora Application Program Interface Guide", NDI.
public enum NDIMessage {
    /// Longest line that either side takes, bytes.
    public static let longest = 4096
    public static let carriageReturn = UInt8(ascii: "\r")

    /// CRC-16 with the polynomial x¹⁶ + x¹⁵ + x² + 1, the lowest bit first, from 0.
    public static func checksum(_ bytes: some Sequence<UInt8>) -> UInt16 {
        bytes.reduce(UInt16(0)) { sum, byte in
            (0..<8).reduce(sum ^ UInt16(byte)) { crc, _ in crc & 1 == 1 ? crc >> 1 ^ 0xA001 : crc >> 1 }
        }
    }

    /// A command with its checksum: `NAME:PARAMETERS`, four digits, carriage return.
    public static func command(_ name: String, _ parameters: String = "") -> [UInt8] {
        line(Array((name + ":" + parameters).utf8))
    }

    /// A text reply with its checksum.
    public static func reply(_ text: String) -> [UInt8] { line(Array(text.utf8)) }

    private static func line(_ bytes: [UInt8]) -> [UInt8] { bytes + hex(checksum(bytes)) + [carriageReturn] }

    /// Four capital hexadecimal digits.
    static func hex(_ value: UInt16) -> [UInt8] {
        (0..<4).reversed().map { digits[Int(value >> UInt16(4 * $0) & 15)] }
    }

    private static let digits = Array("0123456789ABCDEF".utf8)

    /// The number that capital or small hexadecimal digits write; nothing where one is no digit.
    public static func number(_ text: some Sequence<UInt8>) -> UInt64? {
        var (value, count): (UInt64, Int) = (0, 0)
        for byte in text {
            guard let digit = Character(UnicodeScalar(byte)).hexDigitValue else { return nil }
            value = value << 4 | UInt64(digit)
            count += 1
        }
        return count > 0 && count <= 16 ? value : nil
    }

    /// The text of a line that ended with a carriage return, which is left off; its checksum is proved.
    public static func text(of line: [UInt8]) throws(NDIError) -> String {
        guard line.count >= 4 else { throw .garbled(start: start(of: line)) }
        let (body, sum) = (line.dropLast(4), number(line.suffix(4)))
        guard let sum, sum == UInt64(checksum(body)), let text = String(validating: body, as: UTF8.self) else {
            throw .garbled(start: start(of: line))
        }
        return text
    }

    /// What a person may be shown of bytes that make no sense.
    static func start(of bytes: some Sequence<UInt8>) -> String {
        String(decoding: bytes.prefix(24).map { (32..<127).contains($0) ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
    }
}

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
    /// A tool definition that is no SROM image: empty, or larger than 1,024 bytes.
    case toolDefinition(bytes: Int)
    /// Another reply than the command's; how it begins.
    case unexpected(command: String, reply: String)

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
