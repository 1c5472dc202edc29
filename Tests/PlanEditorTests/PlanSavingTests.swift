import Foundation
import Frames
import Imaging
import TestSupport
import Testing

@testable import PlanEditor
@testable import Planning

/// A kill at each step of a save: plan and labels are afterwards both new or both old, and no edit is lost.
struct PlanSavingTests {
    private func edit(_ session: EditorSession, paints: Bool) throws {
        var item = session.draft.plan.items[0]
        let shift = Displacement<CT>(0.4, 0.3, -0.2)
        item.place(entry: item.entry + shift, target: item.target + shift, diameter: item.diameter)
        try session.perform(.replace(item), title: "move")
        guard paints else { return }
        let stroke = BrushStroke(tool: .erase, label: try #require(item.level), radius: 2, places: [item.target])
        try session.perform(.paint(stroke), title: "erase")
    }

    /// What the folder holds behind a step, as a kill there leaves it.
    private func copies(_ session: EditorSession, of folder: URL) throws -> [PlanSaving.Step: URL] {
        var found: [PlanSaving.Step: URL] = [:]
        let place = try temporaryFolder()
        session.onSaveStep = { step in
            let copy = place.appendingPathComponent("\(step)")
            try? FileManager.default.copyItem(at: folder, to: copy)
            found[step] = copy
        }
        try session.save()
        session.onSaveStep = nil
        return found
    }

    /// As the program opens a plan: mended, then read, with labels that were saved beside it.
    private func reopen(_ folder: URL, opening: String? = nil) throws -> (EditorSession, MendedSave) {
        let fixture = try EditorFixture.load()
        let files = EditorSession.Files(
            plan: folder.appendingPathComponent("plan.json").path,
            labels: folder.appendingPathComponent("plan.labels.nii.gz").path)
        let mended = try files.mend(opening: opening)
        let isThere = FileManager.default.fileExists(atPath: files.labels)
        let labels = try isThere ? LabelReader.read(files.labels, on: fixture.ct.geometry) : fixture.labels
        let session = try EditorSession(
            plan: PlanFile(path: files.plan), ct: fixture.ct, metadata: ImageMetadata(format: .nifti), labels: labels,
            files: files, worksInBackground: false)
        return (session, mended)
    }

    private func names(_ folder: URL) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }

    @Test(arguments: [false, true])
    func aKillAtEachStepLosesNothing(paints: Bool) throws {
        let fixture = try EditorFixture.load(), folder = try temporaryFolder()
        let session = try fixture.session(in: folder)
        try edit(session, paints: paints)
        let wanted = session.draft
        let copies = try copies(session, of: folder)
        #expect(copies.count == PlanSaving.Step.allCases.count)
        for step in PlanSaving.Step.allCases {
            let copy = try #require(copies[step])
            let (again, mended) = try reopen(copy)
            #expect(again.draft.plan == wanted.plan, "\(step)")
            #expect(again.draft.labels == wanted.labels, "\(step)")
            if case .foreign = again.recovery { Issue.record("edits were put aside after \(step)") }
            let isAnnounced = ![.labelsBeside, .planBeside].contains(step)
            #expect(mended == (isAnnounced && step != .journalRestarted ? .completed : .none), "\(step)")
            // Before the record the edits are done again, and can be taken back; after it they are in the files.
            #expect(again.isChanged == !isAnnounced, "\(step)")
            if !isAnnounced {
                while again.undo() {}
                #expect(again.draft.plan == fixture.plan && again.draft.labels == fixture.labels)
            }
            let saved = paints && isAnnounced ? ["plan.labels.nii.gz"] : []
            #expect(try names(copy) == ["plan.json", "plan.json.edits"] + saved, "\(step)")
        }
    }

    /// A second kill, while the first one is being mended.
    @Test func aKillWhileItIsMended() throws {
        let fixture = try EditorFixture.load(), folder = try temporaryFolder()
        let session = try fixture.session(in: folder)
        try edit(session, paints: true)
        let wanted = session.draft
        let copy = try #require(try copies(session, of: folder)[.kept])
        try FileManager.default.moveItem(
            at: copy.appendingPathComponent(".saving.plan.labels.nii.gz"),
            to: copy.appendingPathComponent("plan.labels.nii.gz"))
        let (again, mended) = try reopen(copy)
        #expect(mended == .completed && again.draft == wanted && !again.isChanged)
    }

