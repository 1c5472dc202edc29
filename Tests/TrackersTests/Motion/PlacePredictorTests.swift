import Frames
import Glibc
import Testing

@testable import Trackers

/// Prediction against motions known in closed form; nothing of them is in the filters.
@Suite struct PlacePredictorTests {
    /// What was predicted for `delay` after each sample, against where the place then truly was.
    struct Outcome {
        var squares = 0.0, stated = 0.0, late = 0.0
        var (count, covered, unknown) = (0, 0, 0)
        var error: Double { (squares / Double(count)).squareRoot() }
        var statedError: Double { (stated / Double(count)).squareRoot() }
        var lateError: Double { (late / Double(count)).squareRoot() }
        var coverage: Double { Double(covered) / Double(count) }
    }

    static func run(
        seed: UInt64, seconds: Double, delay: Double, noise: Double, hides: Bool = true,
        truth: (Double) -> Vector3
    ) -> Outcome {
        var predictor = PlacePredictor(delay: delay)
        var random = SeededGenerator(seed: seed)
        var outcome = Outcome()
        for frame in 0..<Int(seconds * 60) {
            let t = Double(frame) / 60
            // one frame in twenty is hidden
            if hides, random.uniform() < 0.05 { continue }
            let seen = truth(t) + random.normal3() * (noise / 3.0.squareRoot())
            predictor.take(seen, at: t)
            guard t > 2 else { continue }
            guard let told = predictor.prediction(at: t + delay) else {
                outcome.unknown += 1
                continue
            }
            let missed = told.place - truth(t + delay), stale = seen - truth(t + delay)
            outcome.squares += dot(missed, missed)
            outcome.late += dot(stale, stale)
            outcome.stated += told.error * told.error
            outcome.count += 1
            // 95 of 100 in three dimensions: χ²₃ 7.81
            if dot(missed, missed) <= told.error * told.error * 7.81 / 3 { outcome.covered += 1 }
        }
        return outcome
    }

    /// Breathing of ±4 mm in 4 s, a drift of 3 mm a minute, and the tracker's noise of 0.2 mm.
    static func breathing(_ t: Double) -> Vector3 {
        Vector3(-300, 40, -1500) + Vector3(0.3, 0.9, 0.3) * (4 * sin(2 * .pi * t / 4)) + Vector3(0.05, 0, 0) * t
    }

    /// A hand: 15 mm at 0.5 Hz with 5 mm at 1.3 Hz across it.
    static func hand(_ t: Double) -> Vector3 {
        Vector3(15 * sin(2 * .pi * 0.5 * t), 5 * cos(2 * .pi * 1.3 * t), 3 * sin(2 * .pi * 0.9 * t))
    }

    /// Nearer than the late sample, with an error that is stated as it is, for delays of a tracker and of a slow program.
    @Test(arguments: [0.014, 0.05, 0.1], [UInt64(1), 2, 3]) func breathingIsPredicted(_ delay: Double, _ seed: UInt64) {
        let found = Self.run(seed: seed, seconds: 60, delay: delay, noise: 0.2, truth: Self.breathing)
        #expect(found.unknown == 0)
        #expect(found.error < found.lateError)
        #expect(found.statedError > 0.9 * found.error && found.statedError < 1.35 * found.error)
        #expect(found.coverage > 0.92)
    }

    @Test(arguments: [0.03, 0.05, 0.1], [UInt64(1), 2]) func aHandIsPredicted(_ delay: Double, _ seed: UInt64) {
        let found = Self.run(seed: seed, seconds: 30, delay: delay, noise: 0.2, truth: Self.hand)
        #expect(found.error < 0.5 * found.lateError)
        #expect(found.statedError > 0.9 * found.error && found.statedError < 1.35 * found.error)
        #expect(found.coverage > 0.92)
    }

