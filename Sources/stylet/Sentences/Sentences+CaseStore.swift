import CaseStore
import Foundation

extension Sentences {
    static func failureOf(_ error: CaseStoreError) -> Failure {
        switch error {
        case .notFound, .notAStore, .newerSchema: failureOfStore(error)
        case .busy, .full, .file: failureOfDisk(error)
        case .keyMissing, .keyWrong: failureOfKey(error)
        case .detachedVoxels, .notARun: failureOfAddition(error)
        case .imaging(let inner): failureOf(inner)
        case .planning(let inner): failureOf(inner)
        case .damaged, .trailBroken, .objectMissing, .objectDamaged: failureOfDamage(error)
        default: failureOfContent(error)
        }
    }

    /// The store as a whole.
    private static func failureOfStore(_ error: CaseStoreError) -> Failure {
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
        default: Failure(code: "failed", message: "\(error)")
        }
    }

    /// What the system does not give.
    private static func failureOfDisk(_ error: CaseStoreError) -> Failure {
        switch error {
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
        default: Failure(code: "failed", message: "\(error)")
        }
    }

    /// The store's own key.
    private static func failureOfKey(_ error: CaseStoreError) -> Failure {
        switch error {
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
        default: Failure(code: "failed", message: "\(error)")
        }
    }

    /// Files that a case does not take as they are.
    private static func failureOfAddition(_ error: CaseStoreError) -> Failure {
        switch error {
        case .detachedVoxels(let path):
            Failure(
                code: "detached-voxels",
                message:
                    "\(path) keeps its voxels in another file: write it as one file first, with 'stylet convert \(path) --out image.nii.gz'."
            )
        case .notARun(let path):
            Failure(code: "not-a-run", message: "\(path) is no JSON object: give what 'stylet run --json' printed.")
        default: Failure(code: "failed", message: "\(error)")
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
        case .patientExists, .noSuchPatient, .noSuchPlan, .noSuchVersion: failureOfName(error)
        case .imageNotInCase(let patient, let sha256):
            Failure(
                code: "image-not-in-case",
                message:
                    "The plan was made on an image (\(sha256.prefix(12))…) that the case of \(patient) does not hold: add that image too."
            )
        case .burnedInAnnotation, .exportDiffers, .nothingToExport: failureOfExport(error)
        default: Failure(code: "failed", message: "\(error)")
        }
    }

    /// What does not leave the store.
    private static func failureOfExport(_ error: CaseStoreError) -> Failure {
        switch error {
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

    /// Names that a store does not know, or knows already.
    private static func failureOfName(_ error: CaseStoreError) -> Failure {
        switch error {
        case .patientExists(let name): Failure(code: "patient-exists", message: "There is a case of \(name) already.")
        case .noSuchPatient(let name, let known):
            Failure(code: "no-such-case", message: "There is no case of '\(name)'\(offer(known)).")
        case .noSuchPlan(let name, let known):
            Failure(code: "no-such-plan", message: "The case has no plan '\(name)'\(offer(known)).")
        case .noSuchVersion(let plan, let number, let last):
            Failure(
                code: "no-such-version", message: "The plan '\(plan)' has no version \(number): its last is \(last).")
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
}
