import Files
import Foundation
import Imaging

/// Where the parts of a store lie in its folder.
struct StoreFolder: Equatable, Sendable {
    let path: String
    /// How long one waits for another's work, s.
    let patience: Double

    init(_ path: String, patience: Double = StoreFolder.usualPatience) {
        self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        self.patience = patience
    }

    static let usualPatience = 60.0

    var database: String { path + "/cases.sqlite" }
    var objects: String { path + "/objects" }
    /// Files on their way into the store; what is left there after a kill belongs to nobody.
    var staging: String { path + "/staging" }
    var key: String { path + "/key" }
    var head: String { path + "/head.json" }
    var lock: String { path + "/lock" }

    static let names: Set<String> = [
        "cases.sqlite", "cases.sqlite-wal", "cases.sqlite-shm", "objects", "staging", "key", "head.json", "lock",
    ]

    var hasDatabase: Bool { access(database, F_OK) == 0 }

    /// Makes the folder and those within it, readable by their owner alone.
    ///
    /// - Throws: `.file`; `.notAStore` where the folder holds other things.
    func make() throws(CaseStoreError) {
        try Self.makeFolder(path)
        guard let found = try? FileManager.default.contentsOfDirectory(atPath: path) else {
            throw .file(path: path, errno: errno == 0 ? EACCES : errno)
        }
        guard found.allSatisfy({ Self.names.contains($0) || ($0.hasPrefix(".") && $0.hasSuffix(".part")) }) else {
            throw .notAStore(path: path)
        }
        for folder in [objects, staging] { try Self.makeFolder(folder) }
    }

    static func makeFolder(_ path: String) throws(CaseStoreError) {
        if mkdir(path, 0o700) == 0 || errno == EEXIST {
            var status = stat()
            guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
                throw .file(path: path, errno: ENOTDIR)
            }
            return
        }
        let reason = errno
        let parent = FilePath.folder(path)
        guard reason == ENOENT, !parent.isEmpty, parent != path else { throw problem(path, reason) }
        try makeFolder(parent)
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw problem(path, errno) }
    }

    /// Whether less than SQLite's shared memory and log begin with is left on the disk.
    static func isFull(_ path: String) -> Bool {
        var disk = statvfs()
        return statvfs(path, &disk) == 0 && UInt64(disk.f_bavail) * UInt64(disk.f_frsize) < 1 << 18
    }

    static func problem(_ path: String, _ number: Int32) -> CaseStoreError {
        number == ENOSPC || number == EDQUOT ? .full(path: path) : .file(path: path, errno: number)
    }

    static func problem(_ path: String, _ refusal: FileRefusal) -> CaseStoreError {
        switch refusal {
        case .notFound: .file(path: path, errno: ENOENT)
        case .notAFile: .file(path: path, errno: EISDIR)
        case .tooLarge: .file(path: path, errno: EFBIG)
        case .system(let number): problem(path, number)
        }
    }

    static func read(_ path: String, limit: Int = .max) throws(CaseStoreError) -> Data {
        do { return try WholeFile.read(path, limit: limit) } catch { throw problem(path, error) }
    }

    /// Writes beside, brings it to the disk, then renames.
    static func write(_ data: Data, to path: String, mode: mode_t) throws(CaseStoreError) {
        do { try AtomicFile.write(data, to: path, mode: mode) } catch {
            guard case .unwritable(_, .system(let number)) = error else { throw .imaging(error) }
            throw problem(path, number)
        }
        try flushFolder(FilePath.folder(path))
    }

    /// Brings a folder's names to the disk.
    static func flushFolder(_ path: String) throws(CaseStoreError) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw problem(path, errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw problem(path, errno) }
    }
}

/// The one who changes a store, among all processes. The system gives it back when its holder ends, however that was.
final class StoreLock {
    private let descriptor: Int32

    /// - Parameter shared: for readers who need that nothing changes meanwhile.
    /// - Throws: `.busy`, `.file`.
    init(_ folder: StoreFolder, shared: Bool = false) throws(CaseStoreError) {
        descriptor = open(folder.lock, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw StoreFolder.problem(folder.lock, errno) }
        let deadline = ContinuousClock.now + .seconds(folder.patience)
        while flock(descriptor, (shared ? LOCK_SH : LOCK_EX) | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else { throw .file(path: folder.lock, errno: errno) }
            guard ContinuousClock.now < deadline else {
                throw .busy(path: folder.path, seconds: folder.patience)
            }
            usleep(5000)
        }
    }

    deinit { close(descriptor) }
}
