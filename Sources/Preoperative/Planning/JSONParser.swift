/// Reads JSON (RFC 8259) that may be hostile: bounded in size and depth, each key once, every number exact in a double.
public struct JSONParser {
    public static let depthLimit = 64
    public static let byteLimit = 64 << 20

    private let bytes: [UInt8]
    private var at = 0

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// - Throws: `PlanningError.notJSON` with the byte where it stopped.
    public static func parse(_ bytes: [UInt8]) throws(PlanningError) -> JSONValue {
        guard bytes.count <= byteLimit else {
            throw .notJSON(byte: 0, .tooLarge(bytes: bytes.count, limit: byteLimit))
        }
        var parser = JSONParser(bytes)
        do throws(JSONFault) {
            let value = try parser.value(depth: 0)
            parser.skipSpace()
            guard parser.at == bytes.count else { throw JSONFault.trailingBytes }
            return value
        } catch {
            throw .notJSON(byte: parser.at, error)
        }
    }

    private mutating func skipSpace() {
        while at < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[at]) { at += 1 }
    }

    private func peek() throws(JSONFault) -> UInt8 {
        guard at < bytes.count else { throw .unexpectedEnd }
        return bytes[at]
    }

    private mutating func take(_ expected: Unicode.Scalar) throws(JSONFault) {
        let byte = try peek()
        guard byte == UInt8(ascii: expected) else { throw .unexpectedByte(byte) }
        at += 1
    }

    private mutating func value(depth: Int) throws(JSONFault) -> JSONValue {
        guard depth < Self.depthLimit else { throw .tooDeep(limit: Self.depthLimit) }
        skipSpace()
        switch try peek() {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return .number(try number())
        }
    }

    private mutating func word(_ text: String, _ value: JSONValue) throws(JSONFault) -> JSONValue {
        for scalar in text.unicodeScalars { try take(scalar) }
        return value
    }

    private mutating func object(depth: Int) throws(JSONFault) -> JSONValue {
        var found: [String: JSONValue] = [:]
        try take("{")
        skipSpace()
        if try peek() == UInt8(ascii: "}") { at += 1; return .object([:]) }
        while true {
            skipSpace()
            let key = try string()
            guard found[key] == nil else { throw .repeatedKey(key) }
            skipSpace()
            try take(":")
            found[key] = try value(depth: depth + 1)
            skipSpace()
            if try peek() == UInt8(ascii: "}") { at += 1; return .object(found) }
            try take(",")
        }
    }

    private mutating func array(depth: Int) throws(JSONFault) -> JSONValue {
        var found: [JSONValue] = []
        try take("[")
        skipSpace()
        if try peek() == UInt8(ascii: "]") { at += 1; return .array([]) }
        while true {
            found.append(try value(depth: depth + 1))
            skipSpace()
            if try peek() == UInt8(ascii: "]") { at += 1; return .array(found) }
            try take(",")
        }
    }

    private mutating func string() throws(JSONFault) -> String {
        try take("\"")
        var text: [UInt8] = []
        while true {
            let byte = try peek()
            switch byte {
            case UInt8(ascii: "\""):
                at += 1
                guard let decoded = String(validating: text, as: UTF8.self) else { throw .notUTF8 }
                return decoded
            case UInt8(ascii: "\\"):
                at += 1
                text += Array(String(Character(try escape())).utf8)
            case 0..<0x20: throw .unexpectedByte(byte)
            default:
                text.append(byte)
                at += 1
            }
        }
    }

    private mutating func escape() throws(JSONFault) -> Unicode.Scalar {
        let byte = try peek()
        at += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try unicodeEscape()
        default: throw .badEscape
        }
    }

    private mutating func unicodeEscape() throws(JSONFault) -> Unicode.Scalar {
        let first = try fourHexDigits()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard (0xD800..<0xDC00).contains(first) else { throw .badEscape }
        try take("\\")
        try take("u")
        let second = try fourHexDigits()
        guard (0xDC00..<0xE000).contains(second),
            let scalar = Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))
        else { throw .badEscape }
        return scalar
    }

    private mutating func fourHexDigits() throws(JSONFault) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = Character(Unicode.Scalar(try peek())).hexDigitValue, bytes[at] < 0x80 else {
                throw .badEscape
            }
            code = code * 16 + UInt32(digit)
            at += 1
        }
        return code
    }

    private mutating func digits() -> Int {
        let start = at
        while at < bytes.count, (0x30...0x39).contains(bytes[at]) { at += 1 }
        return at - start
    }

    private mutating func number() throws(JSONFault) -> Double {
        let start = at
        let first = try peek()
        if first == UInt8(ascii: "-") { at += 1 }
        guard at < bytes.count, (0x30...0x39).contains(bytes[at]) else { throw .unexpectedByte(first) }
        let leading = bytes[at]
        let whole = digits()
        guard whole == 1 || leading != 0x30 else { throw .badNumber }
        var isWhole = true
        if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
            at += 1
            isWhole = false
            guard digits() > 0 else { throw .badNumber }
        }
        if at < bytes.count, bytes[at] | 0x20 == UInt8(ascii: "e") {
            at += 1
            isWhole = false
            if at < bytes.count, bytes[at] == UInt8(ascii: "+") || bytes[at] == UInt8(ascii: "-") { at += 1 }
            guard digits() > 0 else { throw .badNumber }
        }
        guard at - start <= 400, let x = Double(String(decoding: bytes[start..<at], as: UTF8.self)) else {
            throw .badNumber
        }
        guard x.isFinite, !isWhole || abs(x) < 0x1p53 else { throw .numberOutOfRange }
        return x
    }
}
