import Frames
import LinearAlgebra
import RobotModel

/// One recorded pose of a marker on an arm's flange, with the joints at that moment.
public struct ArmSighting: Sendable {
    /// rad or mm by the joints' kinds.
    public let joints: JointVector
    public let X_TrackerMarker: Pose<Tracker, Marker>

    public init(joints: JointVector, X_TrackerMarker: Pose<Tracker, Marker>) {
        self.joints = joints
        self.X_TrackerMarker = X_TrackerMarker
    }
}

/// What is believed of an arm and a tracker before anything is measured: standard deviations an axis.
public struct KinematicPrior: Equatable, Sendable {
    /// Of where a joint sits on the link before it, mm and rad; the turn about its own axis is its encoder's zero.
    public var shift = 2.0
    public var turn = radians(degrees: 0.5)
    /// Of the tracker, mm and rad.
    public var trackerShift = 0.15
    public var trackerTurn = radians(degrees: 0.1)

    public init() {}
}

/// Small errors of an arm's own geometry, found from tracked poses of its flange.
///
/// Each joint may sit by a small shift and turn away from where its description says; many such errors cannot be told
/// apart (a shift along parallel axes, say), so all are estimated together against what is believed beforehand, and
/// each says how much was learnt about it (Hollerbach, Khalil and Gautier 2016, "Model identification", Springer
/// Handbook of Robotics, section 8; maximum a posteriori by Gauss and Newton).
public struct KinematicCalibration: Sendable {
    /// The arm with the errors put right.
    public let arm: SerialArm
    public let X_FlangeMarker: Pose<Flange, Marker>
    public let X_BaseTracker: Pose<Base, Tracker>
    public let errors: [JointError]
    /// RMS distance between the marker as the arm says and as it was seen, on poses that were kept out of the fit, mm: of
    /// the arm as described (with marker and tracker fitted to it), and of the corrected one.
    public let before: Double, after: Double

    /// - Throws: `CalibrationError.tooFewPoses` below 30, `.notFinite`, `.parallelMotions`, `.numerical`, `.robot`.
    public init(
        _ arm: SerialArm, _ sightings: [ArmSighting], prior: KinematicPrior = .init()
    ) throws(CalibrationError) {
        try PoseCheck.check(sightings.map(\.X_TrackerMarker), atLeast: 30)
        let bad = sightings.firstIndex { $0.joints.count != arm.jointCount || !$0.joints.isFinite }
        if let bad { throw .notFinite(index: bad) }
        let spread = HandEyeCalibration<Marker, Tracker>.spread(sightings.map { arm.forwardKinematics($0.joints) })
        guard spread >= 0.3 else { throw .parallelMotions(spread: spread, needed: 0.3) }
        var fit = try KinematicFit(arm, sightings, prior)
        let deviations = try fit.run()
        self.arm = try fit.corrected()
        (X_FlangeMarker, X_BaseTracker) = (fit.X, fit.Z)
        errors = fit.errors(deviations)
        (before, after) = try Self.heldOut(arm, sightings, prior)
    }

    /// Every fifth pose in turn is kept out of the fit and then predicted.
    private static func heldOut(
        _ arm: SerialArm, _ sightings: [ArmSighting], _ prior: KinematicPrior
    ) throws(CalibrationError) -> (before: Double, after: Double) {
        var (before, after) = (0.0, 0.0)
        for part in 0..<5 {
            let rest = sightings.indices.filter { $0 % 5 != part }.map { sightings[$0] }
            let out = sightings.indices.filter { $0 % 5 == part }.map { sightings[$0] }
            let plain = try HandEyeCalibration(
                arm: rest.map { arm.forwardKinematics($0.joints) }, seen: rest.map(\.X_TrackerMarker))
            before += out.reduce(0) {
                let said = arm.forwardKinematics($1.joints) * plain.X_FlangeSeen
                let seen = plain.Z_BaseCamera * $1.X_TrackerMarker
                return $0 + squaredLength(said.translation - seen.translation)
            }
            var fit = try KinematicFit(arm, rest, prior)
            _ = try fit.run()
            after += try fit.residuals(out).reduce(0) { $0 + squaredLength($1.translation) }
        }
        let count = Double(sightings.count)
        return ((before / count).squareRoot(), (after / count).squareRoot())
    }
}

/// What was found of one joint: where it sits, in its own frame before it moves.
public struct JointError: Equatable, Sendable {
    /// From 0 at the base.
    public let joint: Int
    /// Rotation vector, rad, and mm.
    public let turn: Vector3, shift: Vector3
    /// Standard deviations left, rad and mm.
    public let turnDeviation: Vector3, shiftDeviation: Vector3
    /// For each of the six (turn, shift): how much of the doubt beforehand is gone, 0…1. Near 0 the value is a guess.
    public let learnt: [Double]
}
