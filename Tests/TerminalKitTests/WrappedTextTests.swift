import Testing

@testable import TerminalKit

@Suite struct WrappedTextTests {
    /// Nothing is lost, nothing is wider than asked for, and words stay whole where they fit.
    @Test(arguments: 1...40)
    func everyWordStaysAndFits(columns: Int) {
        let text =
            "target-1-b: gap to the nearest electrode 漢字漢字漢字 is 1.20 mm, the limit 4.00 mm  – very-long-word-that-breaks"
        let lines = text.wrapped(to: columns)
        for line in lines {
            let width = line.reduce(0) { $0 + CharacterWidth.of($1) }
            #expect(width <= max(columns, 2), "\(line)")
        }
        #expect(lines.joined().filter { $0 != " " } == text.filter { $0 != " " })
        if columns >= 26 {
            for word in text.split(separator: " ") { #expect(lines.contains { $0.contains(word) }, "\(word)") }
        }
    }

    @Test func edges() {
        #expect("".wrapped(to: 10) == [""])
        #expect("a b c".wrapped(to: 3) == ["a b", "c"])
        #expect("abcdef".wrapped(to: 3) == ["abc", "def"])
        #expect("one".wrapped(to: 0).joined() == "one")
    }
}
