import ControlCore
import Frames
import Glibc
import Testing

/// A tracker at 60 Hz, 10 ms late, with noise, and a patient that breathes.
private struct Watcher {
    var filter: PatientFilter
    var random: SeededGenerator
    var noise = 0.25 / 3.0.squareRoot()
    var turnNoise = 0.0
    var breathing = 2.0
    private(set) var now = 0.0
    private var frame = 0

    init(_ settings: PatientFilterSettings = PatientFilterSettings(), seed: UInt64 = 1) {
        filter = PatientFilter(settings)
        random = SeededGenerator(seed: seed)
    }

    func truth(_ t: Double) -> Pose<Base, Reference> {
        Pose(
            rotation: Rotation(rotationVector: Vector3(0.3, 0.02 * sin(2 * .pi * 0.25 * t), -1)),
            translation: Vector3(100, -300, 50 + breathing * sin(2 * .pi * 0.25 * t)))
    }

    /// One millisecond; the verdict where a sample came.
    mutating func tick(shift: Vector3 = .zero) -> PatientFilter.Verdict? {
        now += 0.001
        let exposure = Double(frame) / 60
        guard now >= exposure + 0.010 else { return nil }
        frame += 1
        let X = truth(exposure)
        let seen = Pose<Base, Reference>(
            rotation: Rotation<Base, Base>(rotationVector: random.normal3() * turnNoise) * X.rotation,
            translation: X.translation + random.normal3() * noise + shift)
        return filter.update(seen, time: exposure, now: now)
    }

    var error: (place: Double, angle: Double) {
        let (believed, real) = (filter.pose(now: now, ahead: 0).X_BaseReference, truth(now))
        return (
            length(believed.translation - real.translation), (believed.rotation.inverse * real.rotation).angle
        )
    }
}

@Suite struct PatientFilterTests {
    /// Breathing of 2 mm at 0.25 Hz with noise of 0.25 mm RMS: within 0.3 mm RMS of the truth, and well below the noise.
    @Test(arguments: [1, 2, 3, 4, 5]) func breathingIsFollowed(_ seed: UInt64) {
        var watcher = Watcher(seed: seed)
        var (sum, worst) = (0.0, 0.0)
        for _ in 0..<3000 { _ = watcher.tick() }
        for _ in 0..<60_000 {
            _ = watcher.tick()
            sum += watcher.error.place * watcher.error.place
            worst = max(worst, watcher.error.place)
        }
        #expect((sum / 60_000).squareRoot() < 0.16)
    }

    /// The output never jumps, though corrections come 60 times a second: no tick's velocity differs much from the last.
    @Test func theOutputIsSmooth() {
        var watcher = Watcher(seed: 7)
        var (last, lastStep) = (Vector3.zero, Vector3.zero)
        var worst = 0.0
        for k in 0..<20_000 {
            _ = watcher.tick()
            let place = watcher.filter.pose(now: watcher.now, ahead: 0).X_BaseReference.translation
            let step = place - last
            if k > 3000 { worst = max(worst, length(step - lastStep)) }
            (last, lastStep) = (place, step)
        }
        // In mm a tick squared; 1e-3 is an acceleration of 1 m/s², which a joint at 0.8 m feels as 1.25 rad/s².
        #expect(worst < 1e-3)
    }

    @Test func aTurningPatientIsFollowed() {
        var watcher = Watcher(seed: 8)
        watcher.turnNoise = 0.003
        var sum = 0.0
        for _ in 0..<5000 { _ = watcher.tick() }
        for _ in 0..<20_000 {
            _ = watcher.tick()
            sum += watcher.error.angle * watcher.error.angle
        }
        // The noise is 0.003 on each of three axes: 0.0052 in all.
        #expect((sum / 20_000).squareRoot() < 0.003)
    }

    @Test func anOutlierIsLeftOutAndChangesLittle() {
        var watcher = Watcher(seed: 9)
        for _ in 0..<3000 { _ = watcher.tick() }
        while watcher.tick(shift: Vector3(0, 4, 0)) != .rejected {}
        #expect(watcher.filter.rejections == 1)
        var worst = 0.0
        for _ in 0..<200 {
            _ = watcher.tick()
            worst = max(worst, watcher.error.place)
        }
        #expect(worst < 0.6)
    }

    @Test func aLastingShiftOrAGreatOneIsImpossible() {
        var shifted = Watcher(seed: 10)
        for _ in 0..<3000 { _ = shifted.tick() }
        let verdicts = (0..<60).compactMap { _ in shifted.tick(shift: Vector3(0, 4, 0)) }
        #expect(Array(verdicts.prefix(3)) == [.rejected, .rejected, .impossible])
        var thrown = Watcher(seed: 11)
        for _ in 0..<3000 { _ = thrown.tick() }
        let first = (0..<20).compactMap { _ in thrown.tick(shift: Vector3(0, 40, 0)) }.first
        #expect(first == .impossible)
    }

    /// Honest noise is hardly ever left out: the gate is five standard deviations.
    @Test func honestNoiseIsAccepted() {
        var watcher = Watcher(seed: 12)
        watcher.noise = 0.25
        for _ in 0..<120_000 { _ = watcher.tick() }
        #expect(watcher.filter.rejections <= 2)
    }
}
