import Frames
import Glibc
import Testing

@testable import TremorFilter

/// A hand like those of `oracles/check_tremor.py`: slow sines, a minimum-jerk move now and then, a wandering tone, and
/// 2 µm of noise.
private struct Hand {
    var random: SeededGenerator
    var phase = SIMD3<Double>(0, 2, 4)
    var drift = SIMD3<Double>.zero
    let reach: SIMD3<Double>

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        reach = SIMD3(6 * random.uniform() - 3, 6 * random.uniform() - 3, 6 * random.uniform() - 3)
    }

    func wanted(_ t: Double) -> SIMD3<Double> {
        var place = SIMD3<Double>.zero
        for i in 0..<3 {
            let slow = 2 * Double.pi * (0.2 + 0.25 * Double(i)) * t + Double(i)
            let quick = 2 * Double.pi * 0.9 * t
            place[i] = 2 * sin(slow) + 0.8 * sin(quick)
        }
        // A move of 0.4 s each 1.5 s, from 1 s on.
        for k in 0..<20 {
            let s = min(max((t - 1 - 1.5 * Double(k)) / 0.4, 0), 1)
            let part: Double = s * s * s * (10 + s * (6 * s - 15))
            place += k % 2 == 0 ? reach * part : -reach * part
        }
        return place
    }

    mutating func tremor(_ dt: Double) -> SIMD3<Double> {
        var tone = SIMD3<Double>.zero
        for i in 0..<3 {
            // The frequency wanders by 0.5 Hz within about half a second, as the script's does.
            drift[i] += -2 * dt * drift[i] + dt.squareRoot() * random.normal()
            let middle = 10 + 0.5 * Double(i - 1)
            let f = min(max(middle + drift[i], 8), 12)
            phase[i] += 2 * Double.pi * f * dt
            let size: Double = 0.075 + 0.02 * sin(0.02 * phase[i])
            tone[i] = size * sin(phase[i])
        }
        return tone
    }
}

private struct Outcome {
    var before = 0.0
    var after = 0.0
    var removed: Double { 20 * log10(before / after) }
}

private func run(_ method: TremorFilterMethod, seed: UInt64, seconds: Double = 10) -> Outcome {
    var hand = Hand(seed: seed)
    var canceller = TremorCanceller(method)
    var (before, after, count) = (0.0, 0.0, 0.0)
    for k in 0..<Int(seconds * 1000) {
        let t = Double(k) * 0.001
        let wanted = hand.wanted(t)
        let sample = wanted + hand.tremor(0.001) + hand.random.normal3() * 0.002
        let out = canceller.filter(sample, at: t)
        guard t > 3 else { continue }
        before += ((sample - wanted) * (sample - wanted)).sum()
        after += ((out - wanted) * (out - wanted)).sum()
        count += 1
    }
    return Outcome(before: (before / count).squareRoot(), after: (after / count).squareRoot())
}

@Suite struct TremorCancellerTests {
    /// The RMS error against the wanted motion, everything in it: below 15 µm where the tremor alone was above 80.
    @Test(arguments: [1, 2, 3, 4]) func physiologicalTremorIsRemoved(_ seed: UInt64) {
        let outcome = run(.wflcKalman, seed: seed)
        #expect(outcome.before > 0.08)
        #expect(outcome.after < 0.015, "\(outcome.after)")
        #expect(outcome.removed > 16)
    }

    @Test func aHandWithoutTremorComesThroughUnharmed() {
        let hand = Hand(seed: 5)
        var canceller = TremorCanceller(.wflcKalman)
        var worst = 0.0
        for k in 0..<10_000 {
            let t = Double(k) * 0.001
            let out = canceller.filter(hand.wanted(t), at: t)
            if t > 3 { worst = max(worst, length(out - hand.wanted(t))) }
        }
        #expect(worst < 0.08, "\(worst)")
    }

    /// An answer depends on the past alone: what comes later changes no earlier one.
    @Test func itIsCausal() {
        var (a, b) = (TremorCanceller(.wflcKalman), TremorCanceller(.wflcKalman))
        var (first, second) = (Hand(seed: 6), Hand(seed: 6))
        var differs = false
        for k in 0..<2000 {
            let t = Double(k) * 0.001
            let one = first.wanted(t) + first.tremor(0.001)
            let other = second.wanted(t) + second.tremor(0.001) + (k < 1000 ? .zero : SIMD3(1, 2, 3))
            let (x, y) = (a.filter(one, at: t), b.filter(other, at: t))
            if k < 1000 { #expect(x == y) } else if x != y { differs = true }
        }
        #expect(differs)
    }

    @Test func badSamplesAndGapsDoNotSpoilIt() {
        var canceller = TremorCanceller(.wflcKalman)
        var hand = Hand(seed: 7)
        var worst = 0.0
        for k in 0..<8000 {
            let t = Double(k) * 0.001 + (k > 4000 ? 1 : 0)
            if k % 1000 == 500 { _ = canceller.filter(SIMD3(.nan, 0, 0), at: t) }
            if k % 1000 == 600 { _ = canceller.filter(hand.wanted(t), at: t - 3) }
            let out = canceller.filter(hand.wanted(t) + hand.tremor(0.001), at: t)
            #expect(out.x.isFinite && out.y.isFinite && out.z.isFinite)
            worst = max(worst, length(out - hand.wanted(t)))
        }
        #expect(worst < 0.5, "\(worst)")
    }

    @Test func noneChangesNothing() {
        var canceller = TremorCanceller(.none)
        #expect(canceller.filter(SIMD3(1, 2, 3), at: 0.1) == SIMD3(1, 2, 3))
    }

    @Test func methodsAreFoundByTheirNames() {
        for method in TremorFilterMethod.allCases { #expect(TremorFilterMethod(name: method.name) == method) }
        #expect(TremorFilterMethod(name: "magic") == nil)
    }
}
