import Files
import Foundation
import Planning

/// A save on its way. Plan and labels are two files, and both become the new ones or both stay what they were.
///
/// Both are written beside and brought to the disk; then the journal gets this record, as its last line
/// `{"saving":{"plan_sha256":…,"labels_sha256":…,"labels_file_sha256":…}}`; then both are renamed, and the journal starts anew. A kill
/// before the record leaves files and edits as they were; after it the next editor completes the save or takes it back (`mend`).
struct PlanSaving: Equatable, Sendable {
    /// What the files hold once it is done.
    let base: EditJournal.Base
    /// Of the bytes of the labels' file; `nil` where the labels stay as they are.
    let labelsFileSHA256: String?

    /// What a save does, in its order; the program may be killed behind each.
    enum Step: CaseIterable, Sendable {
        case labelsBeside, planBeside, announced, kept, labelsRenamed, planRenamed, journalRestarted
    }
}

/// What became of a save that a kill had cut in two.
public enum MendedSave: Equatable, Sendable {
    /// There was none.
    case none
    case completed
    /// The files are what they were before it; the edits are still in the journal.
    case takenBack
}

extension EditorSession.Files {
    /// Where a save writes beside: in the same folder, with the same ending, which says the format.
    var planBeside: String { Self.beside(plan) }
    var labelsBeside: String { Self.beside(labels) }

    private static func beside(_ path: String) -> String {
        let cut = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
        return path[..<cut] + ".saving." + path[cut...]
    }

    /// Whether the labels' format is a single file; others have their data in a second one, whose name stands in the first.
    var labelsAreOneFile: Bool { ![".nhdr", ".mhd"].contains { labels.lowercased().hasSuffix($0) } }

    func removeBeside() { for path in [planBeside, labelsBeside] { unlink(path) } }

    /// Gives what lies beside its final name.
    func takeLabels() throws(PlanEditorError) { try Self.rename(labelsBeside, to: labels) }
    func takePlan() throws(PlanEditorError) { try Self.rename(planBeside, to: plan) }

    /// On the disk when this returns: the journal that forgets the edits must not outrun it.
    private static func rename(_ beside: String, to path: String) throws(PlanEditorError) {
        guard Foundation.rename(beside, path) == 0 else { throw .unwritable(path: path) }
        let cut = path.lastIndex(of: "/")
        let folder = open(cut.map { String(path[...$0]) } ?? ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { return }
        fsync(folder)
        close(folder)
    }

    // MARK: After a kill

    /// Completes a save that a kill cut in two, or takes it back; to be called before plan and labels are read.
    ///
    /// - Parameter fingerprint: of the plan that will be opened, where it is not the file's: a case store's version.
    /// - Throws: `PlanEditorError`.
    @discardableResult public func mend(opening fingerprint: String? = nil) throws(PlanEditorError) -> MendedSave {
        let path = EditJournal.path(forPlan: plan)
        guard let seen = try? WholeFile.read(path, limit: EditJournal.byteLimit),
            EditJournal.saving(in: [UInt8](seen)) != nil
        else { return .none }
        // Now that nobody else writes it, once more.
        let journal = try EditJournal(locking: path)
        guard let bytes = try? WholeFile.read(path, limit: EditJournal.byteLimit),
            let saving = EditJournal.saving(in: [UInt8](bytes))
        else { return .none }
        let before = EditJournal.parse([UInt8](bytes)).header?.planSHA256
        guard try complete(saving, from: before, opening: fingerprint) else {
            removeBeside()
            try journal.withdrawSaving()
            return .takenBack
        }
        try journal.restart(saving.base)
        removeBeside()
        return .completed
    }

    /// - Returns: whether the files are what the save wanted; where not, it changed nothing.
    private func complete(
        _ saving: PlanSaving, from before: String?, opening: String?
    ) throws(PlanEditorError) -> Bool {
        let now = opening ?? Self.fingerprint(plan)
        if now == saving.base.planSHA256 { return true }
        // A store that does not have the version never got it; a plan that is neither was written by somebody else.
        guard opening == nil, now != nil, now == before, Self.fingerprint(planBeside) == saving.base.planSHA256 else {
            return false
        }
        if let wanted = saving.labelsFileSHA256, (try? FileFingerprint.sha256(of: labels)) != wanted {
            guard (try? FileFingerprint.sha256(of: labelsBeside)) == wanted else { return false }
            try takeLabels()
        }
        try takePlan()
        return true
    }

    private static func fingerprint(_ plan: String) -> String? { (try? PlanFile(path: plan))?.fingerprint }
}
