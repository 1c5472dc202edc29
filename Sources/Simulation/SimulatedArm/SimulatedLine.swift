import Frames

/// One direction of a serial line: frames in, bytes out when their time has come; slow as its baud, faulty as asked.
///
/// All places are allocated when it is made. Frames never overtake one another, as on a wire.
struct SimulatedLine: Sendable {
    private struct Slot: Sendable {
        var bytes = InlineArray<256, UInt8>(repeating: 0)
        var count = 0
        var arrival = 0.0
    }

    static let capacity = 256

    /// Frames that found no room: the other side does not take them.
    private(set) var overflowed: UInt64 = 0
    private let secondsPerByte: Double
    private let direction: LineDirection
    private var faults: [ScheduledFault]
    private var random: SeededGenerator
    private var slots = [Slot](repeating: Slot(), count: SimulatedLine.capacity)
    private var first = 0
    private var used = 0
    private var taken = 0
    private var open = Slot()
    private var busyUntil = 0.0

    /// Ten bits a byte at `baud`; 0 is a line without delay.
    init(_ direction: LineDirection, baud: Double, faults: [ScheduledFault], seed: UInt64) {
        self.direction = direction
        secondsPerByte = baud > 0 ? 10 / baud : 0
        self.faults = faults
        random = SeededGenerator(seed: seed)
    }

    var isFull: Bool { used == Self.capacity }

    /// Takes bytes at `time`; each zero ends a frame and sends it off. A piece without end goes off when it is full.
    mutating func put(_ bytes: UnsafeRawBufferPointer, at time: Double) {
        for byte in bytes {
            open.bytes[open.count] = byte
            open.count += 1
            if byte == 0 || open.count == 256 {
                send(at: time)
                open.count = 0
            }
        }
    }

    /// Moves at most `buffer.count` bytes that have arrived by `time` into `buffer`; how many.
    mutating func get(into buffer: UnsafeMutableRawBufferPointer, by time: Double) -> Int {
        var count = 0
        while used > 0, slots[first].arrival <= time, count < buffer.count {
            buffer[count] = slots[first].bytes[taken]
            (count, taken) = (count + 1, taken + 1)
            if taken == slots[first].count {
                (first, used, taken) = ((first + 1) % Self.capacity, used - 1, 0)
            }
        }
        return count
    }

    /// Forgets what is under way.
    mutating func clear() { (used, taken, open.count) = (0, 0, 0) }

    private mutating func send(at time: Double) {
        var copies = 1
        var delay = 0.0
        for scheduled in faults where scheduled.isActive(at: time) {
            switch scheduled.fault {
            case .drop(direction, let probability): if random.uniform() < probability { copies = 0 }
            case .duplicate(direction, let probability): if random.uniform() < probability { copies *= 2 }
            case .delay(direction, let seconds): delay += seconds
            case .damage(direction, let probability): if random.uniform() < probability { flipOneBit() }
            default: break
            }
        }
        for _ in 0..<copies { queue(at: time, delay: delay) }
    }

    private mutating func flipOneBit() {
        let bit = Int(random.next() % UInt64(open.count * 8))
        open.bytes[bit / 8] ^= 1 << UInt8(bit % 8)
    }

    private mutating func queue(at time: Double, delay: Double) {
        busyUntil = max(busyUntil, time) + secondsPerByte * Double(open.count)
        guard used < Self.capacity else {
            overflowed += 1
            return
        }
        let last = used > 0 ? slots[(first + used - 1) % Self.capacity].arrival : 0
        open.arrival = max(busyUntil + delay, last)
        slots[(first + used) % Self.capacity] = open
        used += 1
    }
}
