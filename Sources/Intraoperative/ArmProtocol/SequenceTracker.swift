/// Judges the sequence numbers of one direction in one session. They count up by one and may wrap around.
struct SequenceTracker: Sendable {
    private(set) var last: UInt32
    private(set) var lost: UInt64 = 0
    private(set) var stale: UInt64 = 0

    /// The next number expected is `last` + 1.
    init(after last: UInt32) { self.last = last }

    /// Whether `sequence` is newer than all before it (RFC 1982); the ones left out count as lost.
    mutating func accept(_ sequence: UInt32) -> Bool {
        let step = Int32(bitPattern: sequence &- last)
        guard step > 0 else {
            stale &+= 1
            return false
        }
        lost &+= UInt64(step - 1)
        last = sequence
        return true
    }
}

/// What a link has seen since it was made.
public struct LinkStatistics: Equatable, Sendable {
    public var sent: UInt64 = 0
    /// Frames of the right shape, session and order.
    public var accepted: UInt64 = 0
    /// Numbers missing between accepted frames.
    public var lost: UInt64 = 0
    /// Frames with a number that was already passed: doubled, replayed or overtaken.
    public var stale: UInt64 = 0
    /// Pieces that were no frame: bits turned over, bytes lost, garbage.
    public var damaged: UInt64 = 0
    /// Right frames of another session.
    public var foreign: UInt64 = 0
    /// Right frames whose body makes no sense.
    public var malformed: UInt64 = 0
    public var bytesReceived: UInt64 = 0

    public init() {}

    /// The counts of an end with what its reader of frames and of numbers counted themselves.
    func with(_ tracker: SequenceTracker, _ decoder: FrameDecoder) -> LinkStatistics {
        var all = self
        all.lost += tracker.lost
        all.stale += tracker.stale
        all.damaged = decoder.damaged
        all.bytesReceived = decoder.bytesSeen
        return all
    }
}
