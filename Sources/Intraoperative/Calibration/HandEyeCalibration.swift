import Frames
import Glibc
import LinearAlgebra

/// The two fixed transforms between an arm and a tracker, from poses of both: A X = Z B.
///
/// A is the flange in the base as the arm tells it, B the marker on the flange as the tracker sees it; X is the marker
/// in the flange and Z the tracker in the base. A camera on the flange that sees a fixed marker is the same problem with
/// B inverted. Closed form by the Kronecker product (Shah 2013, ASME J. Mech. Robot. 5:031007), then least squares in
/// both transforms at once with rotations and translations weighed by their own scatter.
public struct HandEyeCalibration<Seen: Frame, Camera: Frame>: Sendable {
    /// The marker (or the camera) in the flange.
    public let X_FlangeSeen: Pose<Flange, Seen>
    /// The tracker (or the marker) in the base.
    public let Z_BaseCamera: Pose<Base, Camera>
    /// What is left of each pair: rad and mm.
    public let residuals: [(rotation: Double, translation: Double)]
    /// RMS over the pairs, rad and mm.
    public let rms: (rotation: Double, translation: Double)
    /// Expected RMS error of X's translation and of Z's, mm.
    public let expected: (flange: Double, base: Double)
    /// Sine of the widest angle between the axes of two motions.
    public let axisSpread: Double

    /// - Throws: `CalibrationError.countMismatch`, `.tooFewPoses`, `.notFinite`, `.parallelMotions`, `.numerical`.
    public init(
        arm: [Pose<Base, Flange>], seen: [Pose<Camera, Seen>], leastSpread: Double = 0.3
    ) throws(CalibrationError) {
        guard arm.count == seen.count else { throw .countMismatch(robot: arm.count, camera: seen.count) }
        try PoseCheck.check(arm, atLeast: 4)
        try PoseCheck.check(seen, atLeast: 4)
        axisSpread = Self.spread(arm)
        guard axisSpread >= leastSpread else { throw .parallelMotions(spread: axisSpread, needed: leastSpread) }
        var fit = try HandEyeFit(arm: arm, seen: seen)
        let left = try fit.refine()
        X_FlangeSeen = fit.X
        Z_BaseCamera = fit.Z
        residuals = fit.residuals.map { (length($0.rotation), length($0.translation)) }
        rms = (left.rotation * 3.0.squareRoot(), left.translation * 3.0.squareRoot())
        expected = (left.flangeError, left.baseError)
    }

    /// Sine of the widest angle between the axes of any two motions, each counted by how far it turns (90° counts whole).
    static func spread(_ poses: [Pose<Base, Flange>]) -> Double {
        let turns = poses.indices.dropFirst().map { i in
            (poses[0].rotation.inverse * poses[i].rotation).rotationVector
        }
        var widest = 0.0
        for (i, a) in turns.enumerated() {
            for b in turns[..<i] {
                let (turnA, turnB) = (length(a), length(b))
                guard turnA > 1e-6, turnB > 1e-6 else { continue }
                let sine = length(cross(a, b)) / (turnA * turnB)
                widest = max(widest, sine * min(1, min(turnA, turnB) / radians(degrees: 30)))
            }
        }
        return widest
    }
}
