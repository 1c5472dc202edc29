import Foundation
import Imaging
import Synchronization

/// A segmenter of the user's own, run as a command on a temporary NIfTI file.
struct ExternalSegmenter {
    /// The program and its arguments, with `{in}` and `{out}` in them.
    let words: [String]

    /// - Throws: `Failure`, code `bad-command`, where the line is no command or lacks one of the two places.
    init(_ line: String) throws(Failure) {
        guard let words = CommandWords.split(line), let program = words.first, !program.isEmpty else {
            throw Failure(
                code: "bad-command", message: "'\(line)' is no command: a quote is left open, or it is empty.")
        }
        for place in ["{in}", "{out}"] where !words.dropFirst().contains(where: { $0.contains(place) }) {
            throw Failure(
                code: "bad-command",
                message:
                    "'\(line)' has no \(place): the segmenter reads the image from {in} and writes its labels to {out}."
            )
        }
        self.words = words
    }

    /// The program's own name, for people.
    var name: String { URL(fileURLWithPath: words[0]).lastPathComponent }

    /// Writes the image, runs the command, and gives `use` the path that it wrote to, which is gone afterwards.
    ///
    /// - Throws: `Failure`, codes `segmenter-not-found`, `segmenter-failed`, `segmenter-wrote-nothing`; what `use` throws.
    func run<R>(on image: LoadedImage, _ console: Console, _ use: (_ answer: String) throws -> R) throws -> R {
        let scratch = try Self.scratchFolder()
        defer { try? FileManager.default.removeItem(atPath: scratch) }
        let (input, output) = (scratch + "/image.nii.gz", scratch + "/labels.nii.gz")
        try console.step("export", "writing the image for \(name)") { progress in
            try ImageWriter.write(LoadedImage(ct: image.ct), to: input, progress: progress)
        }
        let filled = words.map { $0.replacing("{in}", with: input).replacing("{out}", with: output) }
        try console.step("external", "running \(name)") { try start(filled, scratch, $0) }
        guard access(output, F_OK) == 0 else {
            throw Failure(
                code: "segmenter-wrote-nothing",
                message: "\(name) ended without an error but wrote nothing to {out}: look at how it is called.")
        }
        return try use(output)
    }

    /// A folder that nobody else may read: it holds a patient's image.
    private static func scratchFolder() throws(Failure) -> String {
        let path = URL(fileURLWithPath: NSTemporaryDirectory()).appendingPathComponent("stylet-segmenter-XXXXXX").path
        var template = Array(path.utf8CString)
        guard mkdtemp(&template) != nil else {
            throw Failure(
                code: "not-written",
                message: "No temporary folder could be made: \(String(cString: strerror(errno)).lowercased()).")
        }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Runs the command through the guard, which ends it when this process ends.
    private func start(_ filled: [String], _ scratch: String, _ progress: @escaping @Sendable (Double) -> Void) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = ["guard-command", "--scratch", scratch, "--"] + filled
        let (alive, output, errors) = (Pipe(), Pipe(), Pipe())
        // The child must not hold the end whose closing tells it that we are gone.
        for end in [alive.fileHandleForWriting, output.fileHandleForReading, errors.fileHandleForReading] {
            _ = fcntl(end.fileDescriptor, F_SETFD, FD_CLOEXEC)
        }
        process.standardInput = alive
        process.standardOutput = output
        process.standardError = errors
        Signals.endAsUsual()
        do { try process.run() } catch {
            throw Failure(code: "segmenter-failed", message: "\(name) could not be started: \(error).")
        }
        let last = follow(output, errors, progress)
        process.waitUntilExit()
        try? alive.fileHandleForWriting.close()
        try check(process, last)
    }

    /// Shows both streams until they end; the last line of standard error, or else of standard output.
    private func follow(
        _ output: Pipe, _ errors: Pipe, _ progress: @escaping @Sendable (Double) -> Void
    ) -> String {
        let name = name
        let beside = Mutex("")
        let done = DispatchSemaphore(value: 0)
        let handle = output.fileHandleForReading
        Thread.detachNewThread {
            let last = SegmenterLines.last(of: handle, name, progress)
            beside.withLock { $0 = last }
            done.signal()
        }
        let last = SegmenterLines.last(of: errors.fileHandleForReading, name, progress)
        done.wait()
        return last.isEmpty ? beside.withLock { $0 } : last
    }

    private func check(_ process: Process, _ last: String) throws(Failure) {
        let status = process.terminationStatus
        if process.terminationReason == .exit, status == 0 { return }
        if status == GuardCommand.notFound, last.isEmpty {
            throw Failure(
                code: "segmenter-not-found", message: "There is no program '\(words[0])': give its path, or install it."
            )
        }
        let how = status > 128 ? "was ended by signal \(status - 128)" : "ended with status \(status)"
        let why = last.isEmpty ? "it said nothing" : "its last words: '\(last)'"
        throw Failure(code: "segmenter-failed", message: "\(name) \(how); \(why).")
    }
}

/// What the segmenter prints: percentages move the bar, other lines are shown.
struct SegmenterLines {
    let name: String
    let progress: @Sendable (Double) -> Void
    private(set) var last = ""
    private var rest: [UInt8] = []
    private var shown = 0

    private static let mostShown = 200
    private static let longestLine = 300

    /// Shows everything that comes until the end; the last line that was no progress.
    static func last(
        of handle: FileHandle, _ name: String, _ progress: @escaping @Sendable (Double) -> Void
    ) -> String {
        var lines = SegmenterLines(name: name, progress: progress)
        while case let piece = handle.availableData, !piece.isEmpty { lines.take(piece) }
        lines.line()
        return lines.last
    }

    private init(name: String, progress: @escaping @Sendable (Double) -> Void) {
        self.name = name
        self.progress = progress
    }

    /// Bars end their lines with a carriage return, texts with a newline.
    mutating func take(_ data: Data) {
        for byte in data {
            if byte == 0x0A || byte == 0x0D {
                line()
            } else if rest.count < 65536 {
                rest.append(byte)
            }
        }
    }

    private mutating func line() {
        // Another program's bytes must not steer the terminal, nor its colours stand in the text.
        let coloured = String(decoding: rest, as: UTF8.self)
        let plain = coloured.replacing(#/\u{1B}\[[0-9;?]*[A-Za-z]/#, with: "")
            .unicodeScalars.filter { $0.properties.generalCategory != .control }
        let line = String(String.UnicodeScalarView(plain)).trimmingCharacters(in: .whitespaces)
        rest.removeAll(keepingCapacity: true)
        guard !line.isEmpty else { return }
        if let share = Self.share(line) {
            progress(share)
            return
        }
        last = String(line.prefix(Self.longestLine))
        shown += 1
        guard shown <= Self.mostShown else { return }
        let wipe = isatty(STDERR_FILENO) == 1 ? "\r\u{1B}[K" : ""
        Console.write("\(wipe)\(name): \(last)\n", to: STDERR_FILENO)
    }

    /// The part done that a line like `segmenting: 37%|███ |` names; `nil` for other lines.
    static func share(_ line: String) -> Double? {
        guard let match = line.matches(of: #/(\d{1,3}(?:\.\d+)?)\s?%/#).last, let percent = Double(match.1),
            percent <= 100
        else { return nil }
        return percent / 100
    }
}
