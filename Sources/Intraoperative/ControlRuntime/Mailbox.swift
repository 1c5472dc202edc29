import Synchronization

/// A ring through which other threads hand values to the loop. The loop's side takes no lock and does not allocate.
///
/// One thread takes. Any thread may give: givers exclude one another with a lock of their own, which the loop never
/// touches. Elements should be plain values, without references, so that taking one frees nothing.
public final class Mailbox<Element: Sendable>: @unchecked Sendable {
    // Unchecked: `slots` is written only between `read` and `written` by the giver, and read only by the one taker
    // after `written` was released; the two counters order the accesses.
    private let slots: UnsafeMutablePointer<Element>
    private let capacity: Int
    private let written = Atomic<Int>(0)
    private let read = Atomic<Int>(0)
    private let giver = Mutex<Void>(())

    /// Room for `capacity` values not yet taken.
    public init(capacity: Int = 16) {
        self.capacity = max(capacity, 1)
        slots = .allocate(capacity: self.capacity)
    }

    deinit {
        while take() != nil {}
        slots.deallocate()
    }

    /// False where the ring is full: the loop does not run, or is flooded.
    public func give(_ element: Element) -> Bool {
        giver.withLock { _ in
            let end = written.load(ordering: .relaxed)
            guard end - read.load(ordering: .acquiring) < capacity else { return false }
            (slots + end % capacity).initialize(to: element)
            written.store(end + 1, ordering: .releasing)
            return true
        }
    }

    /// The oldest value given, for the loop's thread alone.
    public func take() -> Element? {
        let start = read.load(ordering: .relaxed)
        guard start < written.load(ordering: .acquiring) else { return nil }
        let element = (slots + start % capacity).move()
        read.store(start + 1, ordering: .releasing)
        return element
    }
}
