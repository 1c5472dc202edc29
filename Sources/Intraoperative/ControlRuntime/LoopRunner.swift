import CRealtime

/// One turn of the loop. Times in ns of the loop's clock.
public struct Tick: Equatable, Sendable {
    /// 0 for the first.
    public var number: UInt64
    /// When the tick was due.
    public var due: Int64
    /// When it began.
    public var now: Int64
    /// Seconds since the last tick's beginning; the period for the first.
    public var dt: Double
}

public enum TickOutcome: Sendable {
    case proceed
    case finish
}

/// What a loop does in each period.
public protocol LoopBody: Sendable {
    /// Called once on the loop's thread before the first tick: here, and only here, may it allocate and warm up.
    mutating func prepare()
    /// Neither allocates nor locks nor waits.
    mutating func tick(_ tick: Tick) -> TickOutcome
    /// Computes the last tick's step once more, without any effect; false where the body cannot.
    func repeatStep() -> Bool
}

extension LoopBody {
    public mutating func prepare() {}
    public func repeatStep() -> Bool { false }
}

/// What a loop does about ticks whose computing takes longer than the period.
public enum OverrunPolicy: Equatable, Sendable {
    /// Counts them.
    case count
    /// Ends the loop after so many in a row: the arm's watchdog then holds the arm.
    case stop(after: Int)
}

public enum LoopEnd: Equatable, Sendable {
    /// The body had done.
    case finished
    /// Somebody asked for it.
    case requested
    /// As many overruns in a row as the policy allows.
    case overruns(Int)
}

/// A periodic loop on the calling thread, over any clock.
public struct LoopRunner<Body: LoopBody, Clock: LoopClock> {
    public var body: Body
    public var clock: Clock
    public private(set) var statistics = LoopStatistics()
    let period: Int64
    let overrunPolicy: OverrunPolicy

    /// `period` in ns, at least 1 µs.
    public init(_ body: Body, clock: Clock, period: Int64 = 1_000_000, overrunPolicy: OverrunPolicy = .stop(after: 3)) {
        self.body = body
        self.clock = clock
        self.period = max(period, 1000)
        self.overrunPolicy = overrunPolicy
    }

    /// Runs until the body has done, `shouldStop` says so, or the policy ends it. `afterTick` may publish the numbers.
    public mutating func run(
        shouldStop: () -> Bool = { false }, afterTick: (LoopSummary) -> Void = { _ in }
    ) -> LoopEnd {
        body.prepare()
        let faults = Self.pageFaults()
        var due = clock.now + period
        var last = due - period
        var overrunsInARow = 0
        var end = LoopEnd.requested
        while !shouldStop() {
            clock.sleep(until: due)
            let now = clock.now
            let dt = statistics.ticks == 0 ? period : now - last
            noteWake(latency: now - due, sinceLast: dt)
            last = now
            let (outcome, cost) = work(Tick(number: statistics.ticks - 1, due: due, now: now, dt: Double(dt) * 1e-9))
            overrunsInARow = cost > period ? overrunsInARow + 1 : 0
            afterTick(statistics.summary)
            if outcome == .finish {
                end = .finished
                break
            }
            if case .stop(let most) = overrunPolicy, overrunsInARow >= most {
                end = .overruns(overrunsInARow)
                break
            }
            due = nextDue(after: due)
        }
        let since = Self.pageFaults()
        (statistics.minorFaults, statistics.majorFaults) = (since.minor - faults.minor, since.major - faults.major)
        return end
    }

    private mutating func noteWake(latency: Int64, sinceLast: Int64) {
        if statistics.ticks > 0 { statistics.period.add(sinceLast) }
        statistics.ticks += 1
        statistics.wakeLatency.add(latency)
        if latency >= period { statistics.lateWakeups += 1 }
    }

    /// One call of the body, with its allocations and its time on the processor in ns.
    private mutating func work(_ tick: Tick) -> (TickOutcome, Int64) {
        let (allocations, frees) = (realtime_allocations(), realtime_frees())
        let begin = clock.processorTime
        realtime_count_allocations(true)
        let outcome = body.tick(tick)
        realtime_count_allocations(false)
        let cost = clock.processorTime - begin
        statistics.allocations += realtime_allocations() - allocations
        statistics.frees += realtime_frees() - frees
        let own = cost > period && clock.standsStill ? ownCost(cost) : cost
        statistics.computing.add(own)
        if own > period { statistics.overruns += 1 } else if cost > period { statistics.stalls += 1 }
        return (outcome, own)
    }

    /// The step's own time in ns: a virtual machine that stalls for milliseconds counts them as the thread's, and a step
    /// that is computed again, from the same state, takes them only if they are its own.
    private mutating func ownCost(_ measured: Int64) -> Int64 {
        var least = measured
        for _ in 0..<Self.repetitions {
            let begin = clock.processorTime
            guard body.repeatStep() else { return measured }
            least = min(least, clock.processorTime - begin)
        }
        return least
    }

    private static var repetitions: Int { 5 }

    /// The next due time that is not past: a late tick is not made up for by a burst of ticks.
    private mutating func nextDue(after due: Int64) -> Int64 {
        let late = clock.now - (due + period)
        guard late >= 0 else { return due + period }
        let skipped = late / period + 1
        statistics.skippedPeriods += UInt64(skipped)
        return due + period * (1 + skipped)
    }

    private static func pageFaults() -> (minor: Int64, major: Int64) {
        var (minor, major): (Int64, Int64) = (0, 0)
        realtime_page_faults(&minor, &major)
        return (minor, major)
    }
}
