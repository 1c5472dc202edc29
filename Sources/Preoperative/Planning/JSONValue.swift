/// A JSON value as a plan holds it: numbers are doubles, objects have each key once.
public enum JSONValue: Equatable, Sendable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    public var number: Double? { if case .number(let x) = self { x } else { nil } }
    public var string: String? { if case .string(let s) = self { s } else { nil } }
    public var array: [JSONValue]? { if case .array(let a) = self { a } else { nil } }
    public var object: [String: JSONValue]? { if case .object(let o) = self { o } else { nil } }

    /// The canonical bytes of this value: the JSON Canonicalization Scheme (RFC 8785).
    ///
    /// UTF-8 without white space, keys sorted by their UTF-16 code units, numbers as ECMAScript prints them (the shortest
    /// digits that read back as the same double), strings with the fewest escapes. Equal values give equal bytes.
    public var canonicalBytes: [UInt8] {
        var writer = JSONWriter(pretty: false)
        writer.write(self, depth: 0)
        return writer.bytes
    }

    /// The same with line breaks and two spaces a level, for people; arrays of numbers stay on one line.
    public var prettyBytes: [UInt8] {
        var writer = JSONWriter(pretty: true)
        writer.write(self, depth: 0)
        return writer.bytes + [UInt8(ascii: "\n")]
    }
}

/// Writes a `JSONValue` as bytes.
struct JSONWriter {
    let pretty: Bool
    var bytes: [UInt8] = []

    init(pretty: Bool) { self.pretty = pretty }

    mutating func write(_ value: JSONValue, depth: Int) {
        switch value {
        case .null: bytes += "null".utf8
        case .bool(let b): bytes += (b ? "true" : "false").utf8
        case .number(let x): bytes += Self.ecmaScript(x).utf8
        case .string(let s): write(string: s)
        case .array(let a): write(array: a, depth: depth)
        case .object(let o): write(object: o, depth: depth)
        }
    }

    private mutating func write(array: [JSONValue], depth: Int) {
        let flat = array.allSatisfy { $0.number != nil }
        bytes.append(UInt8(ascii: "["))
        for (i, item) in array.enumerated() {
            if i > 0 { bytes += (pretty && flat ? ", " : ",").utf8 }
            if !flat { lineBreak(depth + 1) }
            write(item, depth: depth + 1)
        }
        if !flat { lineBreak(depth) }
        bytes.append(UInt8(ascii: "]"))
    }

    private mutating func write(object: [String: JSONValue], depth: Int) {
        bytes.append(UInt8(ascii: "{"))
        let keys = object.keys.sorted { $0.utf16.lexicographicallyPrecedes($1.utf16) }
        for (i, key) in keys.enumerated() {
            if i > 0 { bytes.append(UInt8(ascii: ",")) }
            lineBreak(depth + 1)
            write(string: key)
            bytes += (pretty ? ": " : ":").utf8
            write(object[key] ?? .null, depth: depth + 1)
        }
        if !keys.isEmpty { lineBreak(depth) }
        bytes.append(UInt8(ascii: "}"))
    }

    private mutating func lineBreak(_ depth: Int) {
        guard pretty else { return }
        bytes += ("\n" + String(repeating: "  ", count: depth)).utf8
    }

    private mutating func write(string: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in string.utf8 {
            switch byte {
            case UInt8(ascii: "\""): bytes += "\\\"".utf8
            case UInt8(ascii: "\\"): bytes += "\\\\".utf8
            case 8: bytes += "\\b".utf8
            case 9: bytes += "\\t".utf8
            case 10: bytes += "\\n".utf8
            case 12: bytes += "\\f".utf8
            case 13: bytes += "\\r".utf8
            case 0..<0x20: bytes += (byte < 16 ? "\\u000" : "\\u00").utf8 + Array(String(byte, radix: 16).utf8)
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// `Number::toString` of ECMA-262: the shortest digits, plain from 1e-6 to below 1e21. A number that is not finite has
    /// no JSON and becomes `null`.
    static func ecmaScript(_ x: Double) -> String {
        guard x.isFinite else { return "null" }
        guard x != 0 else { return "0" }
        let (digits, point) = shortestDigits(abs(x))
        let sign = x < 0 ? "-" : ""
        let n = digits.count
        switch point {
        case n...21: return sign + digits + String(repeating: "0", count: point - n)
        case 1...21: return sign + digits.prefix(point) + "." + digits.dropFirst(point)
        case -5...0: return sign + "0." + String(repeating: "0", count: -point) + digits
        default:
            let exponent = point - 1
            let fraction = n > 1 ? "." + digits.dropFirst() : ""
            return sign + digits.prefix(1) + fraction + "e" + (exponent < 0 ? "-" : "+") + String(abs(exponent))
        }
    }

    /// Digits d₁d₂…dₙ without zeros at the ends, and p, with x = 0.d₁d₂…dₙ · 10ᵖ.
    private static func shortestDigits(_ x: Double) -> (digits: String, point: Int) {
        let parts = x.description.split(separator: "e")
        let mantissa = parts[0].split(separator: ".")
        let whole = String(mantissa[0])
        var digits = whole + (mantissa.count > 1 ? String(mantissa[1]) : "")
        var point = whole.count + (parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
        while digits.first == "0" && digits.count > 1 {
            digits.removeFirst()
            point -= 1
        }
        while digits.last == "0" && digits.count > 1 { digits.removeLast() }
        return (digits, point)
    }
}
