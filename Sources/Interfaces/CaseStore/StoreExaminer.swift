import Foundation
import GRDB
import Imaging
import Planning

/// Goes through a store once and collects what is wrong with it.
struct StoreExaminer {
    private struct RowName: Hashable {
        let table: String
        let id: Int
    }

    let folder: StoreFolder
    let objects: ObjectFolder
    var found = CaseVerification()
    /// Objects that rows name, and a row that does.
    private var needed: [String: String] = [:]
    private var manifests: Set<String> = []
    /// Rows could be read, so that what they do not name is needed by nobody.
    private var knowsRows = false

    init(_ folder: StoreFolder) {
        self.folder = folder
        objects = ObjectFolder(folder: folder)
    }

    private mutating func report(_ finding: CaseVerification.Finding) { found.findings.append(finding) }

    mutating func examine(_ db: Database, remembered: TrailPosition?) throws {
        try examineDatabase(db)
        let trail = try TrailEntry.fetch(db, "ORDER BY sequence")
        found.entries = trail.count
        let entries = examineChain(trail)
        examineSeals(trail, firstDetail: entries.first?.detail)
        try examineHead(trail)
        if let last = trail.last { found.head = TrailPosition(sequence: last.sequence, sha256: last.sha256) }
        if let remembered,
            !trail.contains(where: { $0.sequence == remembered.sequence && $0.sha256 == remembered.sha256 })
        {
            report(.expectedHeadNotFound(sequence: remembered.sequence))
        }
        try examineRows(db, expectedRows(entries))
    }

    private mutating func examineDatabase(_ db: Database) throws {
        _ = try CaseArchive.isReady(db, folder)
        for line in try String.fetchAll(db, sql: "PRAGMA integrity_check(20)") where line != "ok" {
            report(.databaseDamaged(line))
        }
        for row in try Row.fetchAll(db, sql: "PRAGMA foreign_key_check") {
            report(.databaseDamaged("a row of \(row.databaseValues.first.map { "\($0)" } ?? "?") refers to nothing"))
        }
        let (shape, expected) = (try StoreSchema.shape(db), try StoreSchema.expectedShape())
        for line in expected where !shape.contains(line) { report(.schemaChanged(line)) }
        for line in shape where !expected.contains(line) { report(.schemaChanged(line)) }
        let applied = try Row.fetchAll(db, sql: "SELECT * FROM grdb_migrations").map { row in
            row.databaseValues.map { "\($0)" }.joined(separator: " | ")
        }
        let known = StoreSchema.migrator.migrations.map { "\"\($0)\"" }
        if applied != known { report(.schemaChanged("migrations: \(applied.joined(separator: ", "))")) }
    }

    /// The entries whose text is what its hash says.
    private mutating func examineChain(_ trail: [TrailEntry]) -> [AuditEntry] {
        var entries: [AuditEntry] = []
        var (next, previous) = (1, AuditEntry.none)
        for stored in trail {
            if stored.sequence > next {
                for gap in next..<min(stored.sequence, next + 100) { report(.entryMissing(sequence: gap)) }
            }
            next = stored.sequence + 1
            let isWhole = ObjectFolder.sha256(Array(stored.body.utf8)) == stored.sha256
            guard isWhole, let entry = AuditEntry(body: stored.body), entry.sequence == stored.sequence else {
                report(.entryChanged(sequence: stored.sequence))
                previous = stored.sha256
                continue
            }
            if entry.previous != previous { report(.chainBroken(sequence: stored.sequence)) }
            previous = stored.sha256
            entries.append(entry)
        }
        if trail.isEmpty { report(.entryMissing(sequence: 1)) }
        return entries
    }

    private mutating func examineSeals(_ trail: [TrailEntry], firstDetail: [String: JSONValue]?) {
        let key: StoreKey
        do { key = try StoreKey(folder) } catch {
            report(access(folder.key, F_OK) == 0 ? .keyWrong : .keyMissing)
            return
        }
        if let known = firstDetail?["key_sha256"]?.string, known != key.fingerprint {
            report(.keyWrong)
            return
        }
        for entry in trail where key.seal(entry.sha256) != entry.seal {
            report(.entryNotSealed(sequence: entry.sequence))
        }
    }