    /// What lies beside is gone or damaged: the save is taken back, and the edits are done again.
    @Test(arguments: [".saving.plan.json", ".saving.plan.labels.nii.gz"], [true, false])
    func aSaveThatCannotBeCompletedIsTakenBack(lost: String, isGone: Bool) throws {
        let fixture = try EditorFixture.load(), folder = try temporaryFolder()
        let session = try fixture.session(in: folder)
        try edit(session, paints: true)
        let wanted = session.draft
        let copy = try #require(try copies(session, of: folder)[.announced])
        let place = copy.appendingPathComponent(lost)
        if isGone {
            try FileManager.default.removeItem(at: place)
        } else {
            var bytes = try Data(contentsOf: place)
            bytes[bytes.count / 2] ^= 0x10
            try bytes.write(to: place)
        }
        let (again, mended) = try reopen(copy)
        #expect(mended == .takenBack && again.isChanged && again.draft == wanted)
        #expect(try names(copy) == ["plan.json", "plan.json.edits"])
        while again.undo() {}
        #expect(again.draft.plan == fixture.plan && again.draft.labels == fixture.labels)
    }

    /// A plan that somebody wrote after the kill is not overwritten.
    @Test func aPlanOfSomebodyElseStays() throws {
        let fixture = try EditorFixture.load(), folder = try temporaryFolder()
        let session = try fixture.session(in: folder)
        try edit(session, paints: true)
        let copy = try #require(try copies(session, of: folder)[.announced])
        var other = fixture.plan
        other.items.removeLast()
        try other.write(to: copy.appendingPathComponent("plan.json").path)
        let (again, mended) = try reopen(copy)
        #expect(mended == .takenBack && again.draft.plan == other && again.draft.labels == fixture.labels)
        guard case .foreign = again.recovery else {
            Issue.record("edits of another plan were done")
            return
        }
    }

    /// With a case store its version says whether the save came there: before `kept` it did not.
    @Test(arguments: [PlanSaving.Step.announced, .kept])
    func aStoreSaysWhetherItHasTheVersion(step: PlanSaving.Step) throws {
        let fixture = try EditorFixture.load(), folder = try temporaryFolder()
        let session = try fixture.session(in: folder)
        try edit(session, paints: false)
        let wanted = session.draft.plan
        let copy = try #require(try copies(session, of: folder)[step])
        let version = step == .kept ? wanted : fixture.plan
        let files = EditorSession.Files(
            plan: copy.appendingPathComponent("plan.json").path,
            labels: copy.appendingPathComponent("plan.labels.nii.gz").path)
        #expect(try files.mend(opening: version.fingerprint) == (step == .kept ? .completed : .takenBack))
        let again = try EditorSession(
            plan: version, ct: fixture.ct, metadata: ImageMetadata(format: .nifti), labels: fixture.labels,
            files: files, replacesFile: true, worksInBackground: false)
        #expect(again.draft.plan == wanted && again.isChanged == (step == .announced))
        if case .foreign = again.recovery { Issue.record("edits were put aside") }
    }

    /// A store that refuses: files, edits and undo are as if nobody had saved.
    @Test func aStoreThatRefusesChangesNothing() throws {
        struct Refusal: Error {}
        let fixture = try EditorFixture.load(), folder = try temporaryFolder()
        let session = try fixture.session(in: folder)
        try edit(session, paints: true)
        let before = try Data(contentsOf: folder.appendingPathComponent("plan.json.edits"))
        session.keeper = { _, _ in throw Refusal() }
        #expect(throws: Refusal.self) { try session.save() }
        #expect(try PlanFile(path: session.files.plan) == fixture.plan && session.isChanged)
        #expect(try Data(contentsOf: folder.appendingPathComponent("plan.json.edits")) == before)
        #expect(try names(folder) == ["plan.json", "plan.json.edits"])
        session.keeper = nil
        try session.save()
        #expect(try PlanFile(path: session.files.plan) == session.draft.plan && !session.isChanged)
    }

    /// Nobody mends what another editor is saving.
    @Test func aSaveOnItsWayIsLeftToItsEditor() throws {
        let fixture = try EditorFixture.load(), folder = try temporaryFolder()
        let session = try fixture.session(in: folder)
        try edit(session, paints: false)
        var refusal: PlanEditorError?
        session.onSaveStep = { step in
            guard step == .announced else { return }
            do throws(PlanEditorError) { try session.files.mend() } catch { refusal = error }
        }
        try session.save()
        #expect(refusal == .openElsewhere(path: EditJournal.path(forPlan: session.files.plan)))
        #expect(try PlanFile(path: session.files.plan) == session.draft.plan)
    }
}
