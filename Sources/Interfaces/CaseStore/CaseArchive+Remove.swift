import Foundation
import GRDB
import Planning

/// What a removal took away and what it left.
public struct CaseRemoval: Equatable, Sendable {
    public let rows: Int
    public let objects: Int
    public let bytes: Int
    /// Lists of files that could not be read: objects that no row needs may be among those left.
    public let unreadableManifests: [String]
}

extension CaseArchive {
    /// Removes a patient with everything that belongs to the case. The trail keeps that it was there, by number, hash
    /// and time, who added and who removed it; neither name nor content can be had back from that.
    public func remove(
        _ patient: PatientRecord, reason: String, on occasion: CaseOccasion
    ) throws(CaseStoreError) -> CaseRemoval {
        let reason = try Self.text(reason, "reason", mayBeEmpty: true)
        let lock = try StoreLock(folder)
        defer { withExtendedLifetime(lock) {} }
        var rows = 0
        try commitLocked("remove", patient.id, occasion, ["reason": .string(reason)]) { change in
            for (table, id) in try Self.rows(of: patient, change.db) {
                try change.remove(table, id)
                rows += 1
            }
            return true
        }
        let removed = try removeUnreferenced()
        // What was overwritten in the database must not live on in its log.
        try CaseStoreError.catching(folder) {
            try queue.writeWithoutTransaction { db in _ = try db.checkpoint(.truncate) }
        }
        return CaseRemoval(
            rows: rows, objects: removed.objects, bytes: removed.bytes, unreadableManifests: removed.unreadable)
    }

    /// Rows of a case, those first that others do not refer to.
    private static func rows(of patient: PatientRecord, _ db: Database) throws -> [(StoreTable, Int)] {
        let plans = "SELECT id FROM plans WHERE patient = ?"
        let versions = "SELECT id FROM plan_versions WHERE plan IN (\(plans))"
        let series = "SELECT id FROM series WHERE patient = ?"
        let conditions: [(StoreTable, String)] = [
            (.runs, "patient = ?"), (.approvals, "version IN (\(versions))"),
            (.planVersions, "plan IN (\(plans))"), (.plans, "patient = ?"), (.labels, "series IN (\(series))"),
            (.series, "patient = ?"), (.patients, "id = ?"),
        ]
        return try conditions.flatMap { table, condition in
            try db.rows(table, where: condition, [patient.id]).map { (table, try $0.int("id")) }
        }
    }

    /// Removes the objects that no row refers to, and what kills left in the staging folder; with the lock held.
    private func removeUnreferenced() throws(CaseStoreError) -> (objects: Int, bytes: Int, unreadable: [String]) {
        let used = try read { try Self.references($0, objects) }
        guard used.unreadable.isEmpty else { return (0, 0, used.unreadable) }
        var (count, bytes) = (0, 0)
        for object in objects.all().objects where !used.objects.contains(object) {
            var status = stat()
            if stat(objects.path(object), &status) == 0 { bytes += Int(status.st_size) }
            objects.remove(object)
            count += 1
        }
        objects.removeOldStaging()
        return (count, bytes, [])
    }

    /// Every object that a row refers to, those that manifests list among them; manifests that cannot be read.
    static func references(
        _ db: Database, _ objects: ObjectFolder
    ) throws -> (objects: Set<String>, unreadable: [String]) {
        var found: Set<String> = []
        var unreadable: [String] = []
        for table in StoreTable.allCases {
            guard let column = table.objectColumn else { continue }
            let names = try db.rows(table).map { try $0.text(column) }
            found.formUnion(names)
            guard table == .series else { continue }
            for name in Set(names).sorted() {
                do { found.formUnion(try StoredFile.list(try objects.read(name), name).map(\.sha256)) } catch {
                    unreadable.append(name)
                }
            }
        }
        return (found, unreadable)
    }
}
