import Foundation
import Frames
import GRDB
import TestSupport
import Testing

@testable import CaseStore

/// Whatever is changed in a store is found.
@Suite struct CaseVerificationTests {
    private static let filled = Result {
        let one = try SmallCase()
        try one.fill()
        return one
    }

    /// A filled store's copy, changed by `hurt`, and what verification finds in it.
    private static func found(
        after hurt: (DatabaseQueue) throws -> Void, remembered: TrailPosition? = nil
    ) throws -> CaseVerification {
        let copy = try filled.get().copy()
        defer { try? FileManager.default.removeItem(at: copy) }
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        let queue = try DatabaseQueue(
            path: copy.appendingPathComponent("cases.sqlite").path, configuration: configuration)
        try hurt(queue)
        try queue.close()
        return try CaseArchive.verify(copy.path, remembered: remembered)
    }

    @Test func anUntouchedStorePasses() throws {
        let found = try Self.found { _ in }
        #expect(found.passed && found.remarks.isEmpty, "\(found)")
        #expect(found.entries == 8 && found.rows == 8)
        // Six slices, their list, labels, two plans, a run.
        #expect(found.objects == 11)
        #expect(try Self.found(after: { _ in }, remembered: found.head).passed)
    }

    @Test func everyFlippedBitOfEverySmallFileIsFound() throws {
        let copy = try Self.filled.get().copy()
        var tried = 0
        for name in SmallCase.files(below: copy) where !name.hasPrefix("cases.sqlite") && name != "lock" {
            let url = copy.appendingPathComponent(name)
            let whole = Array(try Data(contentsOf: url))
            // Every byte of the small ones; slices share most of theirs, and every 97th byte of them is flipped.
            let step = whole.count > 1200 ? 97 : whole.count > 600 ? 3 : 1
            for at in stride(from: whole.count % step, to: whole.count, by: step) {
                var hurt = whole
                hurt[at] ^= 1 << UInt8(at % 8)
                try overwrite(url, hurt)
                let found = try CaseArchive.verify(copy.path)
                #expect(!found.passed, "\(name), byte \(at)")
                tried += 1
            }
            try overwrite(url, whole)
        }
        #expect(tried > 800)
        #expect(try CaseArchive.verify(copy.path).passed)
    }

    @Test func everyFieldOfEveryRowIsFound() throws {
        var tried = 0
        for table in StoreTable.allCases.map(\.rawValue) + ["trail", "grdb_migrations"] {
            let columns = try Self.filled.get().store.queue.read { try $0.columns(in: table).map(\.name) }
            for column in columns {
                // Another migration's name is a store that this program does not know: that is refused, not judged.
                let found = try? Self.found { queue in
                    try queue.write { db in
                        let changed =
                            "CASE typeof(\(column)) WHEN 'integer' THEN \(column) + 1 WHEN 'null' THEN 'x' ELSE \(column) || 'x' END"
                        let type = try String.fetchOne(
                            db, sql: "SELECT typeof(\(column)) FROM \(table) ORDER BY rowid DESC LIMIT 1")
                        let value = type == "null" && ["labels", "version", "passed"].contains(column) ? "1" : changed
                        try db.execute(
                            sql:
                                "UPDATE \(table) SET \(column) = \(value) WHERE rowid = (SELECT max(rowid) FROM \(table))"
                        )
                    }
                }
                #expect(found.map { !$0.passed } ?? (table == "grdb_migrations"), "\(table).\(column)")
                tried += 1
            }
        }
        #expect(tried > 50)
    }

