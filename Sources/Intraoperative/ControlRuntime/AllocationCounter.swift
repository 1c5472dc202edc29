import CRealtime

/// Counts the calling thread's allocations, for the loop and for tests that hold code to none.
public enum AllocationCounter {
    /// Calls of malloc and its relatives, and of free, made by `body` on this thread.
    public static func count<Failure: Error>(
        _ body: () throws(Failure) -> Void
    ) throws(Failure) -> (allocations: UInt64, frees: UInt64) {
        let before = (realtime_allocations(), realtime_frees())
        realtime_count_allocations(true)
        defer { realtime_count_allocations(false) }
        try body()
        realtime_count_allocations(false)
        return (realtime_allocations() - before.0, realtime_frees() - before.1)
    }
}
