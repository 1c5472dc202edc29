import Frames
import Uncertainty

/// The error with which the fixed points are located: the moving ones, in the image, count as exact.
public enum LocalisationError<A: Frame>: Equatable, Sendable {
    /// Equal in all directions; RMS in three dimensions, mm.
    case isotropic(rms: Double)
    /// Independent along A's axes; RMS along each, mm.
    case alongAxes(Vector3)

    /// - Throws: `RegistrationError.impossibleParameter` where it is negative, not finite, or zero along some but not
    /// all axes.
    func covariance() throws(RegistrationError) -> Covariance<A> {
        switch self {
        case .isotropic(let rms):
            return try asRegistration { () throws(UncertaintyError) in try Covariance(rms: rms) }
        case .alongAxes(let rms):
            guard rms.min() > 0 || rms == .zero else { throw .impossibleParameter(name: "fle_mm", value: rms.min()) }
            return try asRegistration { () throws(UncertaintyError) in try Covariance(rmsAlongAxes: rms) }
        }
    }
}
