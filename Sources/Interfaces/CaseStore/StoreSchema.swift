import Foundation
import GRDB
import Planning

/// A table of the store. Rows are added and removed, never changed.
enum StoreTable: String, CaseIterable, Sendable {
    case patients, series, labels, plans
    case planVersions = "plan_versions"
    case approvals, runs

    /// Columns that hold the name of an object.
    var objectColumn: String? {
        switch self {
        case .patients, .plans: nil
        case .series: "manifest"
        case .labels, .planVersions, .approvals, .runs: "object"
        }
    }
}

/// The database's tables and how they came about.
enum StoreSchema {
    /// "STYL", so that another program's database is known for what it is.
    static let applicationID = 0x5354_594C

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1-cases") { db in
            try db.execute(sql: "PRAGMA application_id = \(applicationID)")
            for table in tables { try db.execute(sql: table) }
        }
        return migrator
    }

    private static let tables = [
        """
        CREATE TABLE patients(
          id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, added_at TEXT NOT NULL, salt TEXT NOT NULL) STRICT
        """,
        """
        CREATE TABLE series(
          id INTEGER PRIMARY KEY, patient INTEGER NOT NULL REFERENCES patients(id), manifest TEXT NOT NULL,
          fingerprint TEXT NOT NULL, uid TEXT, description TEXT NOT NULL, format TEXT NOT NULL, added_at TEXT NOT NULL,
          salt TEXT NOT NULL, UNIQUE(patient, fingerprint, manifest)) STRICT
        """,
        """
        CREATE TABLE labels(
          id INTEGER PRIMARY KEY, series INTEGER NOT NULL REFERENCES series(id), object TEXT NOT NULL,
          name TEXT NOT NULL, added_at TEXT NOT NULL, salt TEXT NOT NULL, UNIQUE(series, object)) STRICT
        """,
        """
        CREATE TABLE plans(
          id INTEGER PRIMARY KEY, patient INTEGER NOT NULL REFERENCES patients(id), name TEXT NOT NULL,
          added_at TEXT NOT NULL, salt TEXT NOT NULL, UNIQUE(patient, name)) STRICT
        """,
        """
        CREATE TABLE plan_versions(
          id INTEGER PRIMARY KEY, plan INTEGER NOT NULL REFERENCES plans(id), number INTEGER NOT NULL,
          series INTEGER NOT NULL REFERENCES series(id), labels INTEGER REFERENCES labels(id), object TEXT NOT NULL,
          digest TEXT NOT NULL, note TEXT NOT NULL, added_at TEXT NOT NULL, salt TEXT NOT NULL,
          UNIQUE(plan, number)) STRICT
        """,
        """
        CREATE TABLE approvals(
          id INTEGER PRIMARY KEY, version INTEGER NOT NULL REFERENCES plan_versions(id), object TEXT NOT NULL,
          name TEXT NOT NULL, approved_at TEXT NOT NULL, public_key TEXT NOT NULL, signature TEXT NOT NULL,
          salt TEXT NOT NULL, UNIQUE(version, signature)) STRICT
        """,
        """
        CREATE TABLE runs(
          id INTEGER PRIMARY KEY, patient INTEGER NOT NULL REFERENCES patients(id),
          version INTEGER REFERENCES plan_versions(id), kind TEXT NOT NULL, object TEXT NOT NULL, passed INTEGER,
          added_at TEXT NOT NULL, salt TEXT NOT NULL) STRICT
        """,
        """
        CREATE TABLE trail(
          sequence INTEGER PRIMARY KEY, body TEXT NOT NULL, sha256 TEXT NOT NULL, seal TEXT NOT NULL) STRICT
        """,
    ]

    /// Everything that the database says of its own shape.
    static func shape(_ db: Database) throws -> [String] {
        try Row.fetchAll(db, sql: "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name").map {
            row in
            row.databaseValues.map { "\($0)" }.joined(separator: " | ")
        }
    }

    private static let fresh = Result {
        let fresh = try DatabaseQueue()
        try migrator.migrate(fresh)
        return try fresh.read(shape)
    }

    /// The shape that this program makes.
    static func expectedShape() throws -> [String] { try fresh.get() }
}

/// What a column holds: the store has whole numbers and texts alone.
enum StoredValue: Equatable, Sendable {
    case null
    case int(Int)
    case text(String)

    var json: JSONValue {
        switch self {
        case .null: .null
        case .int(let x): .number(Double(x))
        case .text(let s): .string(s)
        }
    }

    var database: DatabaseValue {
        switch self {
        case .null: .null
        case .int(let x): x.databaseValue
        case .text(let s): s.databaseValue
        }
    }
}

/// One row as it stands in the database.
struct StoredRow: Equatable, Sendable {
    let table: StoreTable
    let values: [String: StoredValue]

    /// - Throws: `CaseStoreError.damaged` where a value is neither a whole number nor a text.
    init(_ table: StoreTable, _ row: Row, path: String) throws {
        var values: [String: StoredValue] = [:]
        for (column, value) in row {
            switch value.storage {
            case .null: values[column] = .null
            case .int64(let x): values[column] = .int(Int(x))
            case .string(let s): values[column] = .text(s)
            default: throw CaseStoreError.damaged(path: path, reason: "\(table.rawValue).\(column) has a wrong type")
            }
        }
        self.table = table
        self.values = values
    }

    init(_ table: StoreTable, _ values: [String: StoredValue]) {
        self.table = table
        self.values = values
    }

    /// SHA-256 of the row's canonical JSON. A salt of 128 random bits in each row keeps a removed name from being
    /// guessed from the hash that stays in the trail.
    var sha256: String {
        let object = JSONValue.object([
            "table": .string(table.rawValue), "row": .object(values.mapValues(\.json)),
        ])
        return ObjectFolder.sha256(object.canonicalBytes)
    }

    func int(_ column: String) throws -> Int {
        guard case .int(let x) = values[column] else { throw wrong(column) }
        return x
    }

    func text(_ column: String) throws -> String {
        guard case .text(let s) = values[column] else { throw wrong(column) }
        return s
    }

    func optionalInt(_ column: String) throws -> Int? { values[column] == .null ? nil : try int(column) }
    func optionalText(_ column: String) throws -> String? { values[column] == .null ? nil : try text(column) }

    private func wrong(_ column: String) -> CaseStoreError {
        .damaged(path: "cases.sqlite", reason: "\(table.rawValue).\(column) is missing or has a wrong type")
    }
}

extension Database {
    /// All rows of a table in the order of their numbers, read from the table itself and from no index.
    func rows(
        _ table: StoreTable, where condition: String = "1", _ arguments: StatementArguments = []
    ) throws -> [StoredRow] {
        try Row.fetchAll(
            self, sql: "SELECT * FROM \(table.rawValue) WHERE \(condition) ORDER BY id", arguments: arguments
        ).map { try StoredRow(table, $0, path: "cases.sqlite") }
    }
}
