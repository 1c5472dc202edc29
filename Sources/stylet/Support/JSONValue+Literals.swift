import Planning

// Answers are written as literals: `["volume_ml": .number(3.2), "names": ["L1", "L2"]]`.

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    public init(stringLiteral value: String) { self = .string(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(integerLiteral value: Int) { self = .number(Double(value)) }
    public init(floatLiteral value: Double) { self = .number(value) }
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(Dictionary(elements, uniquingKeysWith: { $1 }))
    }
}

extension JSONValue {
    static func int(_ value: Int) -> JSONValue { .number(Double(value)) }
    static func numbers(_ values: [Double]) -> JSONValue { .array(values.map { .number($0) }) }
    static func strings(_ values: [String]) -> JSONValue { .array(values.map { .string($0) }) }

    /// The value on one line, keys sorted; numbers that are not finite become null.
    func line() -> String { String(decoding: canonicalBytes, as: UTF8.self) }
}
