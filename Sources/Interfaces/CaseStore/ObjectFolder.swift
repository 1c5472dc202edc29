import Crypto
import Foundation
import Imaging

/// A file that lies beside the objects, with the hash that will be its name.
struct StagedObject: Equatable, Sendable {
    let sha256: String
    let bytes: Int
    let path: String
}

/// Files by the SHA-256 of their bytes: `objects/ab/cdef…`, never changed, each once.
struct ObjectFolder: Sendable {
    let folder: StoreFolder

    func path(_ sha256: String) -> String { "\(folder.objects)/\(sha256.prefix(2))/\(sha256.dropFirst(2))" }

    /// 64 lower-case hexadecimal digits, and so a name that leads nowhere else.
    static func isName(_ text: String) -> Bool {
        text.utf8.count == 64 && text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    }

    static func sha256(_ data: some DataProtocol) -> String { hexadecimal(SHA256.hash(data: data)) }

    static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// Copies a file of any length into the staging folder.
    ///
    /// - Throws: `.file`, `.full`.
    func stage(file source: String) throws(CaseStoreError) -> StagedObject {
        let input = open(source, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard input >= 0 else { throw .file(path: source, errno: errno) }
        defer { close(input) }
        var status = stat()
        guard fstat(input, &status) == 0 else { throw .file(path: source, errno: errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .file(path: source, errno: EISDIR) }
        return try stage { (block) throws(CaseStoreError) in
            while true {
                let count = Glibc.read(input, block.baseAddress, block.count)
                if count < 0, errno == EINTR { continue }
                guard count >= 0 else { throw .file(path: source, errno: errno) }
                return count
            }
        }
    }

    func stage(_ data: Data) throws(CaseStoreError) -> StagedObject {
        var given = 0
        return try stage { (block) throws(CaseStoreError) in
            let count = min(block.count, data.count - given)
            let start = data.startIndex + given
            data.copyBytes(to: block, from: start..<(start + count))
            given += count
            return count
        }
    }

    /// Writes block after block until `next` has no more, hashing on the way.
    private func stage(
        _ next: (UnsafeMutableRawBufferPointer) throws(CaseStoreError) -> Int
    ) throws(CaseStoreError) -> StagedObject {
        let path = "\(folder.staging)/\(UUID().uuidString)"
        let output = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o400)
        guard output >= 0 else { throw StoreFolder.problem(path, errno) }
        defer { close(output) }
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { block.deallocate() }
        var (hash, total) = (SHA256(), 0)
        do throws(CaseStoreError) {
            while true {
                let count = try next(block)
                guard count > 0 else { break }
                let part = UnsafeRawBufferPointer(rebasing: block[..<count])
                hash.update(bufferPointer: part)
                try Self.append(part, to: output, path)
                total += count
            }
            guard fsync(output) == 0 else { throw StoreFolder.problem(path, errno) }
        } catch {
            unlink(path)
            throw error
        }
        return StagedObject(sha256: Self.hexadecimal(hash.finalize()), bytes: total, path: path)
    }

    private static func append(
        _ bytes: UnsafeRawBufferPointer, to output: Int32, _ path: String
    ) throws(CaseStoreError) {
        var done = 0
        while done < bytes.count {
            let written = Glibc.write(output, bytes.baseAddress?.advanced(by: done), bytes.count - done)
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw StoreFolder.problem(path, errno) }
            done += written
        }
    }

    /// Gives staged files their names. One that is there already gets the same bytes, which mends it where it was
    /// damaged.
    @discardableResult func place(_ staged: [StagedObject]) throws(CaseStoreError) -> [String] {
        var folders: Set<String> = []
        var new: [String] = []
        for object in staged {
            let place = path(object.sha256)
            let parent = FilePath.folder(place)
            try StoreFolder.makeFolder(parent)
            if access(place, F_OK) != 0 { new.append(object.sha256) }
            guard rename(object.path, place) == 0 else { throw StoreFolder.problem(place, errno) }
            folders.insert(parent)
        }
        for parent in folders.sorted() + [folder.objects] { try StoreFolder.flushFolder(parent) }
        return new
    }

    /// Takes back what was placed for a change that then was refused, the folder too where nothing else is in it.
    func takeBack(_ new: [String]) {
        for sha256 in new {
            unlink(path(sha256))
            rmdir(FilePath.folder(path(sha256)))
        }
    }

    func discard(_ staged: [StagedObject]) { for object in staged { unlink(object.path) } }

    /// The object's bytes, which are those that its name says.
    ///
    /// - Throws: `.objectMissing`, `.objectDamaged`, `.file`.
    func read(_ sha256: String) throws(CaseStoreError) -> Data {
        guard Self.isName(sha256), access(path(sha256), F_OK) == 0 else { throw .objectMissing(sha256: sha256) }
        let data = try StoreFolder.read(path(sha256))
        let found = Self.sha256(data)
        guard found == sha256 else { throw .objectDamaged(sha256: sha256, found: found) }
        return data
    }

    /// The names of all objects, sorted, and the paths of what is none, anywhere in the store's folder.
    func all() -> (objects: [String], strays: [String]) {
        var objects: [String] = [], strays: [String] = []
        let files = FileManager.default
        for first in Self.names(folder.objects) {
            let place = "\(folder.objects)/\(first)"
            guard let within = try? files.contentsOfDirectory(atPath: place), first.utf8.count == 2 else {
                strays.append("objects/\(first)")
                continue
            }
            for rest in within.sorted() {
                if Self.isName(first + rest) {
                    objects.append(first + rest)
                } else {
                    strays.append("objects/\(first)/\(rest)")
                }
            }
        }
        let others = Self.names(folder.path).filter { !StoreFolder.names.contains($0) }
        return (objects, others + strays + Self.names(folder.staging).map { "staging/\($0)" })
    }

    private static func names(_ path: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
    }

    func remove(_ sha256: String) {
        unlink(path(sha256))
        rmdir(FilePath.folder(path(sha256)))
    }

    /// Removes staged files that nobody can still be writing: others stage without the lock, but not for a day.
    func removeOldStaging() {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder.staging)) ?? [] {
            var status = stat()
            let path = "\(folder.staging)/\(name)"
            guard stat(path, &status) == 0, time(nil) - status.st_mtim.tv_sec > 86400 else { continue }
            try? FileManager.default.removeItem(atPath: path)
        }
    }
}