    private mutating func examineHead(_ trail: [TrailEntry]) throws {
        guard access(folder.head, F_OK) == 0 else {
            if trail.count > 1 { report(.headMissing) }
            return
        }
        guard let head = TrailHead(try StoreFolder.read(folder.head, limit: 10000)) else {
            report(.headUnreadable)
            return
        }
        let last = trail.last?.sequence ?? 0
        if head.sequence > last { report(.entriesMissing(known: head.sequence, found: last)) }
        guard let named = trail.first(where: { $0.sequence == head.sequence }) else { return }
        if named.sha256 != head.sha256 { report(.entryDiffersFromHead(sequence: head.sequence)) }
        if named.seal != head.seal { report(.headForged) }
        if last > head.sequence { found.remarks.append(.entriesAfterHead(count: last - head.sequence)) }
    }

    /// The rows that the trail leaves, with their hashes.
    private func expectedRows(_ entries: [AuditEntry]) -> [RowName: String] {
        var rows: [RowName: String] = [:]
        for entry in entries {
            for row in entry.rows { rows[RowName(table: row.table, id: row.id)] = row.sha256 }
            for row in entry.removed { rows[RowName(table: row.table, id: row.id)] = nil }
        }
        return rows
    }

    private mutating func examineRows(_ db: Database, _ expected: [RowName: String]) throws {
        var left = expected
        for table in StoreTable.allCases {
            for row in try db.rows(table) {
                let id = try row.int("id")
                found.rows += 1
                if let known = left.removeValue(forKey: RowName(table: table.rawValue, id: id)) {
                    if known != row.sha256 { report(.rowChanged(table: table.rawValue, id: id)) }
                } else {
                    report(.rowUnrecorded(table: table.rawValue, id: id))
                }
                guard let column = table.objectColumn else { continue }
                let name = try row.text(column)
                needed[name] = needed[name] ?? "\(table.rawValue) \(id)"
                if table == .series { manifests.insert(name) }
            }
        }
        for missing in left.keys.sorted(by: { ($0.table, $0.id) < ($1.table, $1.id) }) {
            report(.rowMissing(table: missing.table, id: missing.id))
        }
        knowsRows = true
    }

    /// Hashes every object, needed or not, and looks whether those that are needed are there.
    mutating func examineObjects(_ progress: ProgressReport?) {
        readManifests()
        let (present, strays) = objects.all()
        let folder = objects
        let outcomes = parallelMap(present.count, progress: progress) { i -> (sha256: String, bytes: Int)? in
            guard let data = try? StoreFolder.read(folder.path(present[i])) else { return nil }
            return (ObjectFolder.sha256(data), data.count)
        }
        for (name, outcome) in zip(present, outcomes) {
            found.objects += 1
            found.bytes += outcome?.bytes ?? 0
            if outcome?.sha256 != name {
                report(
                    .objectChanged(
                        sha256: name, found: outcome?.sha256 ?? "unreadable", neededBy: needed[name] ?? "nothing"))
            }
        }
        let there = Set(present)
        for name in needed.keys.sorted() where !there.contains(name) {
            report(.objectMissing(sha256: name, neededBy: needed[name] ?? ""))
        }
        let unneeded = present.count { needed[$0] == nil }
        if knowsRows, unneeded > 0 { found.remarks.append(.unneededObjects(count: unneeded)) }
        if !strays.isEmpty { found.remarks.append(.strayFiles(strays)) }
    }

    private mutating func readManifests() {
        for manifest in manifests.sorted() {
            guard let data = try? StoreFolder.read(objects.path(manifest)) else { continue }
            do {
                for file in try StoredFile.list(data, manifest) {
                    needed[file.sha256] = "\(file.name) of \(manifest.prefix(12))…"
                }
            } catch { report(.manifestUnreadable(sha256: manifest)) }
        }
    }
}
