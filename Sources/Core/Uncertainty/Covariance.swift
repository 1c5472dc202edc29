import Frames
import Glibc
import LinearAlgebra

/// The covariance of a place in frame `F`, mm²: symmetric, with no negative eigenvalue.
///
/// ```swift
/// let camera = try Covariance<Tracker>(rmsAlongAxes: Vector3(0.1, 0.1, 0.3))
/// let inCT = camera.turned(by: R_CTTracker)
/// inCT.rms                                      // √trace, mm
/// ```
public struct Covariance<F: Frame>: Equatable, Sendable {
    public let matrix: Matrix3

    init(trusted matrix: Matrix3) { self.matrix = (matrix + matrix.transposed) * 0.5 }

    /// - Throws: `UncertaintyError.notACovariance`; rounding of 1e-9 of the largest element is forgiven.
    public init(checking matrix: Matrix3) throws(UncertaintyError) {
        let size = matrix.largestMagnitude
        guard size.isFinite, (matrix - matrix.transposed).largestMagnitude <= 1e-9 * size else {
            throw .notACovariance(leastEigenvalue: .nan)
        }
        self.init(trusted: matrix)
        let least = principal.variances.x
        guard least >= -1e-9 * size else { throw .notACovariance(leastEigenvalue: least) }
    }

    /// Equal in all directions, with this root-mean-square error in three dimensions, mm.
    public init(rms: Double) throws(UncertaintyError) {
        guard rms >= 0, rms.isFinite else { throw .impossibleParameter(name: "rms", value: rms) }
        self.init(trusted: .identity * (rms * rms / 3))
    }

    /// Independent along the frame's axes, with these root-mean-square errors, mm.
    public init(rmsAlongAxes rms: Vector3) throws(UncertaintyError) {
        guard rms.isFinite, rms.min() >= 0 else { throw .impossibleParameter(name: "rmsAlongAxes", value: rms.min()) }
        self.init(trusted: Matrix3(diagonal: rms * rms))
    }

    public static var zero: Covariance { Covariance(trusted: .zero) }

    /// The root-mean-square error in three dimensions, mm: the root of the trace.
    public var rms: Double { max(matrix.trace, 0).squareRoot() }

    /// The standard deviation along a direction, mm.
    public func deviation(along direction: Direction<F>) -> Double {
        max(dot(direction.vector, matrix * direction.vector), 0).squareRoot()
    }

    /// Of independent errors that add up.
    public static func + (a: Covariance, b: Covariance) -> Covariance { Covariance(trusted: a.matrix + b.matrix) }

    /// The same error seen from frame `G`.
    public func turned<G: Frame>(by R_GF: Rotation<G, F>) -> Covariance<G> {
        Covariance<G>(trusted: R_GF.matrix * matrix * R_GF.matrix.transposed)
    }

    /// Variances rising, mm², and the directions in which they hold as columns.
    public var principal: (variances: Vector3, axes: Matrix3) {
        let rows = (0..<3).map { i in (0..<3).map { matrix[i, $0] } }
        guard let eigen = try? Matrix(rows: rows).symmetricEigen() else { return (.zero, .identity) }
        func axis(_ j: Int) -> Vector3 { Vector3(eigen.vectors[0, j], eigen.vectors[1, j], eigen.vectors[2, j]) }
        return (Vector3(eigen.values[0], eigen.values[1], eigen.values[2]), Matrix3(columns: axis(0), axis(1), axis(2)))
    }

    /// The ellipsoid that holds a normally distributed error with this probability.
    public func ellipsoid(confidence: Double) throws(UncertaintyError) -> ConfidenceEllipsoid<F> {
        let scale = try ChiSquared3.quantile(confidence).squareRoot()
        let (variances, axes) = principal
        let half = pointwiseMax(variances, .zero).squareRoot() * scale
        return ConfidenceEllipsoid(semiAxes: half, axes: axes, confidence: confidence)
    }

    /// (dᵀ Σ⁻¹ d)^½: how many standard deviations long an error is; `nil` for a singular covariance.
    public func mahalanobis(_ d: Displacement<F>) -> Double? {
        guard let inverse = matrix.inverse else { return nil }
        return max(dot(d.vector, inverse * d.vector), 0).squareRoot()
    }

    /// One normally distributed error.
    public func sample(using random: inout SeededGenerator) -> Displacement<F> {
        let (variances, axes) = principal
        return Displacement(axes * (pointwiseMax(variances, .zero).squareRoot() * random.normal3()))
    }
}

/// Where an error lies with a stated probability: an ellipsoid round the place expected.
public struct ConfidenceEllipsoid<F: Frame>: Equatable, Sendable {
    /// Half its lengths, rising, mm.
    public let semiAxes: Vector3
    /// The directions of those, as columns.
    public let axes: Matrix3
    public let confidence: Double

    public func contains(_ d: Displacement<F>) -> Bool {
        let along = axes.transposed * d.vector
        var sum = 0.0
        for k in 0..<3 {
            let part = along[k] / semiAxes[k]
            if semiAxes[k] > 0 { sum += part * part } else if abs(along[k]) > 1e-12 { return false }
        }
        return sum <= 1
    }
}

/// The χ² distribution with three degrees of freedom.
public enum ChiSquared3 {
    /// The probability of a value up to `x`: erf(√(x/2)) − √(2x/π) e^(−x/2).
    public static func probability(upTo x: Double) -> Double {
        x <= 0 ? 0 : erf((x / 2).squareRoot()) - (2 * x / .pi).squareRoot() * exp(-x / 2)
    }

    /// The value that is not exceeded with probability `p`, 0 < p < 1, by bisection.
    public static func quantile(_ p: Double) throws(UncertaintyError) -> Double {
        guard p > 0, p < 1 else { throw .impossibleParameter(name: "confidence", value: p) }
        var (low, high) = (0.0, 1500.0)
        for _ in 0..<200 {
            let middle = (low + high) / 2
            if probability(upTo: middle) < p { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }
}
