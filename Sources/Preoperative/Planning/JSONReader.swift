import Frames

/// Takes the known keys out of an object, checked; what is left is `rest`.
struct JSONReader {
    /// Keys not taken yet.
    private(set) var rest: [String: JSONValue]
    private let key: String

    /// - Throws: `PlanningError.notAPlan` where `json` is no object.
    init(_ json: JSONValue, key: String) throws(PlanningError) {
        guard let object = json.object else { throw .notAPlan(key: key, .wrongType(expected: "object")) }
        rest = object
        self.key = key
    }

    /// Where a value lies in the file, as `items[2].entry_mm`.
    func path(_ name: String) -> String { key.isEmpty ? name : "\(key).\(name)" }

    private mutating func take(_ name: String) throws(PlanningError) -> JSONValue {
        guard let value = rest.removeValue(forKey: name) else { throw .notAPlan(key: path(name), .missing) }
        return value
    }

    mutating func object(_ name: String) throws(PlanningError) -> JSONReader {
        try JSONReader(take(name), key: path(name))
    }

    mutating func array(_ name: String, limit: Int) throws(PlanningError) -> [JSONValue] {
        guard let array = try take(name).array else { throw .notAPlan(key: path(name), .wrongType(expected: "array")) }
        guard array.count <= limit else { throw .notAPlan(key: path(name), .tooMany(array.count, limit: limit)) }
        return array
    }

    /// Text of 1…`longest` bytes without control characters.
    mutating func string(_ name: String, longest: Int) throws(PlanningError) -> String {
        guard let text = try take(name).string else { throw .notAPlan(key: path(name), .wrongType(expected: "string")) }
        guard !text.isEmpty, text.utf8.count <= longest, text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw .notAPlan(key: path(name), .unknownValue(String(text.prefix(longest))))
        }
        return text
    }

    /// `nil` where the key is absent, or `null`, which then stays in `rest`.
    mutating func optionalString(_ name: String, longest: Int) throws(PlanningError) -> String? {
        guard let value = rest[name], value != .null else { return nil }
        return try string(name, longest: longest)
    }

    mutating func number(_ name: String, within range: ClosedRange<Double>) throws(PlanningError) -> Double {
        guard let x = try take(name).number else { throw .notAPlan(key: path(name), .wrongType(expected: "number")) }
        try check(x, path(name), range)
        return x
    }

    mutating func point(_ name: String, within range: ClosedRange<Double>) throws(PlanningError) -> Point<CT> {
        let numbers = try array(name, limit: 3).compactMap(\.number)
        guard numbers.count == 3 else { throw .notAPlan(key: path(name), .wrongType(expected: "three numbers")) }
        for x in numbers { try check(x, path(name), range) }
        return Point(numbers[0], numbers[1], numbers[2])
    }

    private func check(_ x: Double, _ path: String, _ range: ClosedRange<Double>) throws(PlanningError) {
        guard range.contains(x) else {
            throw .notAPlan(key: path, .outOfRange(x, lowest: range.lowerBound, highest: range.upperBound))
        }
    }
}

extension JSONValue {
    static func point(_ p: Point<CT>) -> JSONValue { .array([.number(p.x), .number(p.y), .number(p.z)]) }
}

/// `x` to 1/10000 of its unit: finer than any image, and short in a file.
func roundedForFile(_ x: Double) -> Double {
    let rounded = (x * 1e4).rounded() / 1e4
    return rounded == 0 ? 0 : rounded
}

extension Point where F == CT {
    var roundedForFile: Point {
        Point(Planning.roundedForFile(x), Planning.roundedForFile(y), Planning.roundedForFile(z))
    }
}
