/// What is wrong in a settings file, and where: `key` is the path to it, like `tracker.rate_hz`.
public enum SettingsError: Error, Equatable, Sendable {
    case unreadable(file: String, reason: String)
    case notYAML(file: String, line: Int?, reason: String)
    case missing(file: String, key: String)
    case unknown(file: String, key: String, known: [String])
    case wrongType(file: String, key: String, expected: String)
    case outOfRange(file: String, key: String, value: Double, lowest: Double, highest: Double)
    case notAllowed(file: String, key: String, value: String, allowed: [String])
}
