import Foundation
import Testing

@testable import Settings

@Suite struct NestingGuardTests {
    private func refusal(_ text: String) -> SettingsError? {
        do throws(SettingsError) {
            _ = try SettingsFile.parse(text, file: "f")
            return nil
        } catch { return error }
    }

    /// Each would end the program, or keep it busy for ever, in a parser that trusts its input.
    @Test(.timeLimit(.minutes(1))) func refusesWhatNestsWithoutEnd() {
        let flow = String(repeating: "[", count: 200_000)
        let mixed = String(repeating: "{a: [", count: 100_000)
        let lines = String(repeating: "[\n", count: 200_000)
        let dashes = String(repeating: "- ", count: 100_000) + "1"
        let keys = String(repeating: "? ", count: 100_000) + "1"
        let indented = (0..<4000).map { String(repeating: " ", count: $0) + "a:" }.joined(separator: "\n")
        let quoted = "a: [\"x\n # \", " + flow
        let returns = indented.replacingOccurrences(of: "\n", with: "\r")
        for text in [flow, mixed, lines, dashes, keys, indented, quoted, returns, "a: " + flow] {
            guard case .notYAML(_, .some, _) = refusal(text) else {
                Issue.record("\(text.prefix(20))… is not refused")
                continue
            }
        }
    }

    /// Nine lines of nine, each naming the line before: 9⁹ values as keys, which are compared by all that they hold.
    @Test(.timeLimit(.minutes(1))) func refusesAliases() {
        var text = "a: &a [1]\n"
        for (last, next) in zip("abcdefgh", "bcdefghi") {
            let many = Array(repeating: "*\(last)", count: 9).joined(separator: ",")
            text += "? &\(next) [\(many)]\n: 1\n"
        }
        guard case .notYAML(_, line: 2, _) = refusal(text) else {
            Issue.record("\(refusal(text) as Any)")
            return
        }
    }

    /// What people write: stars and ampersands in prose, ruled-off comments, brackets in text.
    @Test func takesOrdinaryText() throws {
        let text = """
            # -----------------------------------------------------------------------------------------------------------------------------------------
            # sizes are 2 * r, [see the table (1, **bold**
            name: cut & fill   # R&D
            note: "3 * 4 [mm], a-b"
            link: https://example.org/?a=1&b=2
            nested: {a: {b: {c: [1, [2, [3]]]}}}
            """
        var map = try SettingsFile.parse(text, file: "f")
        #expect(try map.text("name") == "cut & fill" && map.text("note") == "3 * 4 [mm], a-b")
        #expect(try map.text("link").hasSuffix("b=2"))
    }

    @Test func theDeepestAllowedIsRead() throws {
        let depth = NestingGuard.deepest - 1
        let deep = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        var map = try SettingsFile.parse("a: \(deep)", file: "f")
        #expect(map.has("a") && (try? map.text("a")) == nil)
        let rows = (0...NestingGuard.widestIndent).map { String(repeating: " ", count: $0) + "a:" }.joined(
            separator: "\n")
        #expect(refusal(rows) == nil)
    }

    @Test func refusesWhatIsNoFile() {
        #expect(throws: SettingsError.unreadable(file: "/", reason: "it is no file")) { try SettingsFile.read("/") }
        #expect(throws: SettingsError.unreadable(file: "/dev/zero", reason: "it is no file")) {
            try SettingsFile.read("/dev/zero")
        }
    }
}
