import Glibc
import Testing

@testable import Frames

@Suite struct SeededGeneratorTests {
    /// The sequence of Vigna's splitmix64.c for the seed 1234567 (as in rosettacode.org/wiki/Pseudo-random_numbers/Splitmix64).
    @Test func givesThePublishedSequence() {
        var random = SeededGenerator(seed: 1_234_567)
        let published: [UInt64] = [
            6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423, 4_593_380_528_125_082_431,
            16_408_922_859_458_223_821,
        ]
        for number in published { #expect(random.next() == number) }
    }

    @Test func uniformNumbersFillTheInterval() {
        var random = SeededGenerator(seed: 11)
        let numbers = (0..<100_000).map { _ in random.uniform() }
        #expect(numbers.allSatisfy { $0 >= 0 && $0 < 1 })
        let mean = numbers.reduce(0, +) / 1e5
        let variance = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 1e5
        // Five standard errors: √(1/12/n), and √(1/180/n) for the variance.
        #expect(abs(mean - 0.5) < 5 * (1 / 12e5).squareRoot())
        #expect(abs(variance - 1.0 / 12) < 5 * (1 / 180e5).squareRoot())
    }

    @Test func normalNumbersHaveTheirMoments() {
        var random = SeededGenerator(seed: 12)
        let numbers = (0..<100_000).map { _ in random.normal() }
        let mean = numbers.reduce(0, +) / 1e5
        let variance = numbers.reduce(0) { $0 + $1 * $1 } / 1e5
        let kurtosis = numbers.reduce(0) { $0 + $1 * $1 * $1 * $1 } / 1e5
        #expect(abs(mean) < 5 / 1e5.squareRoot())
        #expect(abs(variance - 1) < 5 * (2 / 1e5).squareRoot())
        #expect(abs(kurtosis - 3) < 5 * (96 / 1e5).squareRoot())
        #expect(numbers.allSatisfy { $0.isFinite })
    }

    @Test func streamsDifferAndRepeat() {
        let parent = SeededGenerator(seed: 13)
        var (a, again, b) = (parent.stream(0), parent.stream(0), parent.stream(1))
        let (first, same, other) = (a.next(), again.next(), b.next())
        #expect(first == same && first != other)
    }
}
