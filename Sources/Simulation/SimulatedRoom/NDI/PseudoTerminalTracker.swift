import Foundation
import SerialPorts
import Synchronization
import Trackers

/// A simulated tracker behind a pseudo-terminal, in real time on a thread of its own, until it is stopped.
///
/// A pseudo-terminal carries neither speed nor break: `COMM` is answered and changes nothing, and the command `RESET` takes
/// the break's place.
public final class PseudoTerminalTracker: Sendable {
    /// What a client opens.
    public let path: String
    /// CLOCK_MONOTONIC at the tracker's own time 0, s.
    public let start: Double
    private let shouldStop: Stop
    private let ended = DispatchSemaphore(value: 0)

    private final class Stop: Sendable { let flag = Atomic<Bool>(false) }

    /// Opens the pseudo-terminal and starts the thread.
    ///
    /// - Throws: `SerialPortError.pseudoTerminal`.
    public init(_ tracker: SimulatedNDITracker) throws(SerialPortError) {
        let terminal = try PseudoTerminal()
        (path, start) = (terminal.path, MonotonicClock.seconds)
        let (start, stop, ended) = (start, Stop(), ended)
        shouldStop = stop
        Thread.detachNewThread {
            Self.serve(tracker, terminal, start) { stop.flag.load(ordering: .acquiring) }
            ended.signal()
        }
    }

    deinit { stop() }

    /// Ends the thread, waits for it, and closes the pseudo-terminal: a client then finds its port lost.
    public func stop() {
        guard !shouldStop.flag.exchange(true, ordering: .acquiringAndReleasing) else { return }
        ended.wait()
    }

    private static func serve(
        _ tracker: SimulatedNDITracker, _ terminal: PseudoTerminal, _ start: Double, until isOver: () -> Bool
    ) {
        var tracker = tracker
        var buffer = [UInt8](repeating: 0, count: 4096)
        while !isOver() {
            guard terminal.waitForInput(seconds: 0.05) else { continue }
            let count = buffer.withUnsafeMutableBytes { terminal.read(into: $0) }
            // what the terminal does not take is lost, as on a wire without flow control
            let reply = tracker.answer(buffer[..<count], at: MonotonicClock.seconds - start)
            _ = reply.withUnsafeBytes { terminal.write($0) }
        }
    }
}
