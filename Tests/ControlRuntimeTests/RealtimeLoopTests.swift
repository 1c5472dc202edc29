import Glibc
import Testing

@testable import ControlRuntime

/// On the real clock of a machine that others use too: counts are judged, never how punctual it was.
@Suite(.serialized) struct RealtimeLoopTests {
    struct Body: LoopBody {
        var prepared = 0
        var most: UInt64 = 100
        mutating func prepare() { prepared += 1 }
        mutating func tick(_ tick: Tick) -> TickOutcome { tick.number + 1 >= most ? .finish : .proceed }
    }

    @Test func runsOnItsThreadAndGivesTheBodyBack() throws {
        let loop = try RealtimeLoop(Body())
        let result = try #require(loop.join())
        #expect(result.end == .finished && result.statistics.ticks == 100 && result.body.prepared == 1)
        #expect(result.statistics.allocations == 0 && loop.summary.ticks == 100 && loop.hasEnded)
        #expect(loop.join() == nil)
        // Every request has an answer that is granted or names the system's reason.
        #expect(result.report.scheduling != .notAsked && result.report.memory != .notAsked)
        #expect(result.report.processor == .notAsked)
    }

    @Test func stopsWhenAskedAndWhenDropped() throws {
        var body = Body()
        body.most = .max
        let loop = try RealtimeLoop(body)
        while loop.summary.ticks < 20 { usleep(1000) }
        loop.requestStop()
        let result = try #require(loop.join())
        #expect(result.end == .requested && result.statistics.ticks >= 20)
        do { _ = try RealtimeLoop(body) }  // its end waits for the thread's
    }

    @Test func aRefusalIsReportedWithItsReason() throws {
        var settings = RealtimeSettings()
        settings.priority = 1000
        settings.processor = 5000
        settings.locksMemory = false
        let loop = try RealtimeLoop(Body(), settings: settings)
        #expect(loop.report.scheduling == .refused(EINVAL) && loop.report.processor == .refused(EINVAL))
        #expect(loop.report.memory == .notAsked && !loop.report.isRealtime)
        #expect(loop.join()?.end == .finished)
    }

    /// Periods that were skipped are counted, so the ticks and they together are the time that passed.
    @Test func ticksAndSkippedPeriodsAddUpToTheTime() throws {
        var body = Body()
        body.most = 300
        let before = SteadyClock().now
        let loop = try RealtimeLoop(body)
        let result = try #require(loop.join())
        let passed = Int(SteadyClock().now - before) / 1_000_000
        let counted = Int(result.statistics.ticks + result.statistics.skippedPeriods)
        #expect(counted <= passed + 1)
        #expect(result.statistics.period.count == 299 && result.statistics.wakeLatency.count == 300)
    }
}
