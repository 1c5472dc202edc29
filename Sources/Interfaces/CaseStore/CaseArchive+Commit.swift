import Foundation
import GRDB
import Planning

/// A change while it is being made: the rows that come and go, which the trail's entry will name.
struct CaseChange {
    let db: Database
    let sequence: Int
    let stamp: String
    private(set) var rows: [AuditEntry.Row] = []
    private(set) var removed: [AuditEntry.Removal] = []

    /// Rows of one entry; more than any plan has approvals.
    private static let rowsAnEntry = 4096

    init(_ db: Database, sequence: Int, stamp: String) {
        self.db = db
        self.sequence = sequence
        self.stamp = stamp
    }

    /// Adds a row and gives back its number, which no other row of this store has or had.
    mutating func insert(_ table: StoreTable, _ values: [String: StoredValue]) throws -> Int {
        let id = sequence * Self.rowsAnEntry + rows.count
        var random = SystemRandomNumberGenerator()
        var all = values
        all["id"] = .int(id)
        all["salt"] = .text(ObjectFolder.hexadecimal((0..<16).map { _ in UInt8.random(in: 0...255, using: &random) }))
        let columns = all.keys.sorted()
        let places = columns.map { _ in "?" }.joined(separator: ",")
        try db.execute(
            sql: "INSERT INTO \(table.rawValue)(\(columns.joined(separator: ","))) VALUES (\(places))",
            arguments: StatementArguments(columns.compactMap { all[$0]?.database }))
        rows.append(AuditEntry.Row(table: table.rawValue, id: id, sha256: StoredRow(table, all).sha256))
        return id
    }

    mutating func remove(_ table: StoreTable, _ id: Int) throws {
        try db.execute(sql: "DELETE FROM \(table.rawValue) WHERE id = ?", arguments: [id])
        removed.append(AuditEntry.Removal(table: table.rawValue, id: id))
    }
}

extension CaseArchive {
    /// One change: files take their places, rows come and go, and one entry of the trail says so, all or nothing.
    ///
    /// - Parameter body: whether there is something to write down; without rows and without it no entry is written.
    @discardableResult
    func commit<R>(
        _ what: String, of patient: Int?, on occasion: CaseOccasion, detail: [String: JSONValue] = [:],
        files: [StagedObject] = [], isEvent: Bool = false, _ body: (inout CaseChange) throws -> R
    ) throws(CaseStoreError) -> R {
        defer { objects.discard(files) }
        let lock = try StoreLock(folder)
        defer { withExtendedLifetime(lock) {} }
        objects.removeOldStaging()
        let new = try objects.place(files)
        var result: R?
        do throws(CaseStoreError) {
            try commitLocked(what, patient, occasion, detail) { change in
                result = try body(&change)
                return isEvent
            }
        } catch {
            // with a result the rows may be there in spite of the error: then their files stay
            if result == nil { objects.takeBack(new) }
            throw error
        }
        guard let result else { throw .damaged(path: folder.path, reason: "a change that gave nothing") }
        return result
    }

    /// - Parameter body: whether an entry is wanted even where no row came or went.
    func commitLocked(
        _ what: String, _ patient: Int?, _ occasion: CaseOccasion, _ detail: [String: JSONValue],
        _ body: (inout CaseChange) throws -> Bool
    ) throws(CaseStoreError) {
        let who = try Self.text(occasion.who, "who")
        let key = try StoreKey(folder)
        var head: TrailHead?
        try CaseStoreError.catching(folder) {
            try queue.write { db in
                let last = try Self.lastEntry(db)
                try checkEnd(last, db, key)
                var change = CaseChange(db, sequence: (last?.sequence ?? 0) + 1, stamp: occasion.stamp)
                let isWanted = try body(&change)
                guard isWanted || !change.rows.isEmpty || !change.removed.isEmpty else { return }
                let entry = AuditEntry(
                    sequence: change.sequence, previous: last?.sha256 ?? AuditEntry.none, time: change.stamp, who: who,
                    what: what, patient: patient, rows: change.rows, removed: change.removed, detail: detail)
                head = try Self.append(entry, db, key)
            }
        }
        if let head { try StoreFolder.write(Data(head.bytes), to: folder.head, mode: 0o600) }
    }

