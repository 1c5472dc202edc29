import Files
import Foundation
import Yams

/// Reads a YAML file written by a person into a tree of settings that are checked where they are taken.
public enum SettingsFile {
    /// Larger files are not settings.
    public static let largestSize = 4 << 20

    /// The root mapping of the file at `path`.
    ///
    /// - Throws: `SettingsError.unreadable` or `.notYAML`; `.wrongType` where the root is no mapping.
    public static func read(_ path: String) throws(SettingsError) -> SettingsMap {
        let data: Data
        do { data = try WholeFile.read(path, limit: largestSize) } catch {
            throw .unreadable(file: path, reason: reason(error))
        }
        guard let text = String(data: data, encoding: .utf8) else {
            throw .notYAML(file: path, line: nil, reason: "it is not UTF-8 text")
        }
        return try parse(text, file: path)
    }

    /// As `read`, from text; `file` names it in errors.
    public static func parse(_ text: String, file: String) throws(SettingsError) -> SettingsMap {
        try NestingGuard.check(text, file: file)
        let node: Node?
        do {
            node = try Yams.compose(yaml: text)
        } catch let error as YamlError {
            throw .notYAML(file: file, line: line(of: error), reason: String(describing: error))
        } catch {
            throw .notYAML(file: file, line: nil, reason: String(describing: error))
        }
        guard let mapping = node?.mapping else {
            throw .wrongType(file: file, key: "(root)", expected: "a mapping of keys to values")
        }
        return try SettingsMap(mapping, file: file, path: "")
    }

    private static func reason(_ refusal: FileRefusal) -> String {
        switch refusal {
        case .notFound: "there is no such file"
        case .notAFile: "it is no file"
        case .tooLarge: "it is larger than 4 MB"
        case .system: "it cannot be opened"
        }
    }

    private static func line(of error: YamlError) -> Int? {
        switch error {
        case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _): mark.line
        default: nil
        }
    }
}
