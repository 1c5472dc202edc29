import Testing

@testable import Settings

@Suite struct SettingsMapTests {
    static let text = """
        name: scene
        rate_hz: 60
        spacing_mm: [0.7, 0.7, 1]
        nested: {on: true, count: 3}
        list:
          - {x: 1}
          - {x: 2}
        """

    @Test func takesEveryKind() throws {
        var map = try SettingsFile.parse(Self.text, file: "a.yaml")
        #expect(try map.text("name") == "scene")
        #expect(try map.number("rate_hz", in: 1...100) == 60)
        #expect(try map.numbers("spacing_mm", count: 3, in: 0.1...10) == [0.7, 0.7, 1])
        var nested = try map.map("nested")
        #expect(try nested.flag("on") && nested.integer("count", in: 0...9) == 3)
        #expect(try map.maps("list").count == 2)
        #expect(try map.number("absent", in: 0...1, default: 0.5) == 0.5)
        try map.finish()
        try nested.finish()
    }

    @Test func namesWhatIsWrong() throws {
        func error(_ text: String, _ take: (inout SettingsMap) throws -> Void) -> SettingsError? {
            do {
                var map = try SettingsFile.parse(text, file: "f")
                try take(&map)
                return nil
            } catch { return error as? SettingsError }
        }
        #expect(error("a: 1") { _ = try $0.number("b", in: 0...1) } == .missing(file: "f", key: "b"))
        #expect(
            error("a: .nan") { _ = try $0.number("a", in: 0...1) }
                == .wrongType(file: "f", key: "a", expected: "a number"))
        #expect(
            error("a: 2") { _ = try $0.number("a", in: 0...1) }
                == .outOfRange(file: "f", key: "a", value: 2, lowest: 0, highest: 1))
        #expect(
            error("a: {b: x}") {
                var m = try $0.map("a"); _ = try m.number("b", in: 0...1)
            } == .wrongType(file: "f", key: "a.b", expected: "a number"))
        #expect(
            error("a: 1\nb: 2") {
                _ = try $0.number("a", in: 0...1); try $0.finish()
            } == .unknown(file: "f", key: "b", known: ["a"]))
        #expect(
            error("a: green") { _ = try $0.word("a", of: ["red"]) }
                == .notAllowed(file: "f", key: "a", value: "green", allowed: ["red"]))
        #expect(
            error("[1, 2]") { _ in } == .wrongType(file: "f", key: "(root)", expected: "a mapping of keys to values"))
        let damaged = error("a: [1,\nb: }") { _ in }
        guard case .notYAML(_, let line?, _) = damaged else { Issue.record("\(damaged as Any)"); return }
        #expect(line >= 1)
    }

    @Test func refusesMissingFiles() {
        #expect(throws: SettingsError.unreadable(file: "/no/such.yaml", reason: "there is no such file")) {
            try SettingsFile.read("/no/such.yaml")
        }
    }
}
