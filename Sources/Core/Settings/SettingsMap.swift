import Yams

/// One mapping of a settings file. Taking a value checks it; `finish` refuses keys that nobody took.
///
/// ```swift
/// var map = try SettingsFile.read("scene.yaml")
/// let rate = try map.number("rate_hz", in: 1...1000)
/// try map.finish()
/// ```
public struct SettingsMap {
    public let file: String
    /// Keys to this mapping, ending in a point; empty for the root.
    public let path: String
    private let values: [String: Node]
    private let order: [String]
    private var taken: Set<String> = []

    init(_ mapping: Node.Mapping, file: String, path: String) throws(SettingsError) {
        self.file = file
        self.path = path
        var values: [String: Node] = [:]
        var order: [String] = []
        for (key, value) in mapping {
            guard let name = key.string else {
                throw .wrongType(file: file, key: path + "?", expected: "a text as key")
            }
            guard values.updateValue(value, forKey: name) == nil else {
                throw .notAllowed(file: file, key: path + name, value: "given twice", allowed: ["once"])
            }
            order.append(name)
        }
        self.values = values
        self.order = order
    }

    /// The keys, in the order of the file.
    public var keys: [String] { order }

    public func has(_ key: String) -> Bool { values[key] != nil }

    private mutating func take(_ key: String) throws(SettingsError) -> Node {
        taken.insert(key)
        guard let node = values[key] else { throw .missing(file: file, key: path + key) }
        return node
    }

    /// A finite number within `range`; without the key, `fallback` where there is one.
    public mutating func number(
        _ key: String, in range: ClosedRange<Double>, default fallback: Double? = nil
    ) throws(SettingsError) -> Double {
        if let fallback, values[key] == nil { return fallback }
        return try Self.number(try take(key), file: file, key: path + key, in: range)
    }

    /// A whole number within `range`.
    public mutating func integer(_ key: String, in range: ClosedRange<Int>, default fallback: Int? = nil)
        throws(SettingsError) -> Int
    {
        let value = try number(
            key, in: Double(range.lowerBound)...Double(range.upperBound), default: fallback.map(Double.init))
        guard let whole = Int(exactly: value) else {
            throw .wrongType(file: file, key: path + key, expected: "a whole number")
        }
        return whole
    }

    /// A list of exactly `count` numbers (any count where `nil`), each within `range`.
    public mutating func numbers(
        _ key: String, count: Int? = nil, in range: ClosedRange<Double>, default fallback: [Double]? = nil
    ) throws(SettingsError) -> [Double] {
        if let fallback, values[key] == nil { return fallback }
        guard let list = try take(key).sequence, count == nil || list.count == count else {
            throw .wrongType(
                file: file, key: path + key, expected: count.map { "a list of \($0) numbers" } ?? "a list of numbers")
        }
        var found: [Double] = []
        for (i, node) in list.enumerated() {
            found.append(try Self.number(node, file: file, key: "\(path)\(key)[\(i)]", in: range))
        }
        return found
    }

    public mutating func text(_ key: String, default fallback: String? = nil) throws(SettingsError) -> String {
        if let fallback, values[key] == nil { return fallback }
        guard let text = try take(key).string else { throw .wrongType(file: file, key: path + key, expected: "a text") }
        return text
    }

    /// One of a few words.
    public mutating func word(_ key: String, of allowed: [String], default fallback: String? = nil)
        throws(SettingsError) -> String
    {
        let found = try text(key, default: fallback)
        guard allowed.contains(found) else {
            throw .notAllowed(file: file, key: path + key, value: found, allowed: allowed)
        }
        return found
    }

    public mutating func flag(_ key: String, default fallback: Bool? = nil) throws(SettingsError) -> Bool {
        if let fallback, values[key] == nil { return fallback }
        guard let value = try take(key).bool else {
            throw .wrongType(file: file, key: path + key, expected: "true or false")
        }
        return value
    }

    public mutating func map(_ key: String) throws(SettingsError) -> SettingsMap {
        guard let mapping = try take(key).mapping else {
            throw .wrongType(file: file, key: path + key, expected: "a mapping")
        }
        return try SettingsMap(mapping, file: file, path: path + key + ".")
    }

    /// A list of mappings; empty without the key.
    public mutating func maps(_ key: String) throws(SettingsError) -> [SettingsMap] {
        guard values[key] != nil else { return [] }
        guard let list = try take(key).sequence else {
            throw .wrongType(file: file, key: path + key, expected: "a list")
        }
        var found: [SettingsMap] = []
        for (i, node) in list.enumerated() {
            guard let mapping = node.mapping else {
                throw .wrongType(file: file, key: "\(path)\(key)[\(i)]", expected: "a mapping")
            }
            found.append(try SettingsMap(mapping, file: file, path: "\(path)\(key)[\(i)]."))
        }
        return found
    }

    /// Refuses a key that nothing read: most often a slip of the pen, which would silently change nothing.
    public func finish() throws(SettingsError) {
        for key in order where !taken.contains(key) {
            throw .unknown(file: file, key: path + key, known: taken.sorted())
        }
    }

    private static func number(
        _ node: Node, file: String, key: String, in range: ClosedRange<Double>
    ) throws(SettingsError) -> Double {
        guard let value = node.float ?? node.int.map(Double.init), value.isFinite else {
            throw .wrongType(file: file, key: key, expected: "a number")
        }
        guard range.contains(value) else {
            throw .outOfRange(file: file, key: key, value: value, lowest: range.lowerBound, highest: range.upperBound)
        }
        return value
    }
}
