import Foundation
import GRDB
import TestSupport

/// Case stores with one thing wrong, each a copy of a good one.
enum BadStores {
    /// Held by whoever has this open, as a command holds a store that it changes.
    private nonisolated(unsafe) static var held: Int32 = -1

    static func make(in folder: ScratchFolder) throws {
        try folder.mustRun("case", "add", "ct-4", "--patient", "P-017", "--store", "cases")
        try folder.mustRun("case", "add", "--patient", "P-017", "--labels", "labels-4.nii.gz", "--store", "cases")
        try FileManager.default.createDirectory(at: folder["letters"], withIntermediateDirectories: true)
        try folder.write("A letter.\n", to: "letters/cases.sqlite")
        try folder.write("A letter.\n", to: "run.txt")
        try folder.write("{\"passed\":true}", to: "run.json")
        let copies = ["locked", "half-made", "newer", "other-program", "no-key", "hurt", "gone", "changed-past"]
        for name in copies { try FileManager.default.copyItem(at: folder["cases"], to: folder[name]) }
        held = open(folder["locked/lock"].path, O_RDWR | O_CLOEXEC)
        guard flock(held, LOCK_EX | LOCK_NB) == 0 else { throw ScratchError.nothingToReplace("locked/lock", "") }
        try change(folder, "half-made", "DROP TABLE runs; DROP TABLE approvals; DELETE FROM grdb_migrations")
        try change(folder, "newer", "INSERT INTO grdb_migrations VALUES ('9-robots')")
        try change(folder, "other-program", "PRAGMA application_id = 7")
        try change(folder, "changed-past", "UPDATE trail SET body = replace(body, 'add-labels', 'add-lables')")
        try FileManager.default.removeItem(at: folder["no-key/key"])
        try hurt(folder)
    }

    private static func change(_ folder: ScratchFolder, _ name: String, _ sql: String) throws {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        let queue = try DatabaseQueue(path: folder["\(name)/cases.sqlite"].path, configuration: configuration)
        try queue.write { try $0.execute(sql: sql) }
        try queue.close()
    }

    /// One byte of the largest file, and the whole of it in another copy.
    private static func hurt(_ folder: ScratchFolder) throws {
        let objects = try FileManager.default.subpathsOfDirectory(atPath: folder["hurt/objects"].path)
        let sizes = objects.map { name in
            (try? Data(contentsOf: folder["hurt/objects/\(name)"]).count) ?? 0
        }
        guard let largest = zip(sizes, objects).filter({ $0.1.contains("/") }).max(by: <)?.1 else {
            throw ScratchError.nothingToReplace("hurt/objects", "")
        }
        try FileManager.default.removeItem(at: folder["gone/objects/\(largest)"])
        let place = folder["hurt/objects/\(largest)"]
        var bytes = try Data(contentsOf: place)
        bytes[bytes.count / 2] ^= 1
        chmod(place.path, 0o600)
        try bytes.write(to: place)
    }
}

extension BadInput {
    private static func store(
        _ what: String, _ arguments: String..., in store: String = "cases", status: Int32 = 1, code: String,
        words: [String]
    ) -> BadInput {
        BadInput(
            what: what, arguments: ["case"] + arguments + ["--store", store, "--wait-s", "0.3"], status: status,
            code: code, words: words)
    }

    static let stores: [BadInput] = [
        store("a store that is not there", "list", in: "nowhere", code: "no-store", words: ["nowhere", "--store"]),
        store(
            "a store in a folder of other files", "add", "--patient", "P-1", "--run", "run.json", in: "texts",
            code: "not-a-store", words: ["texts", "other things"]),
        store(
            "a store below a file", "add", "ct-4", "--patient", "P-1", in: "points.csv/store", code: "file",
            words: ["points.csv", "not a directory"]),
        store("a database that is no SQLite", "list", in: "letters", code: "store-damaged", words: ["letters"]),
        store("another program's database", "list", in: "other-program", code: "not-a-store", words: ["other-program"]),
        store(
            "a store that another command holds", "add", "--patient", "P-2", "--run", "run.json", in: "locked",
            code: "store-busy", words: ["locked", "try again"]),
        store(
            "a database whose tables were half made", "list", in: "half-made", code: "store-damaged",
            words: ["half-made", "stylet case verify"]),
        store("a store of a newer program", "list", in: "newer", code: "newer-store", words: ["9-robots"]),
        store(
            "a store without its key", "add", "--patient", "P-2", "--run", "run.json", in: "no-key",
            code: "key-missing", words: ["no-key/key", "backup"]),
        store(
            "an addition to a trail whose end was changed", "add", "--patient", "P-2", "--run", "run.json",
            in: "changed-past", code: "store-damaged", words: ["changed-past", "entry 4"]),
        store(
            "a stored file with one bit changed", "export", "P-017", "--out", "out", "--as-stored", in: "hurt",
            code: "store-damaged", words: ["changed", "backup"]),
        store(
            "a stored file that is gone", "export", "P-017", "--out", "out", in: "gone", code: "store-damaged",
            words: ["gone", "backup"]),
        store("a case that is not there", "show", "P-018", code: "no-such-case", words: ["'P-018'", "'P-017'"]),
        store(
            "a plan that the case has not", "show", "P-017", "--out", "out.json", code: "no-such-plan",
            words: ["'plan'"]),
        store(
            "a plan of an image that the case has not", "add", "--patient", "P-017", "--plan", "plan.json",
            code: "image-not-in-case", words: ["P-017", "add that image too"]),
        store(
            "a run's result that is no JSON", "add", "--patient", "P-017", "--run", "run.txt", code: "not-a-run",
            words: ["run.txt"]),
        store(
            "a name with a line break", "add", "--patient", "P\n1", "--run", "run.json", code: "impossible-text",
            words: ["200 bytes"]),
        store(
            "an export over a file", "export", "P-017", "--out", "points.csv", code: "not-written",
            words: ["points.csv"]),
        store(
            "an export into a folder of other files", "export", "P-017", "--out", "texts", code: "not-written",
            words: ["texts", "other files"]),
        store("a removal without --yes", "rm", "P-017", code: "not-confirmed", words: ["--yes"]),
    ]
}
