import Foundation
import Planning

/// One entry of the trail: who did what when, and the hashes of every row that came or the names of those that went.
///
/// Its bytes are canonical JSON (RFC 8785), its hash is their SHA-256, and each names the hash of the one before.
public struct AuditEntry: Equatable, Sendable {
    public static let schema = "stylet.case-entry/1"
    /// What the first entry names as the one before.
    static let none = String(repeating: "0", count: 64)

    /// A row that came, and the hash of all that it holds.
    public struct Row: Equatable, Sendable {
        public let table: String
        public let id: Int
        public let sha256: String
    }

    /// A row that went.
    public struct Removal: Equatable, Sendable {
        public let table: String
        public let id: Int
    }

    /// From 1 on, without gaps.
    public let sequence: Int
    public let previous: String
    /// UTC, ISO 8601 with milliseconds.
    public let time: String
    public let who: String
    /// As `add-series`.
    public let what: String
    /// The number of the patient's row, where one is concerned; never a name.
    public let patient: Int?
    public let rows: [Row]
    public let removed: [Removal]
    public let detail: [String: JSONValue]

    public var sha256: String { ObjectFolder.sha256(canonicalBytes) }

    public var json: JSONValue {
        .object([
            "schema": .string(Self.schema), "sequence": .number(Double(sequence)), "previous": .string(previous),
            "time": .string(time), "who": .string(who), "what": .string(what),
            "patient": patient.map { .number(Double($0)) } ?? .null,
            "rows": .array(
                rows.map {
                    .object([
                        "table": .string($0.table), "id": .number(Double($0.id)), "sha256": .string($0.sha256),
                    ])
                }),
            "removed": .array(
                removed.map { .object(["table": .string($0.table), "id": .number(Double($0.id))]) }),
            "detail": .object(detail),
        ])
    }

    public var canonicalBytes: [UInt8] { json.canonicalBytes }
}

extension AuditEntry {
    /// `nil` for bytes that are not the canonical ones of an entry.
    init?(body: String) {
        guard let parsed = try? JSONParser.parse(Array(body.utf8)), let o = parsed.object,
            o["schema"]?.string == Self.schema, let sequence = Self.whole(o["sequence"]),
            let previous = o["previous"]?.string, let time = o["time"]?.string, let who = o["who"]?.string,
            let what = o["what"]?.string, let rows = o["rows"]?.array, let removed = o["removed"]?.array,
            let detail = o["detail"]?.object
        else { return nil }
        let rowsFound = rows.compactMap { row -> Row? in
            guard let table = row.object?["table"]?.string, let id = Self.whole(row.object?["id"]),
                let hash = row.object?["sha256"]?.string
            else { return nil }
            return Row(table: table, id: id, sha256: hash)
        }
        let removedFound = removed.compactMap { row -> Removal? in
            guard let table = row.object?["table"]?.string, let id = Self.whole(row.object?["id"]) else { return nil }
            return Removal(table: table, id: id)
        }
        self.init(
            sequence: sequence, previous: previous, time: time, who: who, what: what, patient: Self.whole(o["patient"]),
            rows: rowsFound, removed: removedFound, detail: detail)
        // Whatever the fields leave out, or write otherwise, shows here.
        guard canonicalBytes == Array(body.utf8) else { return nil }
    }

    private static func whole(_ value: JSONValue?) -> Int? { value?.number.flatMap { Int(exactly: $0) } }
}

/// The end of the trail as it is kept beside the database: number, hash and seal of the last entry.
struct TrailHead: Equatable, Sendable {
    static let schema = "stylet.case-head/1"
    let sequence: Int
    let sha256: String
    let seal: String

    var bytes: [UInt8] {
        JSONValue.object([
            "schema": .string(Self.schema), "sequence": .number(Double(sequence)), "sha256": .string(sha256),
            "seal": .string(seal),
        ]).canonicalBytes + [UInt8(ascii: "\n")]
    }

    init(sequence: Int, sha256: String, seal: String) {
        self.sequence = sequence
        self.sha256 = sha256
        self.seal = seal
    }

    /// `nil` for anything but the bytes that were written.
    init?(_ data: Data) {
        guard let o = (try? JSONParser.parse(Array(data)))?.object, let number = o["sequence"]?.number,
            let sequence = Int(exactly: number), let sha256 = o["sha256"]?.string, let seal = o["seal"]?.string
        else { return nil }
        self.init(sequence: sequence, sha256: sha256, seal: seal)
        guard bytes == Array(data) else { return nil }
    }
}
