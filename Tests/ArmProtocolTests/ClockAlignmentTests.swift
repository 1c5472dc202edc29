import Frames
import Testing

@testable import ArmProtocol

@Suite struct ClockAlignmentTests {
    /// Two clocks that drift apart by 100 ppm and a line with random delay: the age is never off by more than the delay.
    @Test func followsADriftingClock() {
        var alignment = ClockAlignment()
        var random = SeededGenerator(seed: 4)
        for index in 0..<600_000 {
            let sent = Double(index) * 1e-3
            let truth = 50 + sent * (1 + 100e-6)
            let delay = 0.001 + 0.001 * random.uniform()
            let placed = alignment.place(sent: sent, arrival: truth + delay) ?? .nan
            // Never before it happened, and within the smallest delay and what drifts between two quick frames.
            guard index > 100 else { continue }
            #expect(placed > truth && placed - truth < 0.0011, "\(index): \(placed - truth)")
        }
    }
}
