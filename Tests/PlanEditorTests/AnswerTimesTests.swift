import TerminalKit
import TestSupport
import Testing

@testable import PlanEditor

struct AnswerTimesTests {
    @Test func quantilesOfEachKindAreItsOwn() {
        var times = AnswerTimes()
        for i in 1...100 { times.record(.slice, Double(i)) }
        times.record(.save, 500)
        #expect(times.count(.slice) == 100 && times.count(.edit) == 0)
        #expect(times.quantile(0.5, of: .slice) == 51 && times.quantile(1, of: .slice) == 100)
        #expect(times.quantile(0.95, of: .save) == 500 && times.quantile(0.5, of: .edit) == nil)
    }

    /// What a key did, told by what it made of plan and pictures.
    @Test func eachAnswerHasItsKind() throws {
        let model = try EditorFixture.load().model(in: try temporaryFolder())
        func kind(of key: Key) -> AnswerTimes.Kind {
            _ = EditorScreen(model).draw(columns: 200, rows: 60)
            let before = model.mark
            model.press(key)
            _ = EditorScreen(model).draw(columns: 200, rows: 60)
            return model.kind(since: before)
        }
        #expect(kind(of: .up) == .edit && kind(of: .character("u")) == .edit)
        #expect(
            kind(of: .pageUp) == .slice && kind(of: .character("n")) == .selection
                && kind(of: .character("w")) == .slice)
        #expect(kind(of: .character("?")) == .look && kind(of: .escape) == .look && kind(of: .character("f")) == .look)
        model.press(.escape)
        model.press(.character("s"))
        #expect(model.isAboutToSave)
    }
}
