import Foundation
import Imaging
import Planning

extension EditorSession {
    /// Writes the plan, and the labels where they were corrected: both, or neither. The journal starts anew; undo goes on.
    public func save() throws {
        guard let onDisk = try? PlanFile(path: files.plan), onDisk.fingerprint == savedPlan else {
            throw PlanEditorError.changedElsewhere(path: files.plan)
        }
        do {
            let saving = try writeBeside()
            try journal.announce(saving)
            onSaveStep?(.announced)
            savedAs = try keeper?(draft.plan, labelsAreChanged ? draft.labels : nil) ?? files.plan
            onSaveStep?(.kept)
            try rename(saving)
        } catch {
            files.removeBeside()
            try? journal.withdrawSaving()
            throw error
        }
        try journal.restart(base)
        onSaveStep?(.journalRestarted)
        (isChanged, labelsAreChanged) = (false, false)
    }

    /// Brings plan and labels to the disk, under other names.
    private func writeBeside() throws -> PlanSaving {
        var labelsSHA256 = savedLabels
        var labelsFile: String?
        if labelsAreChanged {
            // Labels in two files go to their place at once.
            let path = files.labelsAreOneFile ? files.labelsBeside : files.labels
            labelsSHA256 = try writeLabels(to: path)
            if files.labelsAreOneFile { labelsFile = try FileFingerprint.sha256(of: path) }
        }
        onSaveStep?(.labelsBeside)
        try draft.plan.write(to: files.planBeside)
        onSaveStep?(.planBeside)
        let base = EditJournal.Base(planSHA256: draft.plan.fingerprint, labelsSHA256: labelsSHA256)
        return PlanSaving(base: base, labelsFileSHA256: labelsFile)
    }

    private func rename(_ saving: PlanSaving) throws(PlanEditorError) {
        if saving.labelsFileSHA256 != nil { try files.takeLabels() }
        onSaveStep?(.labelsRenamed)
        try files.takePlan()
        onSaveStep?(.planRenamed)
        (savedPlan, savedLabels) = (saving.base.planSHA256, saving.base.labelsSHA256)
    }

    /// - Returns: their fingerprint.
    private func writeLabels(to path: String) throws -> String {
        let (labels, metadata) = (draft.labels, metadata)
        let parts = parallelMap(2) { part in
            Result {
                guard part == 0 else { return LabelFingerprint.sha256(of: labels) }
                try LabelWriter.write(labels, of: metadata, to: path, progress: { _ in })
                return ""
            }
        }
        return try parts.map { try $0.get() }.joined()
    }

    /// Signs the plan as it stands, and saves it.
    public func approve(as name: String, with key: ApprovalKey, at time: Date) throws {
        try draft.plan.approve(as: name, with: key, at: time)
        isChanged = true
        try save()
    }
}
