import Foundation
import GRDB
import Planning

/// The case store: one SQLite file, content-addressed files beside it, and a trail in which each entry carries the
/// hash of the one before.
///
/// ```swift
/// let store = try CaseArchive.open("cases", creating: true)
/// let now = CaseOccasion(who: "A Surgeon", time: Date())
/// let patient = try store.addPatient("P-017", on: now)
/// let series = try store.addSeries(image, of: patient, on: now)
/// let version = try store.addPlanVersion(plan, named: "plan", of: patient, on: now)
/// ```
/// Any number of processes may use one store; each change is one transaction with one entry of the trail, and what was
/// saved once stays saved whatever happens to the next one. `Documentation/case-store.md` says what is where.
public final class CaseArchive: Sendable {
    let folder: StoreFolder
    let objects: ObjectFolder
    let queue: DatabaseQueue

    public var path: String { folder.path }
    /// A minute: more than any change takes, s.
    public static let usualPatience = StoreFolder.usualPatience

    /// - Parameters:
    ///   - creating: whether a store is made where there is none.
    ///   - patience: how long each change waits for another's to end, s.
    /// - Throws: `.notFound`, `.notAStore`, `.newerSchema`, `.damaged`, `.file`, `.full`, `.busy`.
    public static func open(
        _ path: String, creating: Bool = false, patience: Double = usualPatience
    ) throws(CaseStoreError) -> CaseArchive {
        let folder = StoreFolder(path, patience: patience)
        if folder.hasDatabase { return try CaseArchive(existing: folder) }
        guard creating else { throw .notFound(path: path) }
        try folder.make()
        let lock = try StoreLock(folder)
        defer { withExtendedLifetime(lock) {} }
        if !folder.hasDatabase, access(folder.head, F_OK) == 0 {
            throw .damaged(path: folder.path, reason: "its database cases.sqlite is gone")
        }
        try StoreKey.make(folder)
        // Made here, so that it and the log that SQLite writes beside it are its owner's alone from the first byte.
        let made = Glibc.open(folder.database, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard made >= 0 else { throw StoreFolder.problem(folder.database, errno) }
        close(made)
        return try CaseArchive(making: folder)
    }

    private init(existing folder: StoreFolder) throws(CaseStoreError) {
        (self.folder, objects) = (folder, ObjectFolder(folder: folder))
        queue = try Self.connect(folder)
        let isReady = try CaseStoreError.catching(folder) { try queue.read { try Self.isReady($0, folder) } }
        guard !isReady else { return }
        let lock = try StoreLock(folder)
        try prepare()
        withExtendedLifetime(lock) {}
    }

    /// With the lock held.
    private init(making folder: StoreFolder) throws(CaseStoreError) {
        (self.folder, objects) = (folder, ObjectFolder(folder: folder))
        queue = try Self.connect(folder)
        try prepare()
    }

    static func connect(_ folder: StoreFolder) throws(CaseStoreError) -> DatabaseQueue {
        var configuration = Configuration()
        configuration.journalMode = .wal
        configuration.busyMode = .timeout(folder.patience)
        configuration.foreignKeysEnabled = true
        configuration.prepareDatabase { db in
            // FULL: what is said to be saved survives a power cut. What is removed is overwritten, not only unlinked.
            try db.execute(sql: "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON")
        }
        return try CaseStoreError.catching(folder, at: folder.database) {
            try DatabaseQueue(path: folder.database, configuration: configuration)
        }
    }

    /// Whether the database is ours and of this schema.
    ///
    /// - Throws: `CaseStoreError.notAStore`, `.newerSchema`.
    static func isReady(_ db: Database, _ folder: StoreFolder) throws -> Bool {
        let application = try Int.fetchOne(db, sql: "PRAGMA application_id") ?? 0
        let tables = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") ?? 0
        guard application == StoreSchema.applicationID || (application == 0 && tables == 0) else {
            throw CaseStoreError.notAStore(path: folder.path)
        }
        let migrator = StoreSchema.migrator
        let found = try migrator.appliedIdentifiers(db)
        guard found.isSubset(of: migrator.migrations) else {
            throw CaseStoreError.newerSchema(path: folder.path, known: migrator.migrations, found: found.sorted())
        }
        return try migrator.hasCompletedMigrations(db) && !(try Self.isEmpty(db))
    }

    private static func isEmpty(_ db: Database) throws -> Bool {
        try Int.fetchOne(db, sql: "SELECT 1 FROM trail LIMIT 1") == nil
    }

    /// Brings the schema up to date and writes the first entry, with the lock held.
    private func prepare() throws(CaseStoreError) {
        let key = try StoreKey(folder)
        try CaseStoreError.catching(folder) {
            if try queue.read({ try Self.isReady($0, folder) }) { return }
            try StoreSchema.migrator.migrate(queue)
        }
        let isEmpty = try CaseStoreError.catching(folder) { try queue.read(Self.isEmpty) }
        guard isEmpty else { return }
        let occasion = CaseOccasion(who: "stylet", time: Date())
        try commitLocked("make-store", nil, occasion, ["key_sha256": .string(key.fingerprint)]) { _ in true }
    }

    func read<R>(_ body: (Database) throws -> R) throws(CaseStoreError) -> R {
        try CaseStoreError.catching(folder) { try queue.read(body) }
    }
}
