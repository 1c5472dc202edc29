import CaseStore
import Foundation

extension Sentences {
    static func sentence(_ reason: TrailBreak) -> String {
        switch reason {
        case .headMissing: "head.json, which names the trail's last entry, is gone"
        case .headUnreadable: "head.json cannot be understood"
        case .entriesMissing(let known, let found): "the trail has \(found) entries where there were \(known)"
        case .entryDiffers(let sequence): "entry \(sequence) of the trail is not the one that head.json names"
        case .lastEntryDamaged(let sequence): "entry \(sequence) of the trail was changed"
        }
    }

    static func sentence(_ finding: CaseVerification.Finding) -> String {
        switch finding {
        case .databaseUnreadable(let reason): "the database cannot be read: \(reason)"
        case .databaseDamaged(let reason): "SQLite's own check: \(reason)"
        case .schemaChanged(let what): "the database's shape was changed: \(what)"
        case .keyMissing: "the store's key is gone, so seals cannot be checked"
        case .keyWrong: "the key is not the one that this store was made with"
        case .headMissing: "head.json is gone, so it cannot be seen whether the trail's end was cut off"
        case .headUnreadable: "head.json was changed"
        case .headForged: "head.json has another seal than its entry"
        case .entriesMissing(let known, let found):
            "the trail's end was cut off: \(found) entries where there were \(known)"
        case .entryDiffersFromHead(let sequence): "entry \(sequence) is not the one that head.json names"
        case .entryMissing(let sequence): "entry \(sequence) of the trail is gone"
        case .entryChanged(let sequence): "entry \(sequence) of the trail was changed"
        case .chainBroken(let sequence): "entry \(sequence) does not follow on the one before"
        case .entryNotSealed(let sequence): "entry \(sequence) was not sealed with the store's key"
        case .expectedHeadNotFound(let sequence): "the trail does not hold entry \(sequence) as you remember it"
        case .rowChanged(let table, let id): "row \(id) of \(table) was changed"
        case .rowMissing(let table, let id): "row \(id) of \(table) is gone"
        case .rowUnrecorded(let table, let id): "row \(id) of \(table) is in no entry of the trail"
        case .objectMissing(let sha256, let owner): "file \(sha256.prefix(12))… is gone (needed by \(owner))"
        case .objectChanged(let sha256, _, let owner): "file \(sha256.prefix(12))… was changed (needed by \(owner))"
        case .manifestUnreadable(let sha256): "\(sha256.prefix(12))… should list an image's files and does not"
        }
    }

    /// What no check of the store alone can find.
    static let notSeenWithoutAHead =
        "not seen by this: that the whole folder was put back to an earlier state, or written anew by somebody who has its key; an earlier head, given with --remember, shows it"

    static func sentence(_ remark: CaseVerification.Remark) -> String {
        switch remark {
        case .entriesAfterHead(let count):
            "\(count) entries came after head.json was written: a command was ended; the next addition mends it"
        case .unneededObjects(let count):
            "\(count) files are needed by no case: a command was ended; the next 'rm' clears them"
        case .strayFiles(let names):
            "files that do not belong there: \(names.prefix(5).joined(separator: ", "))\(names.count > 5 ? " and \(names.count - 5) more" : "")"
        }
    }

    static func sentence(_ remark: CaseExport.Remark) -> String {
        switch remark {
        case .faceMayShow(let series):
            "\(series) may show a head: a face can be drawn from such a CT, and removing it would change the image that the plan was made on"
        case .pixelsNotKnownClean(let series):
            "\(series): nothing says that no text is drawn into its pixels; look at it"
        case .approvalsLeftOut(let plan, let count):
            "\(plan): \(count) approval\(count == 1 ? "" : "s") left out: they name people, and the exported plan is not the one that was signed"
        case .runsLeftOut(let count): "\(count) run\(count == 1 ? "" : "s") left out"
        }
    }

    /// A moment to the minute, as the store writes it.
    static func minute(_ stamp: String) -> String { String(stamp.prefix(16)).replacing("T", with: " ") }

    static func bytes(_ count: Int) -> String {
        switch count {
        case ..<10_000: "\(count) bytes"
        case ..<10_000_000: "\(count / 1000) kB"
        default: String(format: "%.1f MB", Double(count) / 1e6)
        }
    }
}
