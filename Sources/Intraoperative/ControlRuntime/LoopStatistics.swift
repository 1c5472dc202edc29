/// What a loop measured of itself. Times in ns.
public struct LoopStatistics: Equatable, Sendable {
    public var ticks: UInt64 = 0
    /// Ticks whose own computing, in processor time, took longer than the period.
    public var overruns: UInt64 = 0
    /// In virtual time: ticks that took longer than the period, but not when their step was computed again.
    public var stalls: UInt64 = 0
    /// Ticks that the system woke a period or more too late.
    public var lateWakeups: UInt64 = 0
    /// Periods left out because a tick began after the next one was due.
    public var skippedPeriods: UInt64 = 0
    /// Calls of malloc and its relatives within ticks.
    public var allocations: UInt64 = 0
    public var frees: UInt64 = 0
    /// Page faults of the loop's thread within the loop, minor and major.
    public var minorFaults: Int64 = 0
    public var majorFaults: Int64 = 0
    /// From one tick's beginning to the next one's.
    public var period = Histogram()
    /// From when a tick was due to its beginning.
    public var wakeLatency = Histogram()
    /// A tick's own computing in processor time.
    public var computing = Histogram()

    public init() {}

    /// The numbers for a screen, small enough to publish each tick.
    public var summary: LoopSummary {
        LoopSummary(
            ticks: ticks, overruns: overruns, lateWakeups: lateWakeups, skippedPeriods: skippedPeriods,
            allocations: allocations, largestLatency: wakeLatency.largest, largestComputing: computing.largest)
    }
}

/// The running totals of a loop. Times in ns.
public struct LoopSummary: Equatable, Sendable, BitwiseCopyable {
    public var ticks: UInt64
    public var overruns: UInt64
    public var lateWakeups: UInt64
    public var skippedPeriods: UInt64
    public var allocations: UInt64
    public var largestLatency: Int64
    public var largestComputing: Int64
}
