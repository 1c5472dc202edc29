import Glibc

/// A file whose pixels are plain words: they are read from their place, past any parser.
final class PlainPixelFile {
    private let descriptor: Int32

    init(_ path: String) throws(FileProblem) {
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw errno == ENOENT ? .notFound : .system(errno: errno) }
    }

    deinit { close(descriptor) }

    /// Fills `words` with the stored values of one frame.
    ///
    /// - Throws: `.truncated` where the file has become shorter since its header was read, `.system`.
    func read(
        frame: Int, _ layout: PixelLayout, at start: Int, into words: UnsafeMutableBufferPointer<UInt16>
    ) throws(FileProblem) {
        let bytes = UnsafeMutableRawBufferPointer(words)
        let place = start + frame * bytes.count
        var done = 0
        while done < bytes.count, let base = bytes.baseAddress {
            let found = pread(descriptor, base + done, bytes.count - done, off_t(place + done))
            if found < 0, errno == EINTR { continue }
            guard found >= 0 else { throw .system(errno: errno) }
            guard found > 0 else { throw .truncated(expectedBytes: place + bytes.count, foundBytes: place + done) }
            done += found
        }
        layout.straighten(words)
    }
}
