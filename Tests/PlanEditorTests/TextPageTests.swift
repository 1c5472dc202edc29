import Foundation
import TerminalKit
import TestSupport
import Testing

@testable import PlanEditor

struct TextPageTests {
    /// The words that a page shows, over all its parts.
    private func words(of page: TextPage, width: Int, height: Int) -> Set<String> {
        var found: Set<String> = []
        for part in 0..<40 {
            var grid = CellGrid(width: width + 1, height: height)
            page.draw(in: CellRect(column: 0, row: 0, width: width, height: height), part: part, &grid, .standard)
            found.formUnion(grid.text.split { $0 == " " || $0 == "\n" }.map(String.init))
        }
        return found
    }

    /// Lines of every length about the page's width: not one letter is cut off, in one column or in several.
    @Test(arguments: [24, 50, 82, 84, 120, 156])
    func everyWordOfEveryLineCanBeRead(width: Int) {
        var lines: [TextPage.Line] = []
        for length in max(width / 4, 10)...(width + 12) {
            var (text, number) = ("", 0)
            while text.count < length {
                text += "\(text.isEmpty ? "" : " ")w\(length)x\(number)y"
                number += 1
            }
            lines.append(.init(lead: length % 3 == 0 ? "k\(length)k  " : "", text: text))
        }
        let title = (0..<12).map { "title\($0)" }.joined(separator: " ")
        let foot = (0..<12).map { "foot\($0)" }.joined(separator: " ")
        let shown = words(of: TextPage(title: title, lines: lines, foot: foot), width: width, height: 22)
        for text in [title, foot] + lines.flatMap({ [$0.lead, $0.text] }) {
            for word in text.split(separator: " ") { #expect(shown.contains(String(word)), "\(word) at \(width)") }
        }
    }

    /// What goes on below stands under the text, not under the key.
    @Test func aKeysTextGoesOnBesideTheKey() {
        let line = TextPage.Line(lead: "PageUp k  ", text: "one two three")
        #expect(line.wrapped(to: 18).map(\.text) == ["PageUp k  one two", "          three"])
    }

    @Test func theHelpNamesEveryKeyInFull() {
        let shown = words(of: .help, width: 50, height: 30)
        for key in KeyBinding.table.flatMap(\.keys) { #expect(shown.contains(key), "\(key)") }
    }

    /// The page that made it known: three views by their names, at the width of 120 columns.
    @Test func theApprovalPageCutsNoLetter() throws {
        let model = try EditorFixture.load().model(in: try temporaryFolder())
        model.type("A")
        for columns in [60, 80, 100, 120, 150, 200] {
            let grid = EditorScreen(model).draw(columns: columns, rows: 60).grid
            let ends = grid.text.components(separatedBy: "barrel").count - 1
            #expect(ends == model.items.count, "\(columns)")
        }
    }
}
