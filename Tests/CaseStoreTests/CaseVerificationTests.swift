import Foundation
import Frames
import GRDB
import TestSupport
import Testing

@testable import CaseStore

/// Whatever is changed in a store is found.
@Suite struct CaseVerificationTests {
    private static func found(
        after hurt: (DatabaseQueue) throws -> Void, remembered: TrailPosition? = nil
    ) throws -> CaseVerification {
        let copy = try FilledStore.get().copyOfDatabase()
        defer { try? FileManager.default.removeItem(at: copy) }
        let queue = try FilledStore.carelessQueue(copy)
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
        let copy = try FilledStore.get().copy()
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
        let copy = try FilledStore.get().copy()
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
        let copy = try FilledStore.get().copy()
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
        // One that is no object is told by its name, wherever it lies.
        for name in ["notes.txt", "objects/letter", "objects/ab/cd", "staging/left"] {
            let place = copy.appendingPathComponent(name)
            try FileManager.default.createDirectory(
                at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data("x".utf8).write(to: place)
        }
        let strays = CaseVerification.Remark.strayFiles([
            "notes.txt", "objects/ab/cd", "objects/letter", "staging/left",
        ])
        #expect(try CaseArchive.verify(copy.path).remarks == [.unneededObjects(count: 1), strays])
    }

    /// Another program that holds the database itself, and another command that holds the store.
    @Test func whoeverHoldsItIsWaitedForAndThenNamed() throws {
        let copy = try FilledStore.get().copyOfDatabase()
        let queue = try FilledStore.carelessQueue(copy)
        let store = try CaseArchive.open(copy.path, patience: 0.2)
        let busy = CaseStoreError.busy(path: copy.path, seconds: 0.2)
        try queue.inDatabase { db in
            try db.execute(sql: "BEGIN IMMEDIATE")
            #expect(throws: busy) { try store.addPatient("P-99", on: SmallCase.now) }
            try db.execute(sql: "ROLLBACK")
        }
        let lock = try StoreLock(StoreFolder(copy.path))
        #expect(throws: busy) { try store.addPatient("P-99", on: SmallCase.now) }
        #expect(throws: busy) { try CaseArchive.verify(copy.path, patience: 0.2) }
        withExtendedLifetime(lock) {}
    }
}
