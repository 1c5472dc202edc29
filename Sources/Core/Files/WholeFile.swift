import Foundation

/// Why a file was not read.
public enum FileRefusal: Error, Equatable, Sendable {
    case notFound
    /// A folder, a pipe or a device: reading it may never end.
    case notAFile
    case tooLarge(bytes: Int, limit: Int)
    /// The system refused; its own error number.
    case system(errno: Int32)
}

/// Reads whole files that may be anything.
public enum WholeFile {
    /// The bytes of the regular file at `path`, of which there are at most `limit`.
    ///
    /// The file is opened once and judged by its descriptor, so that it cannot be exchanged between check and reading.
    public static func read(_ path: String, limit: Int = .max) throws(FileRefusal) -> Data {
        // Without O_NONBLOCK, opening a pipe that nobody writes would wait for ever.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw errno == ENOENT || errno == ENOTDIR ? .notFound : errno == ENXIO ? .notAFile : .system(errno: errno)
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .system(errno: errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notAFile }
        guard Int(status.st_size) <= limit else { throw .tooLarge(bytes: Int(status.st_size), limit: limit) }
        return try bytes(of: descriptor, expected: Int(status.st_size), limit: limit)
    }

    /// Files of `/proc` say 0 and growing files too little, so reading goes on until there is nothing more.
    private static func bytes(of descriptor: Int32, expected: Int, limit: Int) throws(FileRefusal) -> Data {
        var data = Data(count: expected)
        var filled = 0
        while true {
            if filled == data.count { data.count += 1 << 16 }
            let (start, room) = (filled, data.count - filled)
            let count = data.withUnsafeMutableBytes { space in
                Glibc.read(descriptor, space.baseAddress?.advanced(by: start), min(room, 1 << 30))
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .system(errno: errno) }
            filled += count
            guard filled <= limit else { throw .tooLarge(bytes: filled, limit: limit) }
            guard count > 0 else { break }
        }
        data.count = filled
        return data
    }
}
