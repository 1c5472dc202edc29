import Foundation
import Frames
import Imaging
import TestSupport
import Testing

@testable import PlanEditor
@testable import Planning

struct EditHistoryTests {
    /// A random change of any kind that is possible here.
    private func change(_ draft: PlanDraft, _ generator: inout SeededGenerator) -> PlanEdit {
        let item = draft.plan.items.randomElement(using: &generator)
        switch Int.random(in: 0..<6, using: &generator) {
        case 0:
            let tools = BrushStroke.Tool.allCases
            let place = item?.target ?? draft.labels.geometry.centre
            return .paint(
                BrushStroke(
                    tool: tools.randomElement(using: &generator) ?? .paint,
                    label: AnatomicalLabel(UInt8.random(in: 21...24, using: &generator)),
                    radius: .random(in: 1...4, using: &generator), places: [place]))
        case 1:
            return LevelRenaming.shift(
                LevelRenaming.levels(in: draft.extents).subtracting([.sacrum]),
                by: Bool.random(using: &generator) ? 1 : -1
            ).map(PlanEdit.rename) ?? .remove(id: "none")
        case 2 where draft.plan.items.count > 2: return .remove(id: item?.id ?? "")
        case 3:
            var new =
                draft.plan.items.first
                ?? PlanItem(
                    id: "x", kind: .biopsy, level: nil, side: nil, entry: Point(0, 0, 0), target: Point(0, 50, 0),
                    diameter: 3)
            new.id = "extra-\(Int.random(in: 0..<1000, using: &generator))"
            return .add(new)
        default:
            guard var moved = item else { return .remove(id: "none") }
            let shift = Displacement<CT>(
                .random(in: -2...2, using: &generator), .random(in: -2...2, using: &generator), 0)
            moved.place(entry: moved.entry + shift, target: moved.target + shift, diameter: moved.diameter)
            return .replace(moved)
        }
    }

    @Test(arguments: 1...5 as ClosedRange<UInt64>)
    func undoBringsBackEveryStateAndRedoToo(seed: UInt64) throws {
        let fixture = try EditorFixture.load()
        var generator = SeededGenerator(seed: seed)
        var (draft, history) = (PlanDraft(plan: fixture.plan, labels: fixture.labels), EditHistory())
        var states = [draft]
        for i in 0..<25 {
            guard let reversal = try? draft.apply(change(draft, &generator)) else { continue }
            history.record(reversal, title: "change \(i)", burst: nil)
            states.append(draft)
        }
        #expect(states.count > 10)
        for state in states.dropLast().reversed() {
            #expect(history.undo(&draft) != nil)
            #expect(draft == state)
        }
        #expect(history.undo(&draft) == nil && !history.canUndo)
        for state in states.dropFirst() {
            #expect(history.redo(&draft) != nil)
            #expect(draft == state)
        }
        #expect(!history.canRedo)
    }

    @Test func aNewChangeEndsWhatCouldBeRedone() throws {
        let fixture = try EditorFixture.load()
        var (draft, history) = (PlanDraft(plan: fixture.plan, labels: fixture.labels), EditHistory())
        let ids = draft.plan.items.map(\.id)
        history.record(try draft.apply(.remove(id: ids[0])), title: "a", burst: nil)
        _ = history.undo(&draft)
        history.record(try draft.apply(.remove(id: ids[1])), title: "b", burst: nil)
        #expect(!history.canRedo && history.undoTitle == "b")
        #expect(draft.plan.items.map(\.id) == ids.filter { $0 != ids[1] })
    }

    @Test func aBurstIsTakenBackAtOnce() throws {
        let fixture = try EditorFixture.load()
        var (draft, history) = (PlanDraft(plan: fixture.plan, labels: fixture.labels), EditHistory())
        let start = draft
        for (i, burst) in ["a#1", "a#1", "a#1", "a#2"].enumerated() {
            var item = draft.plan.items[0]
            let shift = Displacement<CT>(0, 0, Double(i + 1))
            item.place(entry: item.entry + shift, target: item.target + shift, diameter: item.diameter)
            history.record(try draft.apply(.replace(item)), title: "move", burst: burst)
        }
        #expect(history.steps.count == 2)
        _ = history.undo(&draft)
        _ = history.undo(&draft)
        #expect(draft == start)
    }

    @Test func anyChangeTakesApprovalsAway() throws {
        let fixture = try EditorFixture.load()
        var draft = PlanDraft(plan: fixture.plan, labels: fixture.labels)
        try draft.plan.approve(as: "A Surgeon", with: .generate(), at: Date(timeIntervalSince1970: 1e9))
        _ = try draft.apply(.remove(id: draft.plan.items[0].id))
        #expect(draft.plan.approvals.isEmpty)
    }

    @Test func renamingToATakenNameIsRefusedAndChangesNothing() throws {
        let fixture = try EditorFixture.load()
        var draft = PlanDraft(plan: fixture.plan, labels: fixture.labels)
        let (l3, l4, t1) = (AnatomicalLabel(22), AnatomicalLabel(23), AnatomicalLabel(8))
        let taken = try #require(LevelRenaming([.init(old: l3, new: l4)]))
        #expect(throws: EditRefusal.nameTaken(l4)) { _ = try draft.apply(.rename(taken)) }
        let missing = try #require(LevelRenaming([.init(old: t1, new: AnatomicalLabel(9))]))
        #expect(throws: EditRefusal.noSuchLevel(t1)) { _ = try draft.apply(.rename(missing)) }
        #expect(draft == PlanDraft(plan: fixture.plan, labels: fixture.labels))
    }

    @Test func levelsSwapNamesWithTheirItems() throws {
        let fixture = try EditorFixture.load()
        var draft = PlanDraft(plan: fixture.plan, labels: fixture.labels)
        let (l3, l4) = (AnatomicalLabel(22), AnatomicalLabel(23))
        _ = try draft.apply(.rename(try #require(LevelRenaming([.init(old: l3, new: l4), .init(old: l4, new: l3)]))))
        let counts = { (v: LabelVolume, n: UInt8) in v.voxels.reduce(0) { $0 + ($1 == n ? 1 : 0) } }
        #expect(counts(draft.labels, 22) == counts(fixture.labels, 23))
        for (before, after) in zip(fixture.plan.items, draft.plan.items) {
            #expect(after.level == (before.level == l3 ? l4 : l3) && after.entry == before.entry)
            #expect(after.id == PlanItem.screwIdentifier(try #require(after.level), try #require(after.side)))
        }
    }
}
