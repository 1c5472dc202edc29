import Calibration
import Frames
import Testing

/// Poses of a marker about a fixed tip, with a tracker's noise.
///
/// Noise of an optical tracker of this class: 0.25 mm RMS in three dimensions a marker (NDI Polaris Vega, 0.12 mm for a
/// body; data sheet), which at 50 mm from the middle of a body makes some 0.15° of turn.
struct PivotMotion {
    let tip = Point<Marker>(-18.4, 1.7, -157.2)
    let hole = Point<Tracker>(120, -80, -1450)
    var position = 0.12
    var turn = radians(degrees: 0.1)

    func pose(tilt: Vector3, spin: Double, _ random: inout SeededGenerator) -> Pose<Tracker, Marker> {
        let held = Rotation<Tracker, Tracker>(rotationVector: tilt)
        let own =
            Rotation<Tracker, Marker>(rotationVector: Vector3(0.4, 2.1, -0.3))
            * Rotation<Marker, Marker>(
                radians: spin, about: Direction<Marker>(tip.coordinates) ?? .z)
        let R = held * own
        let place = hole.coordinates - R.matrix * tip.coordinates
        let noisy = Rotation<Tracker, Tracker>(rotationVector: random.normal3() * (turn / 3.0.squareRoot())) * R
        return Pose(rotation: noisy, translation: place + random.normal3() * (position / 3.0.squareRoot()))
    }

    /// A round sweep of the given half angle.
    func sweep(_ angle: Double, count: Int = 300, seed: UInt64, plane: Bool = false) -> [Pose<Tracker, Marker>] {
        var random = SeededGenerator(seed: seed)
        return (0..<count).map { _ in
            let (way, size) = (2 * .pi * random.uniform(), angle * random.uniform().squareRoot())
            let tilt = Vector3(cosine(way), plane ? 0 : sine(way), 0) * size
            return pose(tilt: tilt, spin: plane ? 0 : angle * (random.uniform() - 0.5), &random)
        }
    }

    private func cosine(_ x: Double) -> Double {
        Rotation<Tracker, Tracker>(rotationVector: Vector3(0, 0, x)).matrix[0, 0]
    }
    private func sine(_ x: Double) -> Double {
        Rotation<Tracker, Tracker>(rotationVector: Vector3(0, 0, x)).matrix[1, 0]
    }
}

@Suite struct PivotCalibrationTests {
    static let motion = PivotMotion()

    @Test func theTipIsFoundAsWellAsItIsPredicted() throws {
        var (squares, expected) = (0.0, 0.0)
        for seed in UInt64(1)...40 {
            let fit = try PivotCalibration(Self.motion.sweep(radians(degrees: 30), seed: seed))
            let error = fit.tip.distance(to: Self.motion.tip)
            squares += error * error
            expected += fit.covariance.matrix.trace
            #expect(error < 0.25 && fit.doubts().isEmpty)
            #expect(fit.pivot.distance(to: Self.motion.hole) < 0.25)
        }
        let (seen, said) = ((squares / 40).squareRoot(), (expected / 40).squareRoot())
        print("pivot of 30°: tip off by \(seen) mm RMS, \(said) predicted")
        #expect(abs(said / seen - 1) < 0.3)
    }

    @Test func exactPosesGiveTheExactTip() throws {
        var still = PivotMotion()
        (still.position, still.turn) = (0, 0)
        let fit = try PivotCalibration(still.sweep(radians(degrees: 20), seed: 4))
        #expect(fit.tip.distance(to: still.tip) < 1e-8 && fit.rms < 1e-8)
    }

    @Test(arguments: [2.0, 5, 8])
    func aNarrowSweepIsRefused(angle: Double) throws {
        #expect(throws: CalibrationError.self) {
            try PivotCalibration(Self.motion.sweep(radians(degrees: angle), seed: 2))
        }
    }

    @Test func aSwingInOnePlaneIsRefused() throws {
        let swing = Self.motion.sweep(radians(degrees: 40), seed: 2, plane: true)
        #expect { try PivotCalibration(swing) } throws: { error in
            guard let error = error as? CalibrationError else { return false }
            if case .sweepTooNarrow = error { return true }
            return false
        }
    }

    @Test func straysAreLeftOutAndAHoleThatMovesIsSeen() throws {
        var poses = Self.motion.sweep(radians(degrees: 30), seed: 9)
        var random = SeededGenerator(seed: 1)
        for i in stride(from: 5, to: 300, by: 17) {
            poses[i] = Pose(rotation: poses[i].rotation, translation: poses[i].translation + random.normal3() * 15)
        }
        let fit = try PivotCalibration(poses)
        #expect(fit.tip.distance(to: Self.motion.tip) < 0.2)
        #expect(fit.strays.count >= 15 && fit.strays.allSatisfy { $0 % 17 == 5 })
        let slipped = Self.motion.sweep(radians(degrees: 30), seed: 9).enumerated().map { i, pose in
            Pose(rotation: pose.rotation, translation: pose.translation + (i < 150 ? .zero : Vector3(0, 0.9, 0)))
        }
        let doubts = try PivotCalibration(slipped).doubts()
        #expect(doubts.contains { if case .moved = $0 { true } else { false } })
    }

    @Test func theAxisIsFoundBySpinning() throws {
        let truth = try #require(Direction<Marker>(Self.motion.tip.coordinates))
        var random = SeededGenerator(seed: 3)
        let poses = (0..<200).map { Self.motion.pose(tilt: .zero, spin: Double($0) * 0.02, &random) }
        let spin = try SpinCalibration(poses, tip: Self.motion.tip)
        #expect(length(cross(spin.axis.vector, truth.vector)) < radians(degrees: 0.05))
        #expect(dot(spin.axis.vector, truth.vector) > 0)
        #expect(throws: CalibrationError.self) {
            try SpinCalibration(Array(poses.prefix(12)), tip: Self.motion.tip)
        }
        #expect(throws: CalibrationError.self) {
            try SpinCalibration(Self.motion.sweep(radians(degrees: 30), seed: 1), tip: Self.motion.tip)
        }
    }

    @Test func whatIsNoMeasurementIsRefused() {
        let none: [Pose<Tracker, Marker>] = []
        #expect(throws: CalibrationError.tooFewPoses(found: 0, needed: 20)) { try PivotCalibration(none) }
        var poses = Self.motion.sweep(radians(degrees: 30), seed: 1)
        poses[7] = Pose(rotation: .identity(), translation: Vector3(.nan, 0, 0))
        #expect(throws: CalibrationError.notFinite(index: 7)) { try PivotCalibration(poses) }
    }
}
