import LinearAlgebra

/// Why an uncertainty cannot be stated.
public enum UncertaintyError: Error, Equatable, Sendable {
    /// A covariance is symmetric, finite and has no negative eigenvalue; this one has.
    case notACovariance(leastEigenvalue: Double)
    /// An error or probability that makes no sense, by the name of the parameter.
    case impossibleParameter(name: String, value: Double)
    /// Fewer measurements than unknowns.
    case tooFewMeasurements(Int)
    /// The measurements leave some motion free: the information's least eigenvalue over its largest.
    case unconstrained(ratio: Double)
    case numerical(LinearAlgebraError)
}
