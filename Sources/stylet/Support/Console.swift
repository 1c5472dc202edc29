import Foundation
import Logging
import Planning

/// Where a command speaks: answers on standard output, progress and remarks on standard error.
///
/// Bars appear only in a terminal. Each step is timed, and the times go into the answer's `timings_ms`.
final class Console {
    let json: Bool
    private(set) var timings: [(name: String, milliseconds: Double)] = []
    private var hasAnswered = false
    private let log: Logger
    private let began = ContinuousClock.now
    private let showsBars = isatty(STDERR_FILENO) == 1

    init(json: Bool) {
        self.json = json
        log = Logger(label: "stylet") { _ in RemarkHandler() }
    }

    /// Runs one named step with a progress bar, and keeps its wall-clock time.
    func step<R, Failure: Error>(
        _ name: String, _ title: String, _ body: (_ progress: @escaping @Sendable (Double) -> Void) throws(Failure) -> R
    ) throws(Failure) -> R {
        let bar = ProgressBar(title: title, shown: showsBars)
        let start = ContinuousClock.now
        defer {
            bar.finish()
            timings.append((name, milliseconds(since: start)))
        }
        return try body { bar.update($0) }
    }

    private func milliseconds(since start: ContinuousClock.Instant) -> Double {
        let took = start.duration(to: .now).components
        return Double(took.seconds) * 1e3 + Double(took.attoseconds) / 1e15
    }

    /// One line for a person on standard output; nothing with `--json`.
    func say(_ line: String) {
        if !json { Self.write(line + "\n", to: STDOUT_FILENO) }
    }

    /// The one object on standard output. Only the first is written: a command that others wait for gives it early, and what
    /// fails later is told on standard error and by the exit status.
    func answer(_ fields: [String: JSONValue]) {
        guard !hasAnswered else { return }
        hasAnswered = true
        Self.write(JSONValue.object(fields).line() + "\n", to: STDOUT_FILENO)
    }

    /// Writes at once, past any buffer: others wait for lines. A reader that has gone must not end a program that holds an arm.
    static func write(_ text: String, to handle: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Foundation.write(handle, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }

    /// A remark that must not be overlooked, on standard error.
    func warn(_ line: String) { log.warning("\(line)") }

    func note(_ line: String) { log.notice("\(line)") }

    /// Milliseconds of the last step, for a line about it.
    var lastStepSeconds: Double { (timings.last?.milliseconds ?? 0) / 1000 }

    /// Steps of the same name add up; `total` is the whole command.
    var timingsJSON: JSONValue {
        var totals = timings.reduce(into: [String: Double]()) { $0[$1.name, default: 0] += $1.milliseconds }
        totals["total"] = milliseconds(since: began)
        return .object(totals.mapValues { .number(($0 * 100).rounded() / 100) })
    }
}

/// Writes remarks to standard error, a line each, without times or labels: a person reads them.
private struct RemarkHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .notice

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let prefix = event.level >= .warning ? "warning: " : ""
        Console.write(prefix + event.message.description + "\n", to: STDERR_FILENO)
    }
}
