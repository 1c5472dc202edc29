import Foundation
import Imaging
import Planning

/// A plan that is being edited, with its files: every change goes through here, into the journal, and can be taken back.
public final class EditorSession {
    /// Where the session's files are.
    public struct Files: Equatable, Sendable {
        public var plan: String
        /// Where corrected labels are saved.
        public var labels: String

        public init(plan: String, labels: String) { (self.plan, self.labels) = (plan, labels) }

        /// Corrected labels lie beside the plan where nothing else is said.
        public static func labels(besidePlan plan: String) -> String {
            FilePath.withoutEnding(plan) + ".labels.nii.gz"
        }
    }

    public let ct: Volume<Int16>
    public let metadata: ImageMetadata
    public let files: Files
    public internal(set) var draft: PlanDraft
    public private(set) var history = EditHistory()
    /// The plan as it was opened, to compare with.
    public let opened: PlanFile
    /// Whether the plan's file lacks something that was done.
    public internal(set) var isChanged = false
    public internal(set) var labelsAreChanged = false
    /// Counts every change, taken back or not.
    private(set) var editCount = 0
    /// Counts the corrections of labels.
    private(set) var labelVersion = 0
    /// What was found beside the plan on opening.
    public let recovery: EditJournal.Found
    let journal: EditJournal
    /// Fingerprints of what the files hold.
    var savedPlan, savedLabels: String
    let bench: LevelBench
    let paths: PathBench
    /// Keeps what is saved somewhere else too, before the files here are written: a case store. It is given the labels where
    /// they were corrected; where it throws, nothing is saved.
    /// What it gives says to a person where that is.
    public var keeper: ((PlanFile, LabelVolume?) throws -> String)?
    /// Where the plan was saved last.
    var savedAs: String?
    /// Called behind each step of a save, where a kill may come: for tests.
    var onSaveStep: ((PlanSaving.Step) -> Void)?
    /// The level that a person looks at: it is measured first.
    var focus: AnatomicalLabel?

    /// Opens the plan and takes up what a killed editor left.
    ///
    /// - Parameters:
    ///   - plan: as the file holds it.
    ///   - labels: on the CT's grid.
    ///   - replacesFile: the plan's file is a copy of `plan` that is made here, as of one in a case store.
    /// - Throws: `PlanEditorError`.
    public init(
        plan: PlanFile, ct: Volume<Int16>, metadata: ImageMetadata, labels: LabelVolume, files: Files,
        replacesFile: Bool = false, worksInBackground: Bool = true
    ) throws(PlanEditorError) {
        (self.ct, self.metadata, self.files, opened) = (ct, metadata, files, plan)
        draft = PlanDraft(plan: plan, labels: labels)
        // Now, and not at the first stroke: whoever read them may still hold them.
        draft.labels.withMutableVoxels { _ in }
        (savedPlan, savedLabels) = (plan.fingerprint, LabelFingerprint.sha256(of: labels))
        let base = EditJournal.Base(planSHA256: savedPlan, labelsSHA256: savedLabels)
        journal = try EditJournal(path: EditJournal.path(forPlan: files.plan), base: base)
        if replacesFile {
            // Only now that no other editor has it open.
            do throws(PlanningError) { try plan.write(to: files.plan) } catch {
                throw .unwritable(path: files.plan)
            }
        }
        recovery = journal.found
        // What a save that never came to its record left.
        files.removeBeside()
        bench = LevelBench(ct: ct, isImmediate: !worksInBackground)
        paths = PathBench(ct: ct, isImmediate: !worksInBackground)
        if case .edits(let entries, _) = recovery {
            for entry in entries { redo(entry) }
        }
        prepare()
        measure()
    }

    var base: EditJournal.Base { EditJournal.Base(planSHA256: savedPlan, labelsSHA256: savedLabels) }

    private func redo(_ entry: EditJournal.Entry) {
        switch entry {
        case .edit(let edit, let title, let burst): try? make(edit, title: title, burst: burst)
        case .undo: step { history.undo(&$0) }
        case .redo: step { history.redo(&$0) }
        }
    }

    // MARK: Changes

    /// Makes a change, and writes it down before it shows.
    ///
    /// - Parameter burst: changes of one name that follow each other are taken back together.
    /// - Throws: `EditRefusal`, and then nothing has changed.
    public func perform(_ edit: PlanEdit, title: String, burst: String? = nil) throws(EditRefusal) {
        try make(edit, title: title, burst: burst)
        write(.edit(edit, title: title, burst: burst))
    }

    @discardableResult public func undo() -> Bool {
        guard step({ history.undo(&$0) }) else { return false }
        write(.undo)
        return true
    }

    @discardableResult public func redo() -> Bool {
        guard step({ history.redo(&$0) }) else { return false }
        write(.redo)
        return true
    }

    private func make(_ edit: PlanEdit, title: String, burst: String?) throws(EditRefusal) {
        let reversal = try draft.apply(edit)
        history.record(reversal, title: title, burst: burst)
        changed(reversal.patch?.touched ?? [])
    }

    @discardableResult private func step(_ body: (inout PlanDraft) -> Set<UInt8>?) -> Bool {
        guard let touched = body(&draft) else { return false }
        changed(touched)
        return true
    }

    /// The labels whose voxels the last change touched.
    private(set) var lastTouched: Set<AnatomicalLabel> = []

    private func changed(_ touched: Set<UInt8>) {
        (isChanged, editCount, lastTouched) = (true, editCount + 1, Set(touched.map { AnatomicalLabel($0) }))
        if !touched.isEmpty {
            (labelsAreChanged, labelVersion) = (true, labelVersion + 1)
            bench.forget(touched)
            paths.forget()
        }
        prepare()
        measure()
    }

    /// An entry that cannot be written is said at once: from then on a kill would lose work.
    public private(set) var journalFailure: PlanEditorError?

    private func write(_ entry: EditJournal.Entry) {
        do throws(PlanEditorError) { try journal.append(entry) } catch { journalFailure = error }
    }

    /// Has the journal brought to the disk; to be called twice a second.
    public func flush() {
        do throws(PlanEditorError) { try journal.flushSoon() } catch { journalFailure = error }
    }

    /// Brings the journal to the disk before the program ends.
    public func flushAtOnce() {
        do throws(PlanEditorError) { try journal.flush() } catch { journalFailure = error }
    }

    // MARK: Files

    /// Removes the journal where nothing would be lost by it.
    public func close() { if !isChanged { journal.remove() } }

    /// Throws away what was not saved.
    public func discard() { journal.remove() }
}
