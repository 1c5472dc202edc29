import Frames
import Testing
import Trackers

@testable import SimulatedRoom

@Suite struct SimulatedTrackerTests {
    static let still = BreathingMotion(amplitude: 0, frequency: 0.25, direction: .y, tilt: 0)
    static let patient = SimulatedPatient(
        X_BaseCT: Pose(
            rotation: Rotation(rotationVector: Vector3(1.5, 0.2, -0.3)), translation: Vector3(-480, -130, 60)),
        X_CTReference: Pose(
            rotation: Rotation(rotationVector: Vector3(0.1, 0.4, 2)), translation: Vector3(10, 140, 60)),
        breathing: still, pivot: .origin)

    static func tracker(noise: Double, angle: Double = 0, seed: UInt64 = 7) -> SimulatedTracker {
        SimulatedTracker(
            properties: .init(rate: 60, latency: 0.014, positionNoise: noise, angleNoise: angle),
            X_BaseTracker: Pose(
                rotation: Rotation(rotationVector: Vector3(2, 1, 0)), translation: Vector3(900, -600, 1500)),
            seed: seed)
    }

    @Test func samplesComeLateAtTheirRate() {
        var tracker = Self.tracker(noise: 0)
        var arrivals: [(now: Double, true: Double)] = []
        for tick in 0..<1000 {
            let now = Double(tick) * 1e-3
            if let sample = tracker.newestSample(of: Self.patient, at: now) { arrivals.append((now, sample.time)) }
        }
        // 60 samples begin in one second; the last arrives within it, 14 ms after 59/60 s.
        #expect(arrivals.count == 60)
        #expect(arrivals.allSatisfy { $0.now - $0.true >= 0.014 - 1e-12 && $0.now - $0.true < 0.0151 })
    }

    @Test func noiseHasTheStatedSize() {
        var tracker = Self.tracker(noise: 0.25, angle: 0.002)
        let truth = tracker.X_BaseTracker.inverse * Self.patient.reference(at: 0)
        var (place, angle, count) = (0.0, 0.0, 0.0)
        for tick in 0..<60_000 {
            guard let pose = tracker.newestSample(of: Self.patient, at: Double(tick) / 60 + 0.0141)?.pose else {
                continue
            }
            place += squaredLength(pose.translation - truth.translation)
            let turn = (truth.rotation.inverse * pose.rotation).angle
            angle += turn * turn
            count += 1
        }
        // Standard error of an RMS over 60,000 samples in three dimensions: 0.17 %.
        #expect(abs((place / count).squareRoot() / 0.25 - 1) < 0.01)
        #expect(abs((angle / count).squareRoot() / 0.002 - 1) < 0.01)
    }

    @Test func lostMarkersAreReportedAsMissing() {
        var tracker = SimulatedTracker(
            properties: .init(rate: 60, latency: 0.014, positionNoise: 0, angleNoise: 0, losses: [0.5..<0.7]),
            X_BaseTracker: .identity(), seed: 1)
        var missing: [Double] = []
        for tick in 0..<1000 {
            let sample = tracker.newestSample(of: Self.patient, at: Double(tick) * 1e-3)
            if let sample, sample.isMissing { missing.append(sample.time) }
        }
        // 30/60 s to 41/60 s.
        #expect(missing.count == 12 && missing.allSatisfy { $0 >= 0.5 && $0 < 0.7 })
    }

    @Test func severalTouchesMakeTheErrorSmaller() {
        var tracker = Self.tracker(noise: 0.25)
        let exact = Self.patient.X_CTReference.inverse * Point<CT>(10, 20, 30)
        var squares = 0.0
        for _ in 0..<10_000 {
            let touched = tracker.touch(Point(10, 20, 30), on: Self.patient, touches: 4)
            squares += squaredLength((touched - exact).vector)
        }
        // 0.25 mm / √4; the standard error of an RMS of 10,000 in three dimensions is 0.4 %.
        #expect(abs((squares / 10_000).squareRoot() / 0.125 - 1) < 0.02)
    }

    @Test func sameSeedSameSamples() {
        func samples(_ seed: UInt64) -> [Vector3] {
            var tracker = Self.tracker(noise: 0.25, seed: seed)
            return (1...20).compactMap {
                tracker.newestSample(of: Self.patient, at: Double($0) * 0.1)?.pose?.translation
            }
        }
        #expect(samples(3) == samples(3))
        #expect(samples(3) != samples(4))
    }
}
