import Foundation

/// Writes beside, then renames: a failed or killed command leaves no half-written file under the final name.
public enum AtomicFile {
    /// Writes `data` to `path`, replacing a file that is there. The file's `mode` loses what the process's mask takes.
    ///
    /// - Throws: `ImagingError.unwritable`.
    public static func write(_ data: Data, to path: String, mode: mode_t = 0o666) throws(ImagingError) {
        try write(to: path, mode: mode) { (handle) throws(WriteProblem) in try handle.append(data) }
    }

    public static func write(_ text: String, to path: String) throws(ImagingError) {
        try write(Data(text.utf8), to: path)
    }

    /// Writes `path` piece by piece; `body` fills the file, which takes its final name only when `body` has succeeded.
    public static func write(
        to path: String, mode: mode_t = 0o666, _ body: (borrowing FileWriter) throws(WriteProblem) -> Void
    ) throws(ImagingError) {
        do throws(WriteProblem) {
            if (try? FileBytes.kind(path)) == .folder { throw .inTheWay }
            let beside = temporaryName(beside: path)
            do throws(WriteProblem) {
                let writer = try FileWriter(creating: beside, mode: mode)
                try body(writer)
                try writer.finish()
                guard rename(beside, path) == 0 else { throw .system(errno: errno) }
            } catch {
                unlink(beside)
                throw error
            }
        } catch { throw .unwritable(path: path, error) }
    }

    /// As `write`, for a library that writes the file itself: `body` gets the path beside, which must then be there.
    public static func writeBeside(
        _ path: String, _ body: (_ beside: String) throws(WriteProblem) -> Void
    ) throws(ImagingError) {
        do throws(WriteProblem) {
            if (try? FileBytes.kind(path)) == .folder { throw .inTheWay }
            let beside = temporaryName(beside: path)
            do throws(WriteProblem) {
                try body(beside)
                let descriptor = open(beside, O_RDONLY | O_CLOEXEC)
                guard descriptor >= 0 else { throw .system(errno: errno) }
                let isSafe = fsync(descriptor) == 0 || errno == EINVAL
                close(descriptor)
                guard isSafe, rename(beside, path) == 0 else { throw .system(errno: errno) }
            } catch {
                unlink(beside)
                throw error
            }
        } catch { throw .unwritable(path: path, error) }
    }

    /// Fills a new folder and then gives it its final name. A folder that is there is replaced only where it is empty or
    /// `mayReplace` says that its contents are ours.
    public static func writeFolder(
        to path: String, mayReplace: ([String]) -> Bool = { _ in false },
        _ body: (_ folder: String) throws(WriteProblem) -> Void
    ) throws(ImagingError) {
        let path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        do throws(WriteProblem) {
            let existing = try contents(of: path)
            if let existing, !existing.isEmpty, !mayReplace(existing) { throw .folderNotOurs }
            let beside = temporaryName(beside: path)
            do throws(WriteProblem) {
                guard mkdir(beside, 0o777) == 0 else { throw .system(errno: errno) }
                try body(beside)
                try swap(beside, to: path, existing: existing != nil)
            } catch {
                try? FileManager.default.removeItem(atPath: beside)
                throw error
            }
        } catch { throw .unwritable(path: path, error) }
    }

    /// Moves the old folder aside, the new one in, and only then removes the old one.
    private static func swap(_ beside: String, to path: String, existing: Bool) throws(WriteProblem) {
        guard existing else {
            guard rename(beside, path) == 0 else { throw .system(errno: errno) }
            return
        }
        let old = temporaryName(beside: path)
        guard rename(path, old) == 0 else { throw .system(errno: errno) }
        guard rename(beside, path) == 0 else {
            let reason = errno
            rename(old, path)
            throw .system(errno: reason)
        }
        try? FileManager.default.removeItem(atPath: old)
    }

    /// Names in a folder; `nil` where there is nothing of that name.
    private static func contents(of path: String) throws(WriteProblem) -> [String]? {
        do throws(FileProblem) {
            guard try FileBytes.kind(path) == .folder else { throw FileProblem.notAFile }
        } catch {
            switch error {
            case .notFound: return nil
            case .system(let number): throw .system(errno: number)
            default: throw .inTheWay
            }
        }
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
            throw .system(errno: EACCES)
        }
        return names.sorted()
    }

    /// A hidden name in the same folder, so that the rename stays on one file system. Unique to this process and call.
    private static func temporaryName(beside path: String) -> String {
        // Foundation's own splitting ends the program where the whole path is one letter (Swift 6.3 on Linux).
        let cut = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
        return path[..<cut] + ".\(path[cut...]).\(UUID().uuidString).part"
    }
}

/// A file that is being written.
public struct FileWriter: ~Copyable {
    private let descriptor: Int32

    fileprivate init(creating path: String, mode: mode_t) throws(WriteProblem) {
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw .system(errno: errno) }
    }

    deinit { close(descriptor) }

    public func append(_ data: Data) throws(WriteProblem) {
        let problem = data.withUnsafeBytes { write($0) }
        if let problem { throw problem }
    }

    public func append(_ bytes: UnsafeRawBufferPointer) throws(WriteProblem) {
        if let problem = write(bytes) { throw problem }
    }

    private func write(_ bytes: UnsafeRawBufferPointer) -> WriteProblem? {
        var done = 0
        while done < bytes.count {
            let written = Glibc.write(
                descriptor, bytes.baseAddress?.advanced(by: done), min(bytes.count - done, 1 << 30))
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { return .system(errno: errno) }
            done += written
        }
        return nil
    }

    /// Brings the bytes to the disk, so that the rename does not outrun them.
    fileprivate func finish() throws(WriteProblem) {
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw .system(errno: errno) }
    }
}