    /// A tool that is held still: no worse than the sample, although it looks ahead.
    @Test func stillnessIsNotMadeRestless() {
        let found = Self.run(seed: 4, seconds: 30, delay: 0.05, noise: 0.3) { _ in Vector3(1, 2, 3) }
        #expect(found.error < 0.5 * found.lateError)
        #expect(found.statedError < 2.2 * found.error && found.statedError > 0.9 * found.error)
    }

    /// A tracker that is asked for its frames tells them a little sooner or later each time: that is no reason to say nothing.
    @Test func framesThatComeUnevenlyAreTaken() {
        var predictor = PlacePredictor(delay: 0.03)
        var random = SeededGenerator(seed: 13)
        var (said, count) = (0, 0)
        for frame in 0..<1800 {
            // one in fifty is told much too late, and the next one right after it
            let late = frame % 50 == 7 ? 0.014 : 0.003 * random.uniform()
            let t = Double(frame) / 60
            predictor.take(Self.hand(t) + random.normal3() * 0.1, at: t + late)
            guard frame > 60 else { continue }
            count += 1
            if predictor.prediction(at: t + 0.03) != nil { said += 1 }
        }
        #expect(said == count)
    }

    /// It says nothing at the beginning, after a gap, or long after the last sample.
    @Test func nothingIsSaidBeforeItIsKnown() throws {
        var predictor = PlacePredictor(delay: 0.05)
        for frame in 0..<12 {
            #expect(predictor.prediction(at: Double(frame) / 60) == nil)
            predictor.take(Self.breathing(Double(frame) / 60), at: Double(frame) / 60)
        }
        for frame in 12..<60 { predictor.take(Self.breathing(Double(frame) / 60), at: Double(frame) / 60) }
        #expect(predictor.prediction(at: 1) != nil)
        #expect(predictor.prediction(at: 1.5) == nil && predictor.prediction(at: 0.5) == nil)
        // as old as a gap allows, its error has grown with it
        let near = try #require(predictor.prediction(at: 1)), far = try #require(predictor.prediction(at: 1.2))
        #expect(far.error > near.error)
        predictor.take(Self.breathing(2), at: 2)
        #expect(predictor.prediction(at: 2.01) == nil)
    }

    /// Swapped markers in single frames leave no trace; a body that was truly put elsewhere is followed after three.
    @Test func singleFramesFarOffAreLeftOut() throws {
        var (clean, spoilt) = (PlacePredictor(), PlacePredictor())
        var random = SeededGenerator(seed: 7)
        var worst = 0.0
        for frame in 0..<1200 {
            let t = Double(frame) / 60
            let seen = Self.breathing(t) + random.normal3() * 0.1
            let isSwapped = frame % 100 == 99
            clean.take(seen, at: t)
            spoilt.take(isSwapped ? seen + Vector3(0, 30, 12) : seen, at: t)
            guard let a = clean.prediction(at: t + 0.05), let b = spoilt.prediction(at: t + 0.05), frame > 120 else {
                continue
            }
            worst = max(worst, length(a.place - b.place))
        }
        #expect(spoilt.outliers == 12 && clean.outliers == 0)
        #expect(worst < 0.5)
        let start = 1200.0 / 60
        for frame in 0..<60 { spoilt.take(Self.hand(5) + Vector3(0, 0, 0.001), at: start + Double(frame) / 60) }
        #expect(length(try #require(spoilt.prediction(at: start + 1)).place - Self.hand(5)) < 0.1)
    }

    /// Times that go back, places at one time, and wild numbers end nothing.
    @Test func hostileSamplesEndNothing() {
        var predictor = PlacePredictor(delay: 0)
        var random = SeededGenerator(seed: 8)
        var time = 0.0
        for _ in 0..<5000 {
            time += random.uniform() < 0.3 ? -0.05 : 0.1 * random.uniform()
            predictor.take(random.normal3() * (random.uniform() < 0.1 ? 1e9 : 1), at: time)
            if let told = predictor.prediction(at: time) {
                #expect(told.error.isFinite && told.error >= 0 && length(told.place).isFinite)
            }
        }
    }
}
