import Foundation
import GRDB
import Imaging
import Planning

/// What stops a case from being kept, found, judged or given away.
public enum CaseStoreError: Error, Equatable, Sendable {
    /// No store in this folder.
    case notFound(path: String)
    /// A folder that holds other things; nothing is made in it.
    case notAStore(path: String)
    /// A database that a newer program has changed: this one would not keep what it does not know.
    case newerSchema(path: String, known: [String], found: [String])
    /// Others held the store for so many seconds.
    case busy(path: String, seconds: Double)
    /// No room on the disk; nothing of this step was kept, everything before it was.
    case full(path: String)
    /// A file or folder that the system does not let us read or write.
    case file(path: String, errno: Int32)
    /// A database that does not hold what the store wrote.
    case damaged(path: String, reason: String)
    /// The trail's end is not what the head file says: entries were removed or the file was, so nothing is added.
    case trailBroken(path: String, TrailBreak)
    /// A stored file that is gone, or whose bytes have another hash now.
    case objectMissing(sha256: String)
    case objectDamaged(sha256: String, found: String)
    /// The store's secret key is gone, or is not the one that sealed the trail.
    case keyMissing(path: String)
    case keyWrong(path: String)
    /// A text that cannot be stored: empty, too long, or with control characters.
    case impossibleText(field: String, value: String)
    case patientExists(name: String)
    case noSuchPatient(name: String, known: [String])
    case noSuchPlan(name: String, known: [String])
    case noSuchVersion(plan: String, number: Int, last: Int)
    /// The plan was made on an image that this case does not hold.
    case imageNotInCase(patient: String, sha256: String)
    /// An image that lies in a header and a file of voxels beside it.
    case detachedVoxels(path: String)
    /// A run's result that is no JSON object.
    case notARun(path: String)
    /// The series says that text is drawn into its pixels.
    case burnedInAnnotation(series: String)
    /// The exported image, read back, is not the image that the plan was made on.
    case exportDiffers(planned: String, exported: String)
    /// The case has no image to export.
    case nothingToExport(patient: String)
    case imaging(ImagingError)
    case planning(PlanningError)
}

/// How the end of a trail contradicts the head kept beside it.
public enum TrailBreak: Error, Equatable, Sendable {
    case headMissing
    case headUnreadable
    /// The head knows more entries than the trail holds.
    case entriesMissing(known: Int, found: Int)
    /// The entry that the head names has another hash.
    case entryDiffers(sequence: Int)
    /// The last entry's own hash or seal does not fit it.
    case lastEntryDamaged(sequence: Int)
}

extension CaseStoreError {
    /// What SQLite's refusal means here.
    init(_ error: DatabaseError, path: String, patience: Double) {
        switch error.resultCode.primaryResultCode {
        case .SQLITE_FULL: self = .full(path: path)
        // Where its shared memory finds no room, SQLite speaks of input and output alone.
        case .SQLITE_IOERR where StoreFolder.isFull(path): self = .full(path: path)
        case .SQLITE_IOERR: self = .file(path: path, errno: EIO)
        case .SQLITE_BUSY, .SQLITE_LOCKED: self = .busy(path: path, seconds: patience)
        case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_CANTOPEN, .SQLITE_AUTH:
            // A damaged header looks like a file that may not be written: the system knows whether it may.
            let isAllowed = access(path, R_OK | W_OK) == 0
            self = isAllowed ? .damaged(path: path, reason: error.message ?? "") : .file(path: path, errno: errno)
        default: self = .damaged(path: path, reason: error.message ?? "SQLite says \(error.resultCode.rawValue)")
        }
    }

    /// Runs what may throw anything of the database, and says it in this target's words.
    static func catching<R>(
        _ folder: StoreFolder, at path: String? = nil, _ body: () throws -> R
    ) throws(CaseStoreError) -> R {
        let path = path ?? folder.path
        do { return try body() } catch let error as CaseStoreError { throw error } catch let error as DatabaseError {
            throw CaseStoreError(error, path: path, patience: folder.patience)
        } catch let error as ImagingError { throw .imaging(error) } catch let error as PlanningError {
            throw .planning(error)
        } catch { throw .damaged(path: path, reason: "\(error)") }
    }
}
