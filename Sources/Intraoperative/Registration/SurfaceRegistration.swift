import Frames
import Meshing
import Uncertainty

/// A registration of touched or scanned points to a bone's surface, with what holds it and what does not.
///
/// ```swift
/// let fit = try SurfaceRegistration(points: touched, on: MeshTree(bone), from: rough)
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
    /// The covariance of the pose; nothing where some motion is free.
    public let covariance: PoseCovariance<CT, B>?
    /// Six independent motions, the least held first, and the standard deviation left in each.
    public let constraints: [SurfaceConstraint]
    public let verdict: SurfaceVerdict

    /// Fits from an initial pose, which must be within some 15° and 15 mm for a vertebra, and from starts round it: a
    /// neighbouring minimum is left where a better one is near.
    ///
    /// - Throws: `RegistrationError.tooFewPoints`, `.notFinite`, `.emptySurface`, `.collinear`, `.impossibleParameter`.
    public init(
        points: [Point<B>], on tree: MeshTree, from initial: Pose<CT, B>, options: SurfaceFitOptions = .init(),
        limits: SurfaceLimits = .init()
    ) throws(RegistrationError) {
        try Self.check(points, tree, options)
        guard initial.isFinite else { throw .notFinite(set: .moving, index: 0) }
        let fit = SurfaceFit(tree: tree, points: points, options: options)
        let tries = fit.starts(round: initial).map { start in
            fit.run(from: start, huber: options.iterations / 2, tukey: options.iterations / 2)
        }
        let best = tries.map { fit.score($0) }.enumerated().min { ($0.element, $0.offset) < ($1.element, $1.offset) }
        self.init(fit, tries[best?.offset ?? 0], limits)
    }

    init(_ fit: SurfaceFit<B>, _ pose: Pose<CT, B>, _ limits: SurfaceLimits) {
        let contacts = fit.contacts(pose, loss: .tukey)
        X_CTB = pose
        residuals = contacts.map(\.height)
        weights = contacts.map(\.weight)
        rms = fit.rms(contacts)
        let used = weights.reduce(0, +)
        // six unknowns took their part of the scatter; the touch's own error is a floor
        let scatter = rms * rms * used / max(used - 6, 1)
        let variance = max(scatter, fit.options.pointError * fit.options.pointError)
        let information = fit.information(contacts, centre: fit.centre(pose), variance: variance)
        covariance = try? information.covariance()
        let modes = (try? information.modes(arm: fit.arm)) ?? []
        constraints = modes.map { mode in
            let free = mode.stiffness <= 1e-9 * (modes.last?.stiffness ?? 0)
            return SurfaceConstraint(
                rotation: mode.rotation, translation: mode.translation, centre: information.centre, arm: fit.arm,
                deviation: free || mode.stiffness <= 0 ? .infinity : (variance / mode.stiffness).squareRoot())
        }
        verdict = SurfaceVerdict(
            rms: rms, countedPart: Double(weights.count { $0 > 0.1 }) / Double(weights.count), constraints: constraints,
            limits: limits)
    }

    /// The expected RMS error, mm, at a target in the CT, from the touches' error and the surface's hold on them.
    public func predictedTRE(at target: Point<CT>) -> Double? { covariance?.covariance(at: target).rms }

    static func check(
        _ points: [Point<B>], _ tree: MeshTree, _ options: SurfaceFitOptions
    ) throws(RegistrationError) {
        guard !tree.mesh.triangles.isEmpty else { throw .emptySurface }
        guard points.count >= 6 else { throw .tooFewPoints(found: points.count, needed: 6) }
        if let bad = points.firstIndex(where: { !$0.isFinite }) { throw .notFinite(set: .moving, index: bad) }
        let (across, along) = RigidFit.spread(points)
        guard across >= PointCheck.leastAcross * along, along > 0 else {
            throw .collinear(set: .moving, across: across, along: along)
        }
        guard options.keep > 0.3, options.keep <= 1 else {
            throw .impossibleParameter(name: "keep", value: options.keep)
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
    /// The shape leaves these motions loose, the loosest first.
    case weaklyHeld([SurfaceConstraint])

    init(rms: Double, countedPart: Double, constraints: [SurfaceConstraint], limits: SurfaceLimits) {
        let loose = constraints.filter { !($0.deviation <= limits.deviation) }
        if !(rms <= limits.rms) {
            self = .poorFit(rms: rms)
        } else if countedPart < limits.countedPart {
            self = .tooManyOutliers(countedPart: countedPart)
        } else {
            self = loose.isEmpty && !constraints.isEmpty ? .trustworthy : .weaklyHeld(loose)
        }
    }
}
