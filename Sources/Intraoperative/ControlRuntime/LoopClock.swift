import CRealtime

/// The clock that a loop is handed. Times in ns.
public protocol LoopClock: Sendable {
    var now: Int64 { get }
    /// Time of the calling thread on a processor.
    var processorTime: Int64 { get }
    /// Whether `now` stays while something is computed, so that a step may be measured again.
    var standsStill: Bool { get }
    /// Waits until `now` is `deadline` at least.
    mutating func sleep(until deadline: Int64)
}

extension LoopClock {
    public var standsStill: Bool { false }
}

/// The machine's steady clock.
public struct SteadyClock: LoopClock {
    public init() {}
    public var now: Int64 { realtime_monotonic_ns() }
    public var processorTime: Int64 { realtime_thread_cpu_ns() }
    public mutating func sleep(until deadline: Int64) { _ = realtime_sleep_until_ns(deadline) }
}

/// Time that passes only by sleeping, for scenes and tests; the processor's time is still the real one.
public struct VirtualClock: LoopClock {
    public private(set) var now: Int64

    public init(start: Int64 = 0) { now = start }
    public var processorTime: Int64 { realtime_thread_cpu_ns() }
    public var standsStill: Bool { true }
    public mutating func sleep(until deadline: Int64) { now = max(now, deadline) }
    /// Lets time pass that no sleep asked for.
    public mutating func advance(by nanoseconds: Int64) { now += max(nanoseconds, 0) }
}
