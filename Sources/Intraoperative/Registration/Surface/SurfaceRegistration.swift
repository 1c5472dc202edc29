import Frames
import Meshing
import Uncertainty

/// A registration of touched or scanned points to a bone's surface, with what holds it and what does not.
///
/// ```swift
/// let fit = try SurfaceRegistration(points: touched, on: RegistrationSurface(bone), from: rough)
/// guard fit.verdict == .trustworthy else { … }
/// ```
public struct SurfaceRegistration<B: Frame>: Sendable {
    /// Maps the points' frame to the CT.
    public let X_CTB: Pose<CT, B>
    /// Signed distance of each point from the surface after the fit, mm, negative inside.
    public let residuals: [Double]
    /// Weight with which each point counted, 0…1.
    public let weights: [Double]
    /// Weighted RMS of the residuals that counted, mm. It says nothing about how well the surface holds the pose.
    public let rms: Double
    /// The standard deviation of a touch that was reckoned with, mm.
    public let deviation: Double
    /// The covariance of the pose; nothing where some motion is free.
    public let covariance: PoseCovariance<CT, B>?
    /// Six independent motions, the least held first, and the standard deviation left in each.
    public let constraints: [SurfaceConstraint]
    public internal(set) var verdict: SurfaceVerdict

    /// How much less likely the points are at the next best pose, in units of −2 ln likelihood, and how far off that
    /// is; nothing where no other was found.
    public let rival: SurfaceRival?

    /// Fits from an initial pose and from many starts round it (`SurfaceFitOptions.reach` and `turn`): a neighbouring
    /// minimum is left where a better one is near, and told where one is nearly as good.
    ///
    /// - Throws: `RegistrationError.tooFewPoints`, `.notFinite`, `.emptySurface`, `.collinear`, `.impossibleParameter`.
    public init(
        points: [Point<B>], on surface: RegistrationSurface, from initial: Pose<CT, B>,
        options: SurfaceFitOptions = .init(), limits: SurfaceLimits = .init()
    ) throws(RegistrationError) {
        try Self.check(points, surface, options)
        guard initial.isFinite else { throw .notFinite(set: .moving, index: 0) }
        let fit = SurfaceFit(surface: surface, points: points.map(\.coordinates), options: options)
        var search = SurfaceSearch()
        search.finalists = 12
        let start = Pose<CT, Touched>(
            rotation: Rotation(initial.rotation.quaternion), translation: initial.translation)
        let found = search.best(fit, from: SurfaceSearch.round(start, fit))
        self.init(fit, found.isEmpty ? [.init(pose: start, deviation: fit.leastScale)] : found, limits, search)
    }

    init(_ fit: SurfaceFit, _ found: [SurfaceSearch.Candidate], _ limits: SurfaceLimits, _ search: SurfaceSearch) {
        let posterior = SurfacePosterior(fit, found)
        let pose = posterior.pose
        let contacts = posterior.contacts
        X_CTB = Pose(rotation: Rotation(pose.rotation.quaternion), translation: pose.translation)
        residuals = contacts.map(\.height)
        weights = contacts.map(\.weight)
        let used = weights.reduce(0, +)
        rms = used > 0 ? (contacts.reduce(0) { $0 + $1.weight * $1.height * $1.height } / used).squareRoot() : .infinity
        covariance = posterior.covariance.map {
            PoseCovariance(centre: $0.centre, rotation: $0.rotation, cross: $0.cross, translation: $0.translation)
        }
        constraints = posterior.constraints
        deviation = found[0].deviation
        let other = search.rival(of: found, fit)
        rival = other.map { SurfaceRival(advantage: $0.cost - found[0].cost, apart: fit.apart(pose, $0.pose)) }
        verdict = SurfaceVerdict(
            rms: rms, countedPart: used / Double(weights.count), constraints: constraints,
            rival: rival.flatMap { $0.advantage < search.leastAdvantage ? $0 : nil }, limits: limits)
    }

    /// The expected RMS error, mm, at a target in the CT, from the touches' error and the surface's hold on them.
    public func predictedTRE(at target: Point<CT>) -> Double? { covariance?.covariance(at: target).rms }