    @Test(arguments: 1...8) func everyEntryOfThePastIsHeld(_ sequence: Int) throws {
        let removed = try Self.found {
            try $0.write { try $0.execute(sql: "DELETE FROM trail WHERE sequence = \(sequence)") }
        }
        let isNamed = removed.findings.contains {
            $0 == .entryMissing(sequence: sequence) || $0 == .entriesMissing(known: 8, found: 7)
        }
        #expect(isNamed, "\(removed.findings)")
        // Each byte of its text.
        let body = try Self.filled.get().store.queue.read {
            try TrailEntry.fetch($0, "WHERE sequence = ?", [sequence])[0].body
        }
        for at in body.utf8.indices.enumerated().filter({ $0.offset % 7 == sequence % 7 }).map(\.offset) {
            var bytes = Array(body.utf8)
            bytes[at] ^= 1
            let text = String(decoding: bytes, as: UTF8.self)
            let found = try Self.found { queue in
                try queue.write {
                    try $0.execute(sql: "UPDATE trail SET body = ? WHERE sequence = ?", arguments: [text, sequence])
                }
            }
            #expect(found.findings.contains(.entryChanged(sequence: sequence)), "byte \(at)")
        }
    }

    /// Somebody without the key who writes the whole rest of the chain anew, so that every hash fits.
    @Test func aRewrittenPastIsNotSealed() throws {
        let found = try Self.found { queue in
            try queue.write { db in
                var previous = AuditEntry.none
                for stored in try TrailEntry.fetch(db, "ORDER BY sequence") {
                    guard let old = AuditEntry(body: stored.body) else { continue }
                    let entry = AuditEntry(
                        sequence: old.sequence, previous: previous, time: old.time,
                        who: old.sequence == 3 ? "Somebody Else" : old.who, what: old.what, patient: old.patient,
                        rows: old.rows, removed: old.removed, detail: old.detail)
                    previous = entry.sha256
                    try db.execute(
                        sql: "UPDATE trail SET body = ?, sha256 = ? WHERE sequence = ?",
                        arguments: [
                            String(decoding: entry.canonicalBytes, as: UTF8.self), entry.sha256, entry.sequence,
                        ])
                }
            }
        }
        #expect(!found.findings.contains(.entryChanged(sequence: 3)))
        for sequence in 3...8 { #expect(found.findings.contains(.entryNotSealed(sequence: sequence))) }
        #expect(found.findings.contains(.entryDiffersFromHead(sequence: 8)))
    }

    @Test func reorderedEntriesAreFound() throws {
        let found = try Self.found { queue in
            try queue.write {
                try $0.execute(
                    sql: """
                        UPDATE trail SET sequence = -4 WHERE sequence = 4; UPDATE trail SET sequence = 4 WHERE sequence = 5;
                        UPDATE trail SET sequence = 5 WHERE sequence = -4
                        """)
            }
        }
        #expect(
            found.findings.contains(.entryChanged(sequence: 4)) && found.findings.contains(.entryChanged(sequence: 5)))
    }

