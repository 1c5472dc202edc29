import Foundation
import Frames
import GRDB
import TestSupport
import Testing

@testable import CaseStore

/// A changed byte or field at every kind of place.
@Suite struct StoreExaminerTests {
    @Test func everyFlippedBitOfEverySmallFileIsFound() throws {
        let copy = try FilledStore.get().copy()
        var tried = 0
        for name in SmallCase.files(below: copy) where !name.hasPrefix("cases.sqlite") && name != "lock" {
            let url = copy.appendingPathComponent(name)
            let whole = Array(try Data(contentsOf: url))
            // Every byte of key and head; of others some, which differ from file to file: slices share most of theirs.
            let step = whole.count > 1200 ? 293 : whole.count > 600 ? 23 : whole.count > 250 ? 7 : 1
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
        #expect(tried > 250)
        #expect(try CaseArchive.verify(copy.path).passed)
    }

    /// One field changed by SQL; what verification says, or `nil` where the store is refused.
    private static func found(
        _ queue: DatabaseQueue, _ store: URL, changing column: String, of table: String, row: Int
    ) throws -> CaseVerification? {
        let former = try queue.read {
            try Row.fetchOne($0, sql: "SELECT * FROM \(table) WHERE rowid = ?", arguments: [row])?[column]
                as DatabaseValue?
        }
        let changed =
            "CASE typeof(\(column)) WHEN 'integer' THEN \(column) + 100 WHEN 'null' THEN 'x' ELSE \(column) || 'x' END"
        let isWhole = ["labels", "version", "passed"].contains(column)
        let value = former?.isNull == true && isWhole ? "1" : changed
        let isNumber = ["id", "sequence"].contains(column)
        try queue.write {
            try $0.execute(sql: "UPDATE \(table) SET \(column) = \(value) WHERE rowid = \(row)")
        }
        defer {
            try? queue.write {
                try $0.execute(
                    sql: "UPDATE \(table) SET \(column) = ? WHERE rowid = ?",
                    arguments: [former, isNumber ? row + 100 : row])
            }
        }
        return try? CaseArchive.verify(store.path)
    }

    /// Each column of every row, and so of every entry of the past.
    @Test func everyFieldOfEveryRowIsFound() throws {
        let copy = try FilledStore.get().copyOfDatabase()
        let queue = try FilledStore.carelessQueue(copy)
        var tried: Set<String> = []
        for table in StoreTable.allCases.map(\.rawValue) + ["trail", "grdb_migrations"] {
            let (columns, rows) = try queue.read {
                (
                    try $0.columns(in: table).map(\.name),
                    try Int.fetchAll($0, sql: "SELECT rowid FROM \(table) ORDER BY rowid DESC")
                )
            }
            for column in columns {
                for row in rows where !(column == "sequence" && row < rows[0]) {
                    // Another migration's name is a store that this program does not know: refused, not judged.
                    let found = try Self.found(queue, copy, changing: column, of: table, row: row)
                    #expect(found.map { !$0.passed } ?? (table == "grdb_migrations"), "\(table).\(column), row \(row)")
                    tried.insert("\(table).\(column) \(row)")
                }
            }
        }
        #expect(tried.count > 80)
        #expect(try CaseArchive.verify(copy.path).passed, "all is put back")
    }

    @Test(arguments: 1...8) func everyEntryOfThePastIsHeld(_ sequence: Int) throws {
        let copy = try FilledStore.get().copyOfDatabase()
        let queue = try FilledStore.carelessQueue(copy)
        let body = try queue.read { try TrailEntry.fetch($0, "WHERE sequence = ?", [sequence])[0].body }
        // Bytes of its text, at all kinds of place.
        for at in stride(from: sequence % 7, to: body.utf8.count, by: 7) {
            var bytes = Array(body.utf8)
            bytes[at] ^= 1
            try queue.write {
                try $0.execute(
                    sql: "UPDATE trail SET body = ? WHERE sequence = ?",
                    arguments: [String(decoding: bytes, as: UTF8.self), sequence])
            }
            let found = try CaseArchive.verify(copy.path)
            #expect(found.findings.contains(.entryChanged(sequence: sequence)), "byte \(at)")
        }
        try queue.write { try $0.execute(sql: "DELETE FROM trail WHERE sequence = \(sequence)") }
        let found = try CaseArchive.verify(copy.path).findings
        #expect(
            found.contains { $0 == .entryMissing(sequence: sequence) || $0 == .entriesMissing(known: 8, found: 7) },
            "\(found)")
    }

    /// Random damage of the database or of its log: found, refused, or without any effect on what is read.
    ///
    /// The log is what is there when a command was killed: SQLite reads it up to the first damaged page, and what came
    /// after would be gone without a word, were there no head.
    @Test(arguments: [false, true]) func damageOfTheDatabaseIsFoundOrWithoutEffect(inLog: Bool) throws {
        let one = try SmallCase()
        if !inLog { try one.fill() }
        let copy = try one.copy()
        if inLog {
            try one.fill()
            for name in ["head.json", "cases.sqlite", "cases.sqlite-wal", "objects"] {
                try? FileManager.default.removeItem(at: copy.appendingPathComponent(name))
                try FileManager.default.copyItem(
                    atPath: "\(one.store.path)/\(name)", toPath: copy.appendingPathComponent(name).path)
            }
        }
        let reference = try content(of: one.store.queue)
        let database = copy.appendingPathComponent("cases.sqlite")
        let file = inLog ? copy.appendingPathComponent("cases.sqlite-wal") : database
        let (whole, untouched) = (Array(try Data(contentsOf: file)), Array(try Data(contentsOf: database)))
        #expect(whole.count > 20_000)
        var silent = 0
        let outcome = try fuzz(
            least: 120,
            damage: { seed in Self.flipped(whole, seed) },
            accepts: { bytes in
                for tail in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: database.path + tail) }
                try overwrite(database, untouched)
                try Data(bytes).write(to: file)
                let found: CaseVerification
                do { found = try CaseArchive.verify(copy.path) } catch { return false }
                guard found.passed else { return false }
                silent += 1
                let queue = try DatabaseQueue(path: database.path)
                let now = try content(of: queue)
                try queue.close()
                #expect(now == reference, "damage that verification does not see changes what is read")
                return true
            })
        #expect(outcome.tried >= 120)
        // Much of a small database is empty space, and much of a log is pages that were written again later.
        #expect(silent < outcome.tried)
    }

    private static func flipped(_ whole: [UInt8], _ seed: UInt64) -> [UInt8] {
        var random = SeededGenerator(seed: seed)
        var hurt = whole
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            hurt[Int.random(in: 0..<whole.count, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        }
        return hurt
    }
}