    static func check(
        _ points: [Point<B>], _ surface: RegistrationSurface, _ options: SurfaceFitOptions
    ) throws(RegistrationError) {
        guard !surface.isEmpty else { throw .emptySurface }
        guard points.count >= 6 else { throw .tooFewPoints(found: points.count, needed: 6) }
        if let bad = points.firstIndex(where: { !$0.isFinite }) { throw .notFinite(set: .moving, index: bad) }
        let (across, along) = RigidFit.spread(points)
        guard across >= PointCheck.leastAcross * along, along > 0 else {
            throw .collinear(set: .moving, across: across, along: along)
        }
        guard options.pointError >= 0, options.pointError.isFinite else {
            throw .impossibleParameter(name: "pointError", value: options.pointError)
        }
    }
}

/// One motion of the fitted pose, scaled to 1 mm where the points are, and how firmly the surface holds it.
public struct SurfaceConstraint: Equatable, Sendable {
    /// Rotation vector about `centre`, rad.
    public let rotation: Vector3
    public let translation: Vector3
    public let centre: Point<CT>
    /// RMS distance of the points from their middle, mm.
    public let arm: Double
    /// The standard deviation of the pose along this motion, mm where the points are; infinite where it is free.
    public let deviation: Double

    /// What the motion is, mainly. Every small motion is a turn about some axis with a shift along it (Chasles).
    public var kind: Kind {
        let (turn, shift) = (length(rotation) * arm, length(translation))
        guard turn > 0.2 * shift, let axis = Direction<CT>(rotation) else {
            return .shift(along: Direction(translation) ?? .z)
        }
        let onAxis = centre.coordinates + cross(rotation, translation) / squaredLength(rotation)
        let along = dot(translation, axis.vector)
        return abs(along) < 0.3 * turn
            ? .turn(about: axis, through: Point(onAxis)) : .screw(about: axis, through: Point(onAxis), along: along)
    }

    public enum Kind: Equatable, Sendable {
        case turn(about: Direction<CT>, through: Point<CT>)
        case shift(along: Direction<CT>)
        /// A turn with so many mm along its axis for 1 mm of the whole motion.
        case screw(about: Direction<CT>, through: Point<CT>, along: Double)
    }
}

/// Another pose at which the points fit.
public struct SurfaceRival: Equatable, Sendable {
    /// By how much less likely the points are there, in units of −2 ln likelihood (4.6 is one to ten).
    public let advantage: Double
    public let apart: PoseDifference
}

/// Beyond these a surface registration is not to be trusted.
public struct SurfaceLimits: Equatable, Sendable {
    /// RMS residual, mm.
    public var rms = 0.8
    /// Standard deviation of any motion, mm where the points are.
    public var deviation = 0.7
    /// Least part of the points that must have counted.
    public var countedPart = 0.7

    public init() {}
}

/// Whether a surface registration may be used, and if not, why.
public enum SurfaceVerdict: Equatable, Sendable {
    case trustworthy
    /// The points do not lie on this surface; RMS, mm.
    case poorFit(rms: Double)
    /// Too many points were left out as outliers; the part that counted.
    case tooManyOutliers(countedPart: Double)
    /// At another pose the points are nearly as likely.
    case rivalled(SurfaceRival)
    /// The shape leaves these motions loose, the loosest first.
    case weaklyHeld([SurfaceConstraint])

    init(
        rms: Double, countedPart: Double, constraints: [SurfaceConstraint], rival: SurfaceRival?,
        limits: SurfaceLimits
    ) {
        let loose = constraints.filter { !($0.deviation <= limits.deviation) }
        if !(rms <= limits.rms) {
            self = .poorFit(rms: rms)
        } else if countedPart < limits.countedPart {
            self = .tooManyOutliers(countedPart: countedPart)
        } else if !loose.isEmpty || constraints.isEmpty {
            // along a loose motion there are rivals without end
            self = .weaklyHeld(loose)
        } else {
            self = rival.map { .rivalled($0) } ?? .trustworthy
        }
    }
}