    private static func append(_ entry: AuditEntry, _ db: Database, _ key: StoreKey) throws -> TrailHead {
        let head = TrailHead(sequence: entry.sequence, sha256: entry.sha256, seal: key.seal(entry.sha256))
        try db.execute(
            sql: "INSERT INTO trail(sequence, body, sha256, seal) VALUES (?, ?, ?, ?)",
            arguments: [
                entry.sequence, String(decoding: entry.canonicalBytes, as: UTF8.self), head.sha256, head.seal,
            ])
        return head
    }

    static func lastEntry(_ db: Database) throws -> TrailEntry? {
        try TrailEntry.fetch(db, "ORDER BY sequence DESC LIMIT 1").first
    }

    /// Nothing is added to a trail whose end is not what was sealed: that would bury what happened to it.
    private func checkEnd(_ last: TrailEntry?, _ db: Database, _ key: StoreKey) throws {
        guard let last else {
            guard access(folder.head, F_OK) != 0 else { throw broken(.entriesMissing(known: 1, found: 0)) }
            return
        }
        guard ObjectFolder.sha256(Array(last.body.utf8)) == last.sha256 else {
            throw broken(.lastEntryDamaged(sequence: last.sequence))
        }
        guard key.seal(last.sha256) == last.seal else { throw CaseStoreError.keyWrong(path: folder.key) }
        guard access(folder.head, F_OK) == 0 else {
            // A store made and then killed before its head was written has one entry.
            guard last.sequence == 1 else { throw broken(.headMissing) }
            return
        }
        guard let head = TrailHead(try StoreFolder.read(folder.head, limit: 10000)) else {
            throw broken(.headUnreadable)
        }
        guard head.sequence <= last.sequence else {
            throw broken(.entriesMissing(known: head.sequence, found: last.sequence))
        }
        let named = try TrailEntry.fetch(db, "WHERE sequence = ?", [head.sequence]).first
        guard named?.sha256 == head.sha256 else { throw broken(.entryDiffers(sequence: head.sequence)) }
    }

    private func broken(_ reason: TrailBreak) -> CaseStoreError { .trailBroken(path: folder.path, reason) }

    /// A text that may stand in a row.
    ///
    /// - Throws: `.impossibleText` where it is empty, over 200 bytes, or has control characters.
    static func text(_ text: String, _ field: String, mayBeEmpty: Bool = false) throws(CaseStoreError) -> String {
        guard mayBeEmpty || !text.isEmpty, text.utf8.count <= 200,
            text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }),
            text == text.trimmingCharacters(in: .whitespaces)
        else { throw .impossibleText(field: field, value: String(text.prefix(200))) }
        return text
    }
}

/// A row of the trail as it stands in the database, not yet believed.
struct TrailEntry: Equatable, Sendable {
    let sequence: Int
    let body: String
    let sha256: String
    let seal: String

    static func fetch(_ db: Database, _ rest: String, _ arguments: StatementArguments = []) throws -> [TrailEntry] {
        try Row.fetchAll(db, sql: "SELECT sequence, body, sha256, seal FROM trail \(rest)", arguments: arguments).map {
            let values = Array($0.databaseValues).map(\.storage)
            guard case .int64(let sequence) = values[0], case .string(let body) = values[1],
                case .string(let sha256) = values[2], case .string(let seal) = values[3]
            else { throw CaseStoreError.damaged(path: "cases.sqlite", reason: "a row of the trail has a wrong type") }
            return TrailEntry(sequence: Int(sequence), body: body, sha256: sha256, seal: seal)
        }
    }
}
