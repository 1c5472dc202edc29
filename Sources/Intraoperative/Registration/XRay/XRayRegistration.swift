import Frames
import Imaging
import Uncertainty

/// How two X-ray views are registered to a bone.
public struct XRayOptions: Equatable, Sendable {
    /// How far the first guess may be off, mm and rad.
    public var reach = 10.0
    public var turn = radians(degrees: 10)
    /// Two searches that end farther apart than this, mm where the bone is, are not trusted.
    public var agreement = 0.5
    /// The least correlation of gradients of a view that is trusted.
    public var leastSimilarity = 0.12
    public var seed: UInt64 = 1

    public init() {}
}

/// A bone of a CT registered to calibrated X-ray views of it.
///
/// ```swift
/// let fit = try XRayRegistration(ct: ct, region: ImageRegion(.init(22), in: labels), views: [front, side])
/// guard fit.verdict == .trustworthy else { … }
/// ```
public struct XRayRegistration: Sendable {
    /// Maps the room in which the views are calibrated to the CT.
    public let X_CTRoom: Pose<CT, XRayRoom>
    /// Correlation of the gradients in each view, −1…1.
    public let similarity: [Double]
    /// How far two searches from different starts ended from one another, mm, RMS where the bone is.
    public let disagreement: Double
    public let verdict: XRayVerdict
    /// The bone's middle, in the CT.
    public let centre: Point<CT>

    /// - Parameters:
    ///   - labels: where in the CT the bone is; only its own voxels are projected.
    ///   - initial: a first guess; without it the room's coordinates are taken to be the CT's.
    /// - Throws: `RegistrationError.noSuchLabel`, `.impossibleView`.
    public init(
        ct: Volume<Int16>, labels: LabelVolume, bone: AnatomicalLabel, views: [XRayView],
        from initial: Pose<CT, XRayRoom>? = nil, options: XRayOptions = .init(), progress: ProgressReport? = nil
    ) throws(RegistrationError) {
        let projected = try ProjectedBone(ct, labels, bone)
        let guess = initial ?? Pose(rotation: .identity(), translation: .zero)
        let problem = try XRayProblem(projected, views, guess, options)
        centre = projected.centre
        var ends = Self.searches(problem, options.seed, progress)
        // where they end apart, two more: the best two of four must agree
        if problem.apart(ends[0].x, ends[1].x) > options.agreement {
            ends += Self.searches(problem, options.seed &+ 101, nil)
            ends.sort { $0.value < $1.value }
        }
        let final = problem.polish((ends[0].value <= ends[1].value ? ends[0] : ends[1]).x)
        disagreement = problem.apart(ends[0].x, ends[1].x)
        X_CTRoom = problem.pose(final)
        similarity = problem.similarities(final)
        progress?(1)
        verdict = XRayVerdict(disagreement: disagreement, similarity: similarity, options: options)
    }

    /// Two searches that know nothing of one another, one a core.
    private static func searches(
        _ problem: XRayProblem, _ seed: UInt64, _ progress: ProgressReport?
    ) -> [(x: [Double], value: Double)] {
        parallelMap(2) { i in
            let end = problem.search(seed: seed &+ UInt64(i) &* 7919)
            progress?(0.4 * Double(i + 1))
            return end
        }
    }
}

/// Whether an X-ray registration may be used, and if not, why.
public enum XRayVerdict: Equatable, Sendable {
    case trustworthy
    /// Two searches ended so far apart, mm.
    case ambiguous(apart: Double)
    /// The bone's edges are hardly seen in a view (from 0); the correlation of the gradients.
    case faint(view: Int, similarity: Double)

    init(disagreement: Double, similarity: [Double], options: XRayOptions) {
        let worst = similarity.indices.min { similarity[$0] < similarity[$1] }
        if disagreement > options.agreement {
            self = .ambiguous(apart: disagreement)
        } else if let worst, similarity[worst] < options.leastSimilarity {
            self = .faint(view: worst, similarity: similarity[worst])
        } else {
            self = .trustworthy
        }
    }
}
