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

    /// The number of the tracker's error that a reply tells; nothing where it tells none.
    static func error(in text: String) -> UInt8? {
        guard text.hasPrefix("ERROR") else { return nil }
        return UInt8(number(text.utf8.dropFirst(5).prefix(2)) ?? 0)
    }

    /// A tool's definition as `PVWR` wants it: an address and 64 bytes at a time, the last of them filled up with zeros.
    static func definitionParts(_ bytes: [UInt8]) -> [(address: String, text: String)] {
        stride(from: 0, to: bytes.count, by: 64).map { start in
            let part = bytes[start..<min(start + 64, bytes.count)]
            let filled = part + Array(repeating: 0, count: 64 - part.count)
            let text = filled.flatMap { hex(UInt16($0)).suffix(2) }
            return (String(decoding: hex(UInt16(start)), as: UTF8.self), String(decoding: text, as: UTF8.self))
        }
    }

    /// What a person may be shown of bytes that make no sense.
    static func start(of bytes: some Sequence<UInt8>) -> String {
        String(decoding: bytes.prefix(24).map { (32..<127).contains($0) ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
    }
}
