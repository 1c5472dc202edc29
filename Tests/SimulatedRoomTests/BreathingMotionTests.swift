import Frames
import Testing

@testable import SimulatedRoom

@Suite struct BreathingMotionTests {
    static let pivot = Point<CT>(3, 40, -200)
    static let breathing = BreathingMotion(amplitude: 2, frequency: 0.25, direction: .y, tilt: radians(degrees: 0.2))

    @Test func reachesItsAmplitudeAndComesBack() {
        // After the first breath, sin is 1 a quarter of a period later: t = 4 + 1 s.
        let peak = Self.breathing.displacement(at: 5, about: Self.pivot) * Self.pivot
        #expect(abs(peak.y - Self.pivot.y - 2) < 1e-9)
        #expect(abs(peak.x - Self.pivot.x) < 1e-9 && abs(peak.z - Self.pivot.z) < 1e-9)
        #expect((Self.breathing.displacement(at: 6, about: Self.pivot) * Self.pivot).distance(to: Self.pivot) < 1e-9)
    }

    @Test func startsAtRestWithoutAJump() {
        #expect(Self.breathing.displacement(at: 0, about: Self.pivot) == .identity())
        var largestStep = 0.0
        var before = Self.pivot
        for tick in 1...8000 {
            let now = Self.breathing.displacement(at: Double(tick) * 1e-3, about: Self.pivot) * Self.pivot
            largestStep = max(largestStep, now.distance(to: before))
            before = now
        }
        // Speed of a sine: at most 2π f A, and the growing first breath adds less than A f.
        #expect(largestStep < (2 * .pi * 0.25 * 2 + 0.25 * 2) * 1e-3)
    }

    @Test func tiltsAboutThePivot() {
        let far = Self.pivot + Displacement<CT>(0, 0, 100)
        let moved = Self.breathing.displacement(at: 5, about: Self.pivot) * far
        // 100 mm above the pivot a turn of 0.2° about +X moves −Y by 100 sin 0.2°.
        #expect(abs((moved.y - far.y) - (2 - 100 * 0.003490651)) < 1e-6)
    }
}
