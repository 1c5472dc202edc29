import Frames
import LinearAlgebra

/// The errors of a rigid fit of paired points: of localising a fiducial (FLE), of the fit at the fiducials (FRE), and
/// at a target (TRE). All are root-mean-square in three dimensions, mm.
///
/// The fit's residual says little about the error at a target, and nothing about one fit's luck (Fitzpatrick 2009):
/// never gate on it alone.
public enum FiducialError {
    /// The expected residual of N points: ⟨FRE²⟩ = (1 − 2/N)⟨FLE²⟩ (Sibson 1979; Fitzpatrick, West, Maurer 1998).
    public static func expectedFRE(fle: Double, count: Int) -> Double {
        fle * max(1 - 2 / Double(count), 0).squareRoot()
    }

    /// The localisation error that explains a residual, where there are more than two points.
    public static func estimatedFLE(fre: Double, count: Int) -> Double? {
        count > 2 ? fre / (1 - 2 / Double(count)).squareRoot() : nil
    }

    /// The expected error at a target for equal isotropic errors (Fitzpatrick, West, Maurer 1998):
    /// ⟨TRE²⟩ = ⟨FLE²⟩/N (1 + ⅓ Σₖ dₖ²/fₖ²), dₖ the target's distance from principal axis k, fₖ the fiducials' RMS
    /// distance.
    ///
    /// - Throws: `UncertaintyError.tooFewMeasurements`, `.unconstrained` where the points lie on a line.
    public static func expectedTRE<F: Frame>(
        fiducials: [Point<F>], target: Point<F>, fle: Double
    ) throws(UncertaintyError) -> Double {
        let n = Double(fiducials.count)
        guard fiducials.count >= 3 else { throw .tooFewMeasurements(fiducials.count) }
        let mean = fiducials.reduce(Vector3.zero) { $0 + $1.coordinates } / n
        let scatter =
            fiducials.reduce(Matrix3.zero) { $0 + .outer($1.coordinates - mean, $1.coordinates - mean) } * (1 / n)
        let (variances, axes) = Covariance<F>(trusted: scatter).principal
        let along = axes.transposed * (target.coordinates - mean)
        // squared distances from axis k are the sums over the other two
        let (d, f) = (along * along, variances)
        let fromAxis = Vector3(repeating: d.sum()) - d
        let spread = Vector3(repeating: f.sum()) - f
        guard spread.min() > 1e-9 * spread.max(), spread.max() > 0 else {
            throw .unconstrained(ratio: spread.max() > 0 ? spread.min() / spread.max() : 0)
        }
        return fle * ((1 + (fromAxis / spread).sum() / 3) / n).squareRoot()
    }

    /// The covariance of the fitted pose for any covariance of each fixed point, to first order.
    ///
    /// Generalises the above: with `weights` nil the plain fit (all points alike, in all directions), else with each
    /// point's own weight matrix; the inverse covariances give the best fit and J. B. West's and A. D. Wiles' results
    /// (Wiles et al. 2008, IEEE TMI 27:378–390; Danilchenko and Fitzpatrick 2011, IEEE TMI 30:679–693).
    /// - Parameter points: the fiducials' true or fitted places in the fixed frame A.
    /// - Throws: `UncertaintyError.tooFewMeasurements`, `.unconstrained`.
    public static func poseCovariance<A: Frame, B: Frame>(
        points: [Point<A>], covariances: [Covariance<A>], weights: [Matrix3]? = nil
    ) throws(UncertaintyError) -> PoseCovariance<A, B> {
        guard points.count >= 3, covariances.count == points.count, weights.map({ $0.count == points.count }) ?? true
        else {
            throw .tooFewMeasurements(min(points.count, covariances.count))
        }
        let mean = points.reduce(Vector3.zero) { $0 + $1.coordinates } / Double(points.count)
        var information = PoseInformation<A>(centre: Point(mean))
        for i in points.indices {
            information.add(
                at: points[i], wanted: .zero, weight: weights?[i] ?? .identity, covariance: covariances[i])
        }
        return try information.covariance()
    }
}
