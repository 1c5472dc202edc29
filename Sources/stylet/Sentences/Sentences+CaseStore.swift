import CaseStore
import Foundation

extension Sentences {
    static func failureOf(_ error: CaseStoreError) -> Failure {
        switch error {
        case .notFound(let path):
            Failure(
                code: "no-store",
                message: "There is no case store in \(path): name it with --store, or make one with 'stylet case add'.")
        case .notAStore(let path):
            Failure(
                code: "not-a-store", message: "\(path) holds other things than a case store: name another folder.")
        case .newerSchema(let path, let known, let found):
            Failure(
                code: "newer-store",
                message:
                    "The store in \(path) was changed by a newer stylet (it has \(found.joined(separator: ", ")); this one knows \(known.joined(separator: ", "))): use that one."
            )
        case .busy(let path, let seconds):
            Failure(
                code: "store-busy",
                message:
                    "Another command has held the store in \(path) for \(String(format: "%g", seconds)) s: try again when it is done."
            )
        case .full(let path):
            Failure(
                code: "disk-full",
                message: "The disk is full at \(path): make room and try again; what was saved before is safe.")
        case .file(let path, let number):
            Failure(
                code: "file",
                message: "\(path) cannot be read or written: \(String(cString: strerror(number)).lowercased()).")
        case .keyMissing(let path):
            Failure(
                code: "key-missing",
                message:
                    "The store's key \(path) is gone: put it back from a backup. Without it cases can be read, and nothing added."
            )
        case .keyWrong(let path):
            Failure(
                code: "key-wrong",
                message: "\(path) is not the key that this store was made with: put the right one back from a backup.")
        case .detachedVoxels(let path):
            Failure(
                code: "detached-voxels",
                message:
                    "\(path) keeps its voxels in another file: write it as one file first, with 'stylet convert \(path) --out image.nii.gz'."
            )
        case .notARun(let path):
            Failure(code: "not-a-run", message: "\(path) is no JSON object: give what 'stylet run --json' printed.")
        case .imaging(let inner): failureOf(inner)
        case .planning(let inner): failureOf(inner)
        case .damaged, .trailBroken, .objectMissing, .objectDamaged: failureOfDamage(error)
        default: failureOfContent(error)
        }
    }

    private static func failureOfDamage(_ error: CaseStoreError) -> Failure {
        let message =
            switch error {
            case .damaged(let path, let reason):
                "The store in \(path) is damaged: \(reason). Run 'stylet case verify' and restore a backup."
            case .trailBroken(let path, let reason):
                "Nothing was added to the store in \(path): \(sentence(reason)). Run 'stylet case verify' and find out why before anything else."
            case .objectMissing(let sha256):
                "A stored file is gone (\(sha256.prefix(12))…): restore it from a backup."
            case .objectDamaged(let sha256, let found):
                "A stored file was changed (\(sha256.prefix(12))… is now \(found.prefix(12))…): restore it from a backup."
            default: "\(error)"
            }
        return Failure(code: "store-damaged", message: message)
    }

    private static func failureOfContent(_ error: CaseStoreError) -> Failure {
        switch error {
        case .impossibleText(let field, let value):
            Failure(
                code: "impossible-text",
                message:
                    "'\(visible(value.prefix(40)))' cannot be kept as \(field): 1 to 200 bytes, no control characters, no blanks at the ends."
            )
        case .patientExists(let name): Failure(code: "patient-exists", message: "There is a case of \(name) already.")
        case .noSuchPatient(let name, let known):
            Failure(code: "no-such-case", message: "There is no case of '\(name)'\(offer(known)).")
        case .noSuchPlan(let name, let known):
            Failure(code: "no-such-plan", message: "The case has no plan '\(name)'\(offer(known)).")
        case .noSuchVersion(let plan, let number, let last):
            Failure(
                code: "no-such-version", message: "The plan '\(plan)' has no version \(number): its last is \(last).")
        case .imageNotInCase(let patient, let sha256):
            Failure(
                code: "image-not-in-case",
                message:
                    "The plan was made on an image (\(sha256.prefix(12))…) that the case of \(patient) does not hold: add that image too."
            )
        case .burnedInAnnotation(let series):
            Failure(
                code: "burned-in",
                message:
                    "\(series) says that text is drawn into its pixels (BurnedInAnnotation YES): look at it, and export with --allow-burned-in if it names nobody."
            )
        case .exportDiffers(let planned, let exported):
            Failure(
                code: "export-differs",
                message:
                    "The exported image would not be the stored one (\(exported.prefix(12))… for \(planned.prefix(12))…), so nothing was exported."
            )
        case .nothingToExport(let patient):
            Failure(
                code: "nothing-to-export", message: "The case of \(patient) has no image: there is nothing to export.")
        default: Failure(code: "failed", message: "\(error)")
        }
    }

    /// Control characters as marks, so that a sentence stays on one line.
    private static func visible(_ text: Substring) -> String {
        String(
            text.map {
                $0.unicodeScalars.contains { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) } ? "\u{FFFD}" : $0
            })
    }

    private static func offer(_ known: [String]) -> String {
        guard !known.isEmpty else { return "; there is none at all" }
        let shown = known.prefix(8).map { "'\($0)'" }.joined(separator: ", ")
        return "; there are \(shown)\(known.count > 8 ? " and \(known.count - 8) more" : "")"
    }

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
