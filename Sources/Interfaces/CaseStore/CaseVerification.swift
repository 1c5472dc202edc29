import Foundation
import GRDB
import Imaging
import Planning

/// What a store was found to be: everything that is not as it was written.
public struct CaseVerification: Equatable, Sendable {
    /// Something that was changed, removed or damaged.
    public enum Finding: Equatable, Sendable {
        /// SQLite cannot read its file.
        case databaseUnreadable(String)
        /// SQLite's own check of its file.
        case databaseDamaged(String)
        /// A table, index or migration that is not as this program makes it.
        case schemaChanged(String)
        case keyMissing
        /// The key is not the one that the store was made with.
        case keyWrong
        case headMissing
        case headUnreadable
        /// The head beside the database has another seal than its entry.
        case headForged
        /// The head knows more entries than the trail holds: its end was cut off.
        case entriesMissing(known: Int, found: Int)
        case entryDiffersFromHead(sequence: Int)
        /// A number of the trail that is not there.
        case entryMissing(sequence: Int)
        /// An entry whose text is not what its hash says, or is no entry.
        case entryChanged(sequence: Int)
        /// An entry that names another one as the one before.
        case chainBroken(sequence: Int)
        /// An entry that nobody with the key sealed.
        case entryNotSealed(sequence: Int)
        /// The head that the caller remembers is not in the trail.
        case expectedHeadNotFound(sequence: Int)
        /// A row is not what the trail says of it.
        case rowChanged(table: String, id: Int)
        case rowMissing(table: String, id: Int)
        /// A row that no entry of the trail names.
        case rowUnrecorded(table: String, id: Int)
        case objectMissing(sha256: String, neededBy: String)
        case objectChanged(sha256: String, found: String, neededBy: String)
        /// A list of files that is none.
        case manifestUnreadable(sha256: String)
    }

    /// Nothing wrong, but worth knowing.
    public enum Remark: Equatable, Sendable {
        /// Entries after the head: a command was ended between saving and writing the head.
        case entriesAfterHead(count: Int)
        /// Objects that no row needs: a command was ended while it added or removed.
        case unneededObjects(count: Int)
        /// Files in the store's folders that are no objects.
        case strayFiles([String])
    }

    public internal(set) var findings: [Finding] = []
    public internal(set) var remarks: [Remark] = []
    public internal(set) var entries = 0
    public internal(set) var rows = 0
    public internal(set) var objects = 0
    public internal(set) var bytes = 0
    /// The trail's last entry: keep it elsewhere, and `verify` with it finds what the store itself cannot.
    public internal(set) var head: TrailPosition?

    public var passed: Bool { findings.isEmpty }
}

/// An entry of a trail, as it is remembered outside the store: `12:9f86…`.
public struct TrailPosition: Equatable, Sendable {
    public let sequence: Int
    public let sha256: String

    /// `nil` for anything but a number, a colon and 64 hexadecimal digits.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let sequence = Int(parts[0]), sequence > 0, ObjectFolder.isName(String(parts[1])) else {
            return nil
        }
        self.init(sequence: sequence, sha256: String(parts[1]))
    }

    init(sequence: Int, sha256: String) {
        self.sequence = sequence
        self.sha256 = sha256
    }

    public var text: String { "\(sequence):\(sha256)" }
}

extension CaseArchive {
    /// Reads everything in the store and compares it with the trail. Nothing is changed, and damage is an answer, not
    /// an error.
    ///
    /// - Parameters:
    ///   - remembered: a head that an earlier `verify` gave, kept where the store's keepers cannot reach. Without one
    ///     it cannot be seen that the whole folder was put back to an earlier state.
    ///   - patience: how long to wait for a change that is being made, s.
    /// - Throws: `.notFound` where there is no store, `.busy`, `.newerSchema`; `.file` where it may not be read.
    public static func verify(
        _ path: String, remembered: TrailPosition? = nil, patience: Double = usualPatience,
        progress: ProgressReport? = nil
    ) throws(CaseStoreError) -> CaseVerification {
        let folder = StoreFolder(path, patience: patience)
        guard folder.hasDatabase || access(folder.head, F_OK) == 0 else { throw .notFound(path: path) }
        let lock = try StoreLock(folder, shared: true)
        defer { withExtendedLifetime(lock) {} }
        var examiner = StoreExaminer(folder)
        do throws(CaseStoreError) {
            guard folder.hasDatabase else { throw .damaged(path: folder.database, reason: "the file is gone") }
            let queue = try connect(folder)
            try CaseStoreError.catching(folder) {
                try queue.read { try examiner.examine($0, remembered: remembered) }
            }
        } catch {
            switch error {
            case .busy, .newerSchema: throw error
            case .file(_, let number) where number == EACCES: throw error
            case .damaged(_, let reason): examiner.found.findings.append(.databaseUnreadable(reason))
            case .notAStore: examiner.found.findings.append(.databaseUnreadable("its identifier is not a store's"))
            default: examiner.found.findings.append(.databaseUnreadable("\(error)"))
            }
        }
        examiner.examineObjects(progress)
        return examiner.found
    }
}