    /// The last entries and what they added, gone together: only the head knows.
    @Test func aCutEndIsFoundAndNothingIsAdded() throws {
        let copy = try Self.filled.get().copy()
        let queue = try DatabaseQueue(path: copy.appendingPathComponent("cases.sqlite").path)
        try queue.write { try $0.execute(sql: "DELETE FROM runs; DELETE FROM trail WHERE sequence >= 7") }
        try queue.close()
        #expect(try CaseArchive.verify(copy.path).findings == [.entriesMissing(known: 8, found: 6)])
        let store = try CaseArchive.open(copy.path)
        let broken = CaseStoreError.trailBroken(path: copy.path, .entriesMissing(known: 8, found: 6))
        #expect(throws: broken) { try store.addPatient("P-99", on: SmallCase.now) }
        // Without the head too.
        try FileManager.default.removeItem(at: copy.appendingPathComponent("head.json"))
        #expect(try CaseArchive.verify(copy.path).findings == [.headMissing])
        #expect(throws: CaseStoreError.trailBroken(path: copy.path, .headMissing)) {
            try store.addPatient("P-99", on: SmallCase.now)
        }
    }

    /// A whole store put back to an earlier state is in order in itself; a head kept elsewhere tells.
    @Test func anEarlierStateIsFoundWithARememberedHead() throws {
        let one = try SmallCase()
        let earlier = try one.copy()
        try one.fill()
        let head = try #require(try CaseArchive.verify(one.store.path).head)
        #expect(try CaseArchive.verify(earlier.path).passed)
        #expect(try CaseArchive.verify(earlier.path, remembered: head).findings == [.expectedHeadNotFound(sequence: 8)])
        // A remembered head stays good while the trail grows.
        try one.store.record("looked-at", of: one.patient, on: SmallCase.now)
        #expect(try CaseArchive.verify(one.store.path, remembered: head).passed)
        #expect(TrailPosition(head.text) == head)
        for text in ["", "8", "8:", "8:xyz", "0:" + head.sha256, "8:" + head.sha256 + "0", "x:" + head.sha256] {
            #expect(TrailPosition(text) == nil, "\(text)")
        }
    }

    @Test func anotherKeyAndNoKeyAreFound() throws {
        let copy = try Self.filled.get().copy()
        let key = copy.appendingPathComponent("key")
        let whole = Array(try Data(contentsOf: key))
        try overwrite(key, Array(whole.reversed().drop { $0 == 10 }) + [10])
        #expect(try CaseArchive.verify(copy.path).findings == [.keyWrong])
        let store = try CaseArchive.open(copy.path)
        #expect(throws: CaseStoreError.keyWrong(path: key.path)) { try store.addPatient("P-99", on: SmallCase.now) }
        try FileManager.default.removeItem(at: key)
        #expect(try CaseArchive.verify(copy.path).findings == [.keyMissing])
        #expect(try store.patients().count == 1, "reading needs no key")
        #expect(throws: CaseStoreError.keyMissing(path: key.path)) { try store.addPatient("P-99", on: SmallCase.now) }
    }

    @Test func missingAndAddedFilesAreFound() throws {
        let copy = try Self.filled.get().copy()
        let objects = SmallCase.files(below: copy).filter { $0.hasPrefix("objects") }
        let place = copy.appendingPathComponent(objects[3])
        let sha256 = objects[3].replacing("objects/", with: "").replacing("/", with: "")
        let whole = try Data(contentsOf: place)
        try FileManager.default.removeItem(at: place)
        let findings = try CaseArchive.verify(copy.path).findings
        guard case .objectMissing(sha256, _) = findings.first, findings.count == 1 else {
            Issue.record("\(findings)")
            return
        }
        try whole.write(to: place)
        let added = ObjectFolder(folder: StoreFolder(copy.path))
        try added.place([try added.stage(Data("of nobody".utf8))])
        let found = try CaseArchive.verify(copy.path)
        #expect(found.passed && found.remarks == [.unneededObjects(count: 1)])
    }

    /// Random damage of the database file: found, refused, or without any effect on what is read.
    @Test func damageOfTheDatabaseIsFoundOrWithoutEffect() throws {
        let copy = try Self.filled.get().copy()
        let file = copy.appendingPathComponent("cases.sqlite")
        let whole = Array(try Data(contentsOf: file))
        let reference = try content(of: try Self.filled.get().store.queue)
        var silent = 0
        let outcome = try fuzz(
            least: 150,
            damage: { seed in
                var random = SeededGenerator(seed: seed)
                var hurt = whole
                for _ in 0..<Int.random(in: 1...3, using: &random) {
                    hurt[Int.random(in: 0..<whole.count, using: &random)] ^=
                        1 << UInt8.random(in: 0..<8, using: &random)
                }
                return hurt
            },
            accepts: { bytes in
                try overwrite(file, bytes)
                for tail in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: file.path + tail) }
                let found: CaseVerification
                do { found = try CaseArchive.verify(copy.path) } catch { return false }
                guard found.passed else { return false }
                silent += 1
                let queue = try DatabaseQueue(path: file.path)
                let now = try content(of: queue)
                try queue.close()
                #expect(now == reference, "damage that verification does not see changes what is read")
                return true
            })
        #expect(outcome.tried >= 150)
        // Much of a small database is empty space.
        #expect(silent < outcome.tried)
    }
}
