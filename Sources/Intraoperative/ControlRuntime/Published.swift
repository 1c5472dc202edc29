import Synchronization

/// The newest value of one writer, for any number of readers: the writer never waits, takes no lock, allocates nothing.
///
/// Three slots: the writer fills one, the readers read one, and the third lies between, exchanged by one atomic word
/// (triple buffering). Readers exclude one another with a lock of their own. Values should hold no references.
public final class Published<Value: Sendable>: @unchecked Sendable {
    // Unchecked: each slot belongs to exactly one of writer, middle and readers; the exchange of `middle` hands it over.
    private let slots: UnsafeMutablePointer<Value>
    /// The slot in the middle, and whether the writer put it there since the readers last took it.
    private let middle = Atomic<UInt8>(1)
    private var back = 0
    private let front = Mutex<Int>(2)
    private static var fresh: UInt8 { 4 }

    public init(_ first: Value) {
        slots = .allocate(capacity: 3)
        slots.initialize(repeating: first, count: 3)
    }

    deinit {
        slots.deinitialize(count: 3)
        slots.deallocate()
    }

    /// For the writer's thread alone.
    public func publish(_ value: Value) {
        slots[back] = value
        let before = middle.exchange(UInt8(back) | Self.fresh, ordering: .acquiringAndReleasing)
        back = Int(before & 3)
    }

    /// The newest value published, from any thread.
    public var value: Value {
        front.withLock { mine in
            if middle.load(ordering: .relaxed) & Self.fresh != 0 {
                mine = Int(middle.exchange(UInt8(mine), ordering: .acquiringAndReleasing) & 3)
            }
            return slots[mine]
        }
    }
}
