import Calibration
import Frames
import RobotModel
import Testing

@Suite struct KinematicCalibrationTests {
    /// UR5e, standard DH (ANCHORS' table, from the maker's data): a turn about z by q with shift d, then a shift a and a
    /// turn α about x.
    static func ur5e(_ change: (Int) -> Pose<Link, Link> = { _ in .identity() }) throws -> SerialArm {
        let d = [162.5, 0, 0, 133.3, 99.7, 99.6], a = [0, -425, -392.2, 0, 0, 0]
        let quarter = radians(degrees: 90)
        let alpha = [quarter, 0, 0, quarter, -quarter, 0]
        let limits = JointLimits(lower: -6.3, upper: 6.3, speed: 3, acceleration: 8, jerk: 200)
        var joints: [ArmJoint] = [], before = Pose<Link, Link>.identity()
        for i in 0..<6 {
            joints.append(
                ArmJoint(kind: .revolute, X_ParentJoint: before * change(i), axis: .z, limits: limits))
            before = Pose(
                rotation: Rotation(rotationVector: Vector3(alpha[i], 0, 0)), translation: Vector3(a[i], 0, d[i]))
        }
        return try SerialArm(
            joints: joints,
            flange: Pose(rotation: Rotation(before.rotation.quaternion), translation: before.translation))
    }

    static func sightings(_ arm: SerialArm, _ count: Int, seed: UInt64) -> [ArmSighting] {
        var random = SeededGenerator(seed: seed)
        let home = [0, -1.57, 1.9, -1.9, -1.57, 0]
        return (0..<count).map { _ in
            var q = JointVector(count: 6)
            for i in 0..<6 { q[i] = home[i] + (random.uniform() - 0.5) * (i < 3 ? 1.2 : 2.4) }
            let exact = HandEyeCalibrationTests.Z.inverse * arm.forwardKinematics(q) * HandEyeCalibrationTests.X
            let off = Rotation<Tracker, Tracker>(rotationVector: random.normal3() * radians(degrees: 0.06))
            return ArmSighting(
                joints: q,
                X_TrackerMarker: Pose(
                    rotation: off * exact.rotation, translation: exact.translation + random.normal3() * 0.1))
        }
    }

    /// The joints sit some 2 mm and 0.4° from where they should, which puts the flange about 2 mm off.
    @Test(arguments: [UInt64(1), 2, 3])
    func twoMillimetresOfErrorAreFound(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let changes = (0..<6).map { _ in
            Pose<Link, Link>(
                rotation: Rotation(rotationVector: random.normal3() * radians(degrees: 0.25)),
                translation: random.normal3() * 1.2)
        }
        let (nominal, real) = (try Self.ur5e(), try Self.ur5e { changes[$0] })
        let fit = try KinematicCalibration(nominal, Self.sightings(real, 80, seed: seed + 10))
        // on fresh poses, the flange against the real arm's, in the tracker
        let fresh = Self.sightings(real, 200, seed: 99 + seed)
        let exact = fresh.map {
            HandEyeCalibrationTests.Z.inverse * real.forwardKinematics($0.joints) * HandEyeCalibrationTests.X
        }
        let said = fresh.map { fit.X_BaseTracker.inverse * fit.arm.forwardKinematics($0.joints) * fit.X_FlangeMarker }
        let errors = zip(exact, said).map { length($0.translation - $1.translation) }
        let rms = (errors.reduce(0) { $0 + $1 * $1 } / 200).squareRoot()
        print("arm: \(fit.before) mm as described, \(fit.after) after on poses kept out, \(rms) mm on fresh poses")
        #expect(fit.before > 1.5)
        #expect(rms < 0.2 && (errors.max() ?? 9) < 0.5)
        #expect(fit.after < 0.3)
        // what it claims to have learnt is so: within three of its own deviations
        for error in fit.errors {
            let truth = changes[error.joint]
            for k in 0..<3 where error.learnt[3 + k] > 0.5 {
                #expect(abs(error.shift[k] - truth.translation[k]) < 4 * error.shiftDeviation[k])
            }
        }
    }

    @Test func fewOrFlatMotionsAreRefused() throws {
        let arm = try Self.ur5e()
        #expect(throws: CalibrationError.tooFewPoses(found: 10, needed: 30)) {
            try KinematicCalibration(arm, Self.sightings(arm, 10, seed: 1))
        }
        let flat = Self.sightings(arm, 40, seed: 1).map { _ in
            ArmSighting(joints: JointVector(count: 6), X_TrackerMarker: .identity())
        }
        #expect(throws: CalibrationError.self) { try KinematicCalibration(arm, flat) }
        var short = Self.sightings(arm, 40, seed: 1)
        short[4] = ArmSighting(joints: JointVector(count: 5), X_TrackerMarker: short[4].X_TrackerMarker)
        #expect(throws: CalibrationError.notFinite(index: 4)) { try KinematicCalibration(arm, short) }
    }
}
