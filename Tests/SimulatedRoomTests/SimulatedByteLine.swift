import SimulatedRoom
import Synchronization
import Trackers

/// A simulated tracker at the other end of a line, on a clock of its own. Bytes at another speed than the tracker's are
/// noise to both.
final class SimulatedLine: ByteLine, Sendable {
    private struct Shared {
        var tracker: SimulatedNDITracker
        var waiting: [UInt8] = []
        var time = 0.0
        var baud = 9600
        /// Changes every reply; for damage.
        var spoil: @Sendable ([UInt8]) -> [UInt8] = { $0 }
        /// Bytes that still come before the plug is out; `nil` while it is in.
        var bytesLeft: Int?
    }
    private let shared: Mutex<Shared>
    let canBreak: Bool
    let fastest: Int

    init(_ tracker: SimulatedNDITracker, canBreak: Bool = true, fastest: Int = .max) {
        shared = Mutex(Shared(tracker: tracker))
        (self.canBreak, self.fastest) = (canBreak, fastest)
    }

    func spoilReplies(_ spoil: @escaping @Sendable ([UInt8]) -> [UInt8]) { shared.withLock { $0.spoil = spoil } }
    /// The plug comes out after so many more bytes, in the middle of whatever is being said.
    func unplug(after bytes: Int = 0) { shared.withLock { $0.bytesLeft = bytes } }
    /// The plug is put back; the tracker was switched off and on in the meantime, or not.
    func plugIn(isPoweredAnew: Bool = false) {
        shared.withLock {
            ($0.bytesLeft, $0.waiting) = (nil, [])
            if isPoweredAnew { _ = $0.tracker.reset() }
        }
    }
    var trackerBaud: Int { shared.withLock { $0.tracker.baud } }

    private static func noise(_ bytes: [UInt8]) -> [UInt8] { bytes.map { $0 ^ 0x5A | 0x80 } }

    func send(_ bytes: [UInt8]) throws(NDIError) {
        guard shared.withLock({ $0.bytesLeft != 0 }) else { throw .lost }
        shared.withLock {
            let before = $0.tracker.baud
            let matches = before == $0.baud
            let reply = $0.tracker.answer(matches ? bytes : Self.noise(bytes), at: $0.time)
            $0.waiting += $0.spoil(matches ? reply : Self.noise(reply))
        }
    }

    func receive(within seconds: Double) throws(NDIError) -> [UInt8] {
        guard shared.withLock({ $0.bytesLeft != 0 }) else { throw .lost }
        return shared.withLock {
            $0.time += $0.waiting.isEmpty ? seconds : 0.004
            // in pieces, as a port gives them
            let piece = Array($0.waiting.prefix(min(7, $0.bytesLeft ?? 7)))
            if let left = $0.bytesLeft { $0.bytesLeft = left - piece.count }
            $0.waiting.removeFirst(piece.count)
            return piece
        }
    }

    func discardInput() { shared.withLock { $0.waiting = [] } }

    func sendBreak() throws(NDIError) -> Bool {
        guard canBreak else { return false }
        shared.withLock { $0.waiting += $0.tracker.reset() }
        return true
    }

    func setBaud(_ baud: Int) -> Bool {
        guard baud <= fastest else { return false }
        shared.withLock { $0.baud = baud }
        return true
    }

    func seconds(for bytes: Int, at baud: Int) -> Double { 0 }
    func pause(_ seconds: Double) { wait(seconds) }
    var now: Double { shared.withLock { $0.time } }
    func wait(_ seconds: Double) { shared.withLock { $0.time += seconds } }
}
