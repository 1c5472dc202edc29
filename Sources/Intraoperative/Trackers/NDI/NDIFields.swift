/// Numbers of a binary reply, the lowest byte first.
struct LittleEndianReader {
    private let bytes: [UInt8]
    private var at = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { at == bytes.count }

    private mutating func number(_ count: Int) -> UInt64? {
        guard at + count <= bytes.count else { return nil }
        defer { at += count }
        return (0..<count).reduce(UInt64(0)) { $0 | UInt64(bytes[at + $1]) << UInt64(8 * $1) }
    }

    mutating func uint8() -> UInt8? { number(1).map { UInt8($0) } }
    mutating func uint16() -> UInt16? { number(2).map { UInt16($0) } }
    mutating func uint32() -> UInt32? { number(4).map { UInt32($0) } }

    mutating func floats(_ count: Int) -> [Double]? {
        var values: [Double] = []
        for _ in 0..<count {
            guard let bits = uint32() else { return nil }
            values.append(Double(Float(bitPattern: bits)))
        }
        return values
    }
}

/// Fields of a text reply, each of a known width.
struct FixedFields {
    private var rest: Substring.UTF8View

    init(_ text: String) { rest = text[...].utf8 }

    var isAtEnd: Bool { rest.isEmpty }

    private mutating func take(_ width: Int) -> Substring.UTF8View? {
        guard rest.count >= width else { return nil }
        defer { rest = rest.dropFirst(width) }
        return rest.prefix(width)
    }

    mutating func hex(_ width: Int) -> UInt64? { take(width).flatMap { NDIMessage.number($0) } }

    /// A sign and digits.
    mutating func signed(_ width: Int) -> Int? {
        guard let field = take(width), let sign = field.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-")
        else { return nil }
        let digits = field.dropFirst()
        guard digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        let size = digits.reduce(0) { 10 * $0 + Int($1 - UInt8(ascii: "0")) }
        return sign == UInt8(ascii: "-") ? -size : size
    }

    mutating func skip(_ word: String) -> Bool {
        guard rest.starts(with: word.utf8) else { return false }
        rest = rest.dropFirst(word.utf8.count)
        return true
    }
}
