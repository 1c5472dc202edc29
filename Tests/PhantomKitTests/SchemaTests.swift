import Foundation
import Settings
import TestSupport
import Testing

@testable import PhantomKit

/// The schema for people and editors says what the reader does.
@Suite struct SchemaTests {
    private func schema() throws -> [String: Any] {
        let url = repositoryFolder().appendingPathComponent("Phantoms/phantom.schema.json")
        return try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any])
    }

    /// Every number in the schema, with its place in a definition: (path, minimum, maximum).
    private func numbers(_ node: [String: Any], _ root: [String: Any], _ path: String) throws -> [(
        String, Double, Double
    )] {
        var node = node
        if let reference = node["$ref"] as? String {
            let name = try #require(reference.split(separator: "/").last)
            node = try #require((root["$defs"] as? [String: Any])?[String(name)] as? [String: Any])
        }
        if node["type"] as? String == "number" {
            return [(path, try #require(node["minimum"] as? Double), try #require(node["maximum"] as? Double))]
        }
        if node["type"] as? String == "array", let items = node["items"] as? [String: Any] {
            return try numbers(items, root, path + "[0]")
        }
        let properties = node["properties"] as? [String: Any] ?? [:]
        return try properties.sorted { $0.key < $1.key }.flatMap { key, value in
            let child = try #require(value as? [String: Any])
            #expect(child["description"] != nil || child["$ref"] != nil, "\(path).\(key) has no description")
            return try numbers(child, root, path.isEmpty ? key : "\(path).\(key)")
        }
    }

    /// Puts a value beyond each of the schema's limits into the file: the reader refuses it at the same key and limit.
    @Test func limitsAreThoseOfTheReader() throws {
        let root = try schema()
        let all = try numbers(root, root, "")
        #expect(all.count > 80)
        let files = try phantomPaths().map { try String(contentsOfFile: $0, encoding: .utf8) }
        for (path, low, high) in all {
            for (value, isLow) in [(low - 1, true), (high + 1, false)] {
                guard let edited = files.lazy.compactMap({ try? replacing(path, in: $0, with: value) }).first else {
                    Issue.record("\(path) is in no phantom"); continue
                }
                do throws(PhantomError) {
                    _ = try PhantomDefinition.parse(edited)
                    Issue.record("\(path) = \(value) is accepted")
                } catch {
                    guard case .definition(.outOfRange(_, let key, _, let lowest, let highest)) = error else {
                        Issue.record("\(path): \(error)"); continue
                    }
                    // The level that has this key need not be the first.
                    #expect(key.replacing(try Regex("levels\\[[0-9]+\\]"), with: "levels[0]") == path)
                    #expect(isLow ? lowest == low : highest == high, "\(path): \(lowest)…\(highest)")
                }
            }
        }
    }

    /// A definition with one number replaced, found by walking its lines by the path's keys; `nil` where it is not there.
    private func replacing(_ path: String, in definition: String, with value: Double) throws -> String? {
        var text = definition
        var start = text.startIndex
        let parts = path.replacingOccurrences(of: "[0]", with: ".0").split(separator: ".").map(String.init)
        for (i, part) in parts.enumerated() {
            if part == "0" {
                let list = try Regex("\\[\\s*-?[0-9.]+")
                let rest = text[start...]
                if i == parts.count - 1, let found = rest.firstMatch(of: list) {
                    text.replaceSubrange(found.range, with: "[\(value)")
                    return text
                }
                continue
            }
            let expression = try Regex("(^|[\\s{,])\(part):[ ]*", as: (Substring, Substring).self)
                .anchorsMatchLineEndings()
            guard let found = text[start...].firstMatch(of: expression) else { return nil }
            start = found.range.upperBound
        }
        guard let number = text[start...].prefixMatch(of: try Regex("-?[0-9.]+")) else { return nil }
        text.replaceSubrange(number.range, with: "\(value)")
        return text
    }
}
