import Foundation
import Synchronization

/// A bar on standard error with the share done and the time left; it appears after half a second and wipes itself out.
final class ProgressBar: Sendable {
    private struct State {
        var lastDrawn: ContinuousClock.Instant
        var drawn = false
        var fraction = 0.0
    }

    private let title: String
    private let shown: Bool
    private let start = ContinuousClock.now
    private let state: Mutex<State>

    init(title: String, shown: Bool) {
        self.title = title
        self.shown = shown
        state = Mutex(State(lastDrawn: ContinuousClock.now))
    }

    /// From any thread; draws at most ten times a second.
    func update(_ fraction: Double) {
        guard shown else { return }
        let now = ContinuousClock.now
        state.withLock { state in
            state.fraction = max(state.fraction, min(1, fraction))
            guard start.duration(to: now) > .milliseconds(500), state.lastDrawn.duration(to: now) > .milliseconds(100)
            else { return }
            state.lastDrawn = now
            state.drawn = true
            write(line(state.fraction, elapsed: start.duration(to: now)))
        }
    }

    func finish() {
        guard shown else { return }
        state.withLock { if $0.drawn { write("\r\u{1B}[K") } }
    }

    private func line(_ fraction: Double, elapsed: Duration) -> String {
        let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
        let left = fraction > 0.02 ? seconds / fraction * (1 - fraction) : .nan
        let filled = Int(fraction * 24)
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 24 - filled)
        let remaining = left.isFinite ? "  \(Int(left.rounded(.up))) s left" : ""
        return "\r\u{1B}[K\(titleThatFits)  \(bar) \(Int(fraction * 100)) %\(remaining)"
    }

    /// Never wider than the terminal: a line that wraps could not be wiped.
    private var titleThatFits: String {
        var size = winsize()
        let isKnown = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        let room = (isKnown ? Int(size.ws_col) : 80) - 46
        return title.count <= room ? title : String(title.prefix(max(room - 1, 0))) + "…"
    }

    private func write(_ text: String) { Console.write(text, to: STDERR_FILENO) }
}
