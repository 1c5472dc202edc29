import Calibration
import Frames
import Testing

@Suite struct HandEyeCalibrationTests {
    static let X = Pose<Flange, Marker>(
        rotation: Rotation(rotationVector: Vector3(0.3, -1.2, 0.7)), translation: Vector3(31, -12, 88))
    static let Z = Pose<Base, Tracker>(
        rotation: Rotation(rotationVector: Vector3(-2.0, 0.4, 0.9)), translation: Vector3(1500, -420, 830))

    /// Arm poses over a workspace of 300 mm with turns up to 50°, and what a tracker sees of them.
    static func motion(
        _ count: Int, seed: UInt64, position: Double, turn: Double, planar: Bool = false
    ) -> (arm: [Pose<Base, Flange>], seen: [Pose<Tracker, Marker>]) {
        var random = SeededGenerator(seed: seed)
        let arm = (0..<count).map { _ -> Pose<Base, Flange> in
            let way = Vector3(random.uniform() - 0.5, random.uniform() - 0.5, random.uniform() - 0.5)
            let axis = planar ? Vector3(0, 0, way.z) : way
            return Pose(
                rotation: Rotation(rotationVector: Vector3(3.0, 0, 0))
                    * Rotation<Flange, Flange>(rotationVector: axis * 1.7),
                translation: Vector3(400, 100, 500) + random.normal3() * 100)
        }
        let seen = arm.map { a -> Pose<Tracker, Marker> in
            let exact = Z.inverse * a * X
            let off = Rotation<Tracker, Tracker>(rotationVector: random.normal3() * (turn / 3.0.squareRoot()))
            return Pose(
                rotation: off * exact.rotation,
                translation: exact.translation + random.normal3() * (position / 3.0.squareRoot()))
        }
        return (arm, seen)
    }

    @Test func exactPosesGiveExactTransforms() throws {
        let (arm, seen) = Self.motion(8, seed: 1, position: 0, turn: 0)
        let fit = try HandEyeCalibration(arm: arm, seen: seen)
        #expect(length(fit.X_FlangeSeen.translation - Self.X.translation) < 1e-6)
        #expect(length(fit.Z_BaseCamera.translation - Self.Z.translation) < 1e-6)
        #expect((fit.X_FlangeSeen.rotation.inverse * Self.X.rotation).angle < 1e-8)
    }

    /// Over many recordings: as good as it says, and better than the closed form's noise would leave it.
    @Test func theErrorIsThatPredicted() throws {
        var (seenX, saidX, seenZ, saidZ) = (0.0, 0.0, 0.0, 0.0)
        for seed in UInt64(1)...40 {
            let (arm, seen) = Self.motion(30, seed: seed, position: 0.25, turn: radians(degrees: 0.15))
            let fit = try HandEyeCalibration(arm: arm, seen: seen)
            seenX += squaredLength(fit.X_FlangeSeen.translation - Self.X.translation) / 40
            seenZ += squaredLength(fit.Z_BaseCamera.translation - Self.Z.translation) / 40
            saidX += fit.expected.flange * fit.expected.flange / 40
            saidZ += fit.expected.base * fit.expected.base / 40
            #expect(abs(fit.rms.translation / 0.25 - 1) < 0.35)
        }
        print(
            "hand-eye: X off by \(seenX.squareRoot()) (\(saidX.squareRoot()) predicted),",
            "Z by \(seenZ.squareRoot()) mm (\(saidZ.squareRoot()))")
        #expect(abs((saidX / seenX).squareRoot() - 1) < 0.3)
        #expect(abs((saidZ / seenZ).squareRoot() - 1) < 0.3)
    }

    @Test func motionsAboutOneAxisAreRefused() throws {
        let (arm, seen) = Self.motion(20, seed: 3, position: 0.1, turn: 0.001, planar: true)
        #expect { try HandEyeCalibration(arm: arm, seen: seen) } throws: { error in
            guard let error = error as? CalibrationError else { return false }
            if case .parallelMotions = error { return true }
            return false
        }
        let few = Self.motion(3, seed: 1, position: 0, turn: 0)
        #expect(throws: CalibrationError.tooFewPoses(found: 3, needed: 4)) {
            try HandEyeCalibration(arm: few.arm, seen: few.seen)
        }
        #expect(throws: CalibrationError.countMismatch(robot: 20, camera: 19)) {
            try HandEyeCalibration(arm: arm, seen: Array(seen.dropLast()))
        }
    }
}
