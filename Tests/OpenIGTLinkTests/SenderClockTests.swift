import Frames
import Testing

@testable import OpenIGTLink

@Suite struct SenderClockTests {
    /// Messages that are under way for 1 ms and more: their times come out late by no more than the quickest of them.
    @Test func delaysAreTakenOut() {
        var (clock, random) = (SenderClock(), SeededGenerator(seed: 2))
        var worst = 0.0
        for step in 0..<3000 {
            let truth = Double(step) * 0.01
            let delay = 0.001 + 0.03 * random.uniform() * random.uniform()
            let time = clock.time(stamp: truth + 1.7e9, arrival: truth + delay)
            #expect(time <= truth + delay + 1e-6)
            if step > 50 { worst = max(worst, abs(time - truth)) }
        }
        #expect(worst < 0.003)
    }

    @Test func aClockThatIsSetAnewBeginsAnew() {
        var clock = SenderClock()
        _ = clock.time(stamp: 100, arrival: 5)
        #expect(clock.time(stamp: 5000, arrival: 5.5) == 5.5)
        #expect(clock.time(stamp: nil, arrival: 6) == 6)
        #expect(abs(clock.time(stamp: 5001, arrival: 6.6) - 6.5) < 1e-9)
    }
}
