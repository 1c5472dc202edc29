import Foundation

/// Who does something to a store, and when by the caller's clock.
public struct CaseOccasion: Equatable, Sendable {
    public let who: String
    public let time: Date

    public init(who: String, time: Date) {
        self.who = who
        self.time = time
    }

    var stamp: String { time.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)) }
}

/// A patient, or the pseudonym that stands for one: what everything else of a case belongs to.
public struct PatientRecord: Equatable, Sendable {
    public let id: Int
    public let name: String
    public let addedAt: String
}

/// An image of a patient, kept as the files that it was read from.
public struct SeriesRecord: Equatable, Sendable {
    public let id: Int
    public let patient: Int
    /// The object that lists the files and their hashes.
    public let manifest: String
    /// `ImageFingerprint` of geometry and voxels, by which plans know their image.
    public let fingerprint: String
    public let uid: String?
    public let description: String
    public let format: String
    public let addedAt: String
}

/// Labels of a series.
public struct LabelsRecord: Equatable, Sendable {
    public let id: Int
    public let series: Int
    public let object: String
    public let name: String
    public let addedAt: String
}

/// A plan through all its versions.
public struct PlanRecord: Equatable, Sendable {
    public let id: Int
    public let patient: Int
    public let name: String
    public let addedAt: String
}

/// A plan as it stood at one time.
public struct PlanVersion: Equatable, Sendable {
    public let id: Int
    public let plan: Int
    /// From 1 on.
    public let number: Int
    public let series: Int
    public let labels: Int?
    public let object: String
    /// SHA-256 of the plan's canonical bytes, which an approval signs.
    public let digest: String
    public let note: String
    public let addedAt: String
}

/// One signature under a version, as the plan's file gave it. Whether it holds depends on the keys that are trusted.
public struct ApprovalRecord: Equatable, Sendable {
    public let id: Int
    public let version: Int
    /// The plan's file with this signature in it.
    public let object: String
    public let name: String
    public let approvedAt: String
    public let publicKey: String
    public let signature: String
}

/// The result of an arm's run or of a scene in simulation.
public struct RunRecord: Equatable, Sendable {
    public let id: Int
    public let patient: Int
    public let version: Int?
    /// `run` or `scene`.
    public let kind: String
    public let object: String
    public let passed: Bool?
    public let addedAt: String
}

/// A record that was added, or the one that was there already with the same content.
public struct Added<Record: Equatable & Sendable>: Equatable, Sendable {
    public let record: Record
    public let isNew: Bool
}

/// A file of a manifest.
public struct StoredFile: Equatable, Sendable {
    public let name: String
    public let sha256: String
    public let bytes: Int
}

extension PatientRecord {
    init(_ row: StoredRow) throws {
        (id, name, addedAt) = (try row.int("id"), try row.text("name"), try row.text("added_at"))
    }
}

extension SeriesRecord {
    init(_ row: StoredRow) throws {
        (id, patient, manifest) = (try row.int("id"), try row.int("patient"), try row.text("manifest"))
        (fingerprint, uid) = (try row.text("fingerprint"), try row.optionalText("uid"))
        (description, format, addedAt) = (
            try row.text("description"), try row.text("format"), try row.text("added_at")
        )
    }
}

extension LabelsRecord {
    init(_ row: StoredRow) throws {
        (id, series, object) = (try row.int("id"), try row.int("series"), try row.text("object"))
        (name, addedAt) = (try row.text("name"), try row.text("added_at"))
    }
}

extension PlanRecord {
    init(_ row: StoredRow) throws {
        (id, patient) = (try row.int("id"), try row.int("patient"))
        (name, addedAt) = (try row.text("name"), try row.text("added_at"))
    }
}

extension PlanVersion {
    init(_ row: StoredRow) throws {
        (id, plan, number) = (try row.int("id"), try row.int("plan"), try row.int("number"))
        (series, labels) = (try row.int("series"), try row.optionalInt("labels"))
        (object, digest) = (try row.text("object"), try row.text("digest"))
        (note, addedAt) = (try row.text("note"), try row.text("added_at"))
    }
}

extension ApprovalRecord {
    init(_ row: StoredRow) throws {
        (id, version, object) = (try row.int("id"), try row.int("version"), try row.text("object"))
        (name, approvedAt) = (try row.text("name"), try row.text("approved_at"))
        (publicKey, signature) = (try row.text("public_key"), try row.text("signature"))
    }
}

extension RunRecord {
    init(_ row: StoredRow) throws {
        (id, patient, version) = (try row.int("id"), try row.int("patient"), try row.optionalInt("version"))
        (kind, object) = (try row.text("kind"), try row.text("object"))
        (passed, addedAt) = (try row.optionalInt("passed").map { $0 != 0 }, try row.text("added_at"))
    }
}
