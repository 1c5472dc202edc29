import Testing

@testable import ControlRuntime

/// A clock on which a chosen tick wakes late, and a chosen tick computes long: both only pretended.
struct ScriptedClock: LoopClock {
    var now: Int64 = 0
    var processorTime: Int64 { now }
    /// ns by which the sleep to this number is too long.
    var lateAt: [Int: Int64] = [:]
    private var sleeps = 0

    mutating func sleep(until deadline: Int64) {
        now = max(now, deadline) + (lateAt[sleeps] ?? 0)
        sleeps += 1
    }
}

struct CountingBody: LoopBody {
    var ticks: [Tick] = []
    let most: Int

    init(_ most: Int) {
        self.most = most
        ticks.reserveCapacity(most)
    }

    mutating func tick(_ tick: Tick) -> TickOutcome {
        ticks.append(tick)
        return ticks.count == most ? .finish : .proceed
    }
}

@Suite struct LoopRunnerTests {
    @Test func ticksAreDueOnceAPeriodFromTheStart() {
        var runner = LoopRunner(CountingBody(1000), clock: VirtualClock(start: 5000), period: 250_000)
        #expect(runner.run() == .finished)
        #expect(runner.statistics.ticks == 1000 && runner.statistics.lateWakeups == 0)
        #expect(runner.body.ticks.map(\.due) == (1...1000).map { 5000 + 250_000 * Int64($0) })
        #expect(runner.body.ticks.allSatisfy { $0.dt == 0.00025 && $0.now == $0.due })
        #expect(runner.statistics.period.largest == 250_000 && runner.statistics.period.count == 999)
    }

    @Test func aLateWakeupIsCountedAndNotMadeUpFor() {
        var clock = ScriptedClock()
        clock.lateAt = [10: 3_400_000, 20: 999_999]
        var runner = LoopRunner(CountingBody(30), clock: clock)
        #expect(runner.run() == .finished)
        #expect(runner.statistics.lateWakeups == 1 && runner.statistics.skippedPeriods == 3)
        #expect(runner.statistics.wakeLatency.largest == 3_400_000 && runner.statistics.overruns == 0)
        let dues = runner.body.ticks.map(\.due)
        #expect(dues[11] - dues[10] == 4_000_000 && dues[12] - dues[11] == 1_000_000)
        #expect(abs(runner.body.ticks[11].dt - 0.0006) < 1e-12)
    }

    @Test func shouldStopEndsBeforeTheNextTick() {
        var runner = LoopRunner(CountingBody(30), clock: VirtualClock())
        var asked = 0
        let end = runner.run(shouldStop: {
            asked += 1
            return asked > 5
        })
        #expect(end == .requested && runner.statistics.ticks == 5)
    }

    /// Real computing, judged in the thread's processor time: other programs cannot make it fail or pass.
    @Test func overrunsAreCountedInProcessorTimeAndEndTheLoopByPolicy() {
        struct Busy: LoopBody {
            var sum = 0.0
            mutating func tick(_ tick: Tick) -> TickOutcome {
                let clock = SteadyClock()
                let begin = clock.processorTime
                while tick.number >= 4, clock.processorTime - begin < 300_000 { sum += 1 }
                return .proceed
            }
        }
        var runner = LoopRunner(Busy(), clock: VirtualClock(), period: 200_000, overrunPolicy: .stop(after: 3))
        #expect(runner.run() == .overruns(3))
        #expect(runner.statistics.ticks >= 7 && runner.statistics.overruns >= 3)
        #expect(runner.statistics.computing.largest >= 300_000)
        var counting = LoopRunner(Busy(), clock: VirtualClock(), period: 200_000, overrunPolicy: .count)
        var ticks = 0
        let end = counting.run(shouldStop: {
            ticks += 1
            return ticks > 10
        })
        #expect(end == .requested && counting.statistics.overruns >= 6)
    }

    /// Spins in every fifth tick; `repeats` says whether computing the step again spins as well.
    struct Spinning: LoopBody {
        let repeats: Bool
        static func spin() {
            let clock = SteadyClock()
            let begin = clock.processorTime
            while clock.processorTime - begin < 300_000 {}
        }
        mutating func tick(_ tick: Tick) -> TickOutcome {
            if tick.number % 5 == 4 { Self.spin() }
            return tick.number == 19 ? .finish : .proceed
        }
        func repeatStep() -> Bool {
            if repeats { Self.spin() }
            return true
        }
    }

    @Test(arguments: [true, false]) func aStallOfTheMachineIsNoOverrunInVirtualTime(itsOwn: Bool) {
        var runner = LoopRunner(
            Spinning(repeats: itsOwn), clock: VirtualClock(), period: 200_000, overrunPolicy: .count)
        #expect(runner.run() == .finished)
        #expect(itsOwn ? runner.statistics.overruns >= 4 : runner.statistics.stalls >= 4)
        #expect(runner.statistics.overruns + runner.statistics.stalls < 12)
    }

    @Test func inRealTimeAStallIsAnOverrun() {
        var runner = LoopRunner(
            Spinning(repeats: false), clock: SteadyClock(), period: 200_000, overrunPolicy: .count)
        #expect(runner.run() == .finished)
        #expect(runner.statistics.overruns >= 4 && runner.statistics.stalls == 0)
    }

    @Test func allocationsInATickAreCountedAndThoseOfPreparingAreNot() {
        struct Leaky: LoopBody {
            var store: [Int] = []
            mutating func prepare() { store.reserveCapacity(4) }
            mutating func tick(_ tick: Tick) -> TickOutcome {
                store.append(Int(tick.number))
                return tick.number == 9 ? .finish : .proceed
            }
        }
        var runner = LoopRunner(Leaky(), clock: VirtualClock(), overrunPolicy: .count)
        #expect(runner.run() == .finished)
        // Room for four at least; ten do not fit without more.
        #expect(runner.statistics.allocations >= 1 && runner.statistics.allocations <= 3)
        #expect(runner.statistics.frees >= 1)
        var clean = LoopRunner(CountingBody(100), clock: VirtualClock())
        _ = clean.run()
        #expect(clean.statistics.allocations == 0 && clean.statistics.frees == 0)
    }
}
