import Foundation
import Frames
import Imaging
import TestSupport
import Testing

@testable import PlanEditor
@testable import Planning

struct EditJournalTests {
    /// Moves, a note, paint, a size, undo and redo, as a person would; the drafts after each.
    private func work(_ session: EditorSession) throws -> [PlanFile] {
        var states = [session.draft.plan]
        for i in 0..<6 {
            var item = session.draft.plan.items[i % 4]
            let shift = Displacement<CT>(0.1 * Double(i), 0.3, -0.2)
            item.place(entry: item.entry + shift, target: item.target + shift, diameter: item.diameter)
            if i == 3 { item.note = "near the facet: \"look\"\n" }
            try session.perform(.replace(item), title: "move \(i)")
            states.append(session.draft.plan)
            if i == 2 {
                session.undo()
                states.append(session.draft.plan)
                session.redo()
                states.append(session.draft.plan)
                let level = try #require(item.level)
                let stroke = BrushStroke(tool: .erase, label: level, radius: 2, places: [item.target])
                try session.perform(.paint(stroke), title: "erase")
                states.append(session.draft.plan)
            }
        }
        return states
    }

    /// The journal as a kill leaves it, cut after any byte: every whole edit is there, and nothing else.
    @Test func aCutJournalGivesEveryWholeEdit() throws {
        let fixture = try EditorFixture.load()
        let folder = try temporaryFolder()
        let session = try fixture.session(in: folder)
        let states = try work(session)
        let bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: EditJournal.path(forPlan: session.files.plan))))
        let ends = bytes.indices.filter { bytes[$0] == 0x0A }
        #expect(ends.count == states.count)
        for length in stride(from: 0, through: bytes.count, by: 7) {
            let (header, entries, cut) = EditJournal.parse(Array(bytes[..<length]))
            let whole = ends.filter { $0 < length }.count
            #expect(entries.count == max(whole - 1, 0))
            #expect((header != nil) == (whole > 0))
            #expect(cut == (length > 0 && bytes[length - 1] != 0x0A))
        }
    }

    @Test func whatAKilledEditorDidIsThereAgainWithUndo() throws {
        let fixture = try EditorFixture.load()
        let folder = try temporaryFolder()
        let copy = try temporaryFolder()
        let states: [PlanFile]
        do {
            let session = try fixture.session(in: folder)
            states = try work(session)
            // As a kill leaves the files: the session has neither saved nor closed.
            for name in ["plan.json", "plan.json.edits"] {
                try FileManager.default.copyItem(
                    at: folder.appendingPathComponent(name), to: copy.appendingPathComponent(name))
            }
        }
        let again = try fixture.session(in: copy)
        guard case .edits(let entries, let cut) = again.recovery else {
            Issue.record("nothing was taken up again")
            return
        }
        #expect(entries.count == states.count - 1 && !cut)
        #expect(again.draft.plan == states.last && again.isChanged && again.labelsAreChanged)
        while again.undo() {}
        #expect(again.draft.plan == fixture.plan && again.draft.labels == fixture.labels)
    }

    /// What was found stays in the file byte by byte, and what follows is written behind it, a cut last line left out.
    @Test(arguments: [0, 7])
    func whatIsFoundStaysWhereItIs(cut: Int) throws {
        let fixture = try EditorFixture.load()
        let (folder, copy) = (try temporaryFolder(), try temporaryFolder())
        let session = try fixture.session(in: folder)
        _ = try work(session)
        try fixture.plan.write(to: copy.appendingPathComponent("plan.json").path)
        let place = copy.appendingPathComponent("plan.json.edits")
        let whole = try Data(contentsOf: folder.appendingPathComponent("plan.json.edits"))
        let lines = whole.split(separator: 0x0A)
        let kept = cut == 0 ? whole : Data(lines.dropLast().joined(separator: [0x0A]) + [0x0A])
        try whole.dropLast(cut).write(to: place)
        let again = try fixture.session(in: copy)
        #expect(try Data(contentsOf: place) == kept)
        #expect(again.undo())
        let after = try Data(contentsOf: place)
        #expect(after.starts(with: kept) && EditJournal.parse([UInt8](after)).entries.last == .undo)
        #expect(EditJournal.parse([UInt8](after)).entries.count == EditJournal.parse([UInt8](kept)).entries.count + 1)
    }

    @Test func editsOfAnotherPlanArePutAsideAndNotDone() throws {
        let fixture = try EditorFixture.load()
        let folder = try temporaryFolder()
        do {
            let session = try fixture.session(in: folder)
            _ = try work(session)
        }
        var other = fixture.plan
        other.items.removeLast()
        let file = folder.appendingPathComponent("plan.json").path
        try other.write(to: file)
        let session = try fixture.session(in: folder)
        guard case .foreign(let path) = session.recovery else {
            Issue.record("edits of another plan were not recognised")
            return
        }
        #expect(session.draft.plan == other && !session.isChanged)
        #expect(EditJournal.parse([UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))).entries.count > 5)
    }

    @Test func aSecondEditorIsKeptOut() throws {
        let fixture = try EditorFixture.load()
        let folder = try temporaryFolder()
        let session = try fixture.session(in: folder)
        #expect(throws: PlanEditorError.self) { _ = try fixture.session(in: folder) }
        _ = session.draft
    }

    @Test func savingEmptiesTheJournalAndKeepsUndo() throws {
        let fixture = try EditorFixture.load()
        let folder = try temporaryFolder()
        let session = try fixture.session(in: folder)
        _ = try work(session)
        try session.save()
        #expect(try PlanFile(path: session.files.plan) == session.draft.plan)
        let saved = try LabelReader.read(session.files.labels, on: fixture.ct.geometry)
        #expect(saved == session.draft.labels && saved != fixture.labels)
        #expect(!session.isChanged && session.undo() && session.isChanged)
    }

    @Test func aPlanThatSomebodyElseWroteIsNotOverwritten() throws {
        let fixture = try EditorFixture.load()
        let folder = try temporaryFolder()
        let session = try fixture.session(in: folder)
        _ = try work(session)
        var other = fixture.plan
        other.items.removeLast()
        try other.write(to: session.files.plan)
        #expect(throws: PlanEditorError.changedElsewhere(path: session.files.plan)) { try session.save() }
        #expect(try PlanFile(path: session.files.plan) == other)
    }

    /// Damaged journals are read to the damage, and never bring the editor down.
    @Test func damagedJournals() throws {
        let fixture = try EditorFixture.load()
        let folder = try temporaryFolder()
        let session = try fixture.session(in: folder)
        _ = try work(session)
        let bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: EditJournal.path(forPlan: session.files.plan))))
        let outcome = fuzz(bytes) { hurt in
            var draft = PlanDraft(plan: fixture.plan, labels: fixture.labels)
            let (header, entries, _) = EditJournal.parse(hurt)
            for case .edit(let edit, _, _) in entries { _ = try? draft.apply(edit) }
            return header != nil
        }
        #expect(outcome.tried > 0)
    }
}
