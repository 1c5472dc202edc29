import Frames
import Glibc
import Testing

@testable import ControlRuntime

@Suite struct HistogramTests {
    @Test func everyTimeLiesInItsBucketAndBucketsAreNarrow() {
        var random = SeededGenerator(seed: 1)
        for _ in 0..<10_000 {
            let time = Int64(exp2(34 * random.uniform()))
            let bounds = Histogram.bounds(of: Histogram.bucket(of: time))
            #expect(bounds.contains(time), "\(time) in \(bounds)")
            #expect(time < 32 || Double(bounds.count) <= Double(time) / 32 + 1)
        }
        for index in 1..<Histogram.bucketCount {
            #expect(Histogram.bounds(of: index).lowerBound == Histogram.bounds(of: index - 1).upperBound)
        }
        #expect(Histogram.bucket(of: .max) == Histogram.bucketCount - 1)
    }

    /// Against sorting all of them.
    @Test func percentilesAreThoseOfTheSortedTimes() {
        var random = SeededGenerator(seed: 2)
        var histogram = Histogram()
        var all: [Int64] = []
        for _ in 0..<5000 {
            let time = Int64(1000 * exp(2 * random.normal()))
            histogram.add(time)
            all.append(time)
        }
        all.sort()
        for fraction in [0.001, 0.25, 0.5, 0.9, 0.99, 0.999, 1.0] {
            let exact = all[Int((fraction * 5000).rounded(.up)) - 1]
            let found = histogram.percentile(fraction)
            #expect(found >= exact && Double(found) <= Double(exact) * 1.04 + 1)
        }
        #expect(histogram.count == 5000 && histogram.largest == all.last && histogram.smallest == all.first)
        #expect(abs(histogram.mean - Double(all.reduce(0, +)) / 5000) < 1e-6)
        #expect(histogram.filled.reduce(0) { $0 + Int($1.count) } == 5000)
        #expect(Histogram().percentile(0.5) == 0)
    }
}
