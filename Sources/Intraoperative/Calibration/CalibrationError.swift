import LinearAlgebra
import RobotModel
import Uncertainty

/// Why a calibration is refused.
public enum CalibrationError: Error, Equatable, Sendable {
    case tooFewPoses(found: Int, needed: Int)
    /// A pose is not finite or absurdly far; index from 0.
    case notFinite(index: Int)
    /// Paired poses come in equal numbers.
    case countMismatch(robot: Int, camera: Int)
    /// The tool was tilted too little, or in one plane only: the sweep about its least tilted axis, rad, and what is
    /// needed.
    case sweepTooNarrow(sweep: Double, needed: Double)
    /// The tool turned too little about its axis, rad.
    case turnTooSmall(turn: Double, needed: Double)
    /// The tool did not only spin: how far its axis tilted, rad.
    case axisTilted(tilt: Double, allowed: Double)
    /// The motions turn about nearly parallel axes, so that the shift along them is free: the sine of the widest angle
    /// between two axes, and what is needed.
    case parallelMotions(spread: Double, needed: Double)
    case numerical(LinearAlgebraError)
    case uncertainty(UncertaintyError)
    case robot(RobotModelError)
}

/// Runs linear algebra and tells its errors as ours.
func numerical<R>(_ body: () throws(LinearAlgebraError) -> R) throws(CalibrationError) -> R {
    do { return try body() } catch { throw .numerical(error) }
}
