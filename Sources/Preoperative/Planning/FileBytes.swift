import Foundation

/// Whole small files: plans, catalogues, keys.
enum FileBytes {
    /// - Throws: `PlanningError.file` with the system's reason; `EFBIG` beyond `limit` bytes, `EINVAL` for no regular file.
    static func read(_ path: String, limit: Int) throws(PlanningError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .file(path: path, errno: errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .file(path: path, errno: errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .file(path: path, errno: EINVAL) }
        guard Int(status.st_size) <= limit else { throw .file(path: path, errno: EFBIG) }
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Foundation.read(descriptor, &block, block.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .file(path: path, errno: errno) }
            if count == 0 { return bytes }
            bytes += block[0..<count]
            guard bytes.count <= limit else { throw .file(path: path, errno: EFBIG) }
        }
    }

    /// Writes beside, flushes, then renames; nothing is left where it fails.
    static func write(_ bytes: [UInt8], to path: String, mode: mode_t = 0o644) throws(PlanningError) {
        let beside = path + ".\(getpid()).part"
        let descriptor = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode)
        guard descriptor >= 0 else { throw .file(path: path, errno: errno) }
        var failure = put(bytes, descriptor)
        if failure == 0, fsync(descriptor) != 0 { failure = errno }
        close(descriptor)
        if failure == 0, rename(beside, path) != 0 { failure = errno }
        guard failure == 0 else {
            unlink(beside)
            throw .file(path: path, errno: failure)
        }
    }

    private static func put(_ bytes: [UInt8], _ descriptor: Int32) -> Int32 {
        var done = 0
        while done < bytes.count {
            let count = bytes[done...].withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return errno }
            done += count
        }
        return 0
    }
}
