import Frames
import Glibc
import Imaging
import Meshing
import Uncertainty

/// Registers a cloud of points, as a depth camera or a laser sees a face or a back, to the skin of the CT from any start.
///
/// A place in the cloud is taken to be each place of the skin in turn, with the cloud's plane there on the skin's and
/// turned about their normal step by step; each of these starts is led downhill on the skin's coarse planes. The best are
/// refined on the skin itself, and the best of those is held against the next best that is another pose.
///
/// ```swift
/// let fit = try CloudSearch().run(cloud: seen, on: RegistrationSurface(SkinSurface.mesh(of: ct)))
/// guard fit.verdict == .trustworthy else { … }
/// ```
public struct CloudSearch: Equatable, Sendable {
    /// Distance between the places of the skin that are tried, mm, at least.
    public var spacing = 12.0
    /// Step of the turns about the normal, rad.
    public var turnStep = radians(degrees: 15)
    /// Most places tried.
    public var mostPlaces = 1500
    /// Standard deviation of a point of the cloud, mm.
    public var pointError = 1.0
    /// The errors of a cloud are not independent: it counts as no more points than this.
    public var independentPoints = 500
    public var seed: UInt64 = 1

    public init() {}

    /// The standing of a registration without contact: a turn or shift beyond this is loose, mm where the points are.
    public static var limits: SurfaceLimits {
        var limits = SurfaceLimits()
        limits.rms = 1.6
        limits.countedPart = 0.8
        limits.deviation = 1.3
        return limits
    }

    /// - Throws: `RegistrationError.ambiguous` where clearly different poses fit as well, `.noFit` where none does,
    /// `.tooFewPoints` below 100, and what `SurfaceRegistration.init` throws.
    public func run<B: Frame>(
        cloud: [Point<B>], on surface: RegistrationSurface, limits: SurfaceLimits = Self.limits,
        progress: ProgressReport? = nil
    ) throws(RegistrationError) -> SurfaceRegistration<B> {
        let options = try options(for: cloud.count)
        try SurfaceRegistration<B>.check(cloud, surface, options)
        let fit = SurfaceFit(surface: surface, points: cloud.map(\.coordinates), options: options)
        var search = SurfaceSearch()
        search.finalists = 40
        search.leastFinalists = 40
        search.coarsePoints = 60
        search.sameDistance = 6
        let likely = likely(starts(fit), fit)
        progress?(0.4)
        var found: SurfaceRegistration<B> = try search.settle(search.best(fit, from: likely), fit, limits)
        // noise is alike everywhere, another shape is not
        if found.verdict == .trustworthy, patchiness(cloud, found) > 0.4 * pointError {
            found.verdict = .poorFit(rms: found.rms)
        }
        return found
    }

    private func options(for count: Int) throws(RegistrationError) -> SurfaceFitOptions {
        guard count >= 100 else { throw .tooFewPoints(found: count, needed: 100) }
        guard pointError > 0, pointError.isFinite else {
            throw .impossibleParameter(name: "pointError", value: pointError)
        }
        var options = SurfaceFitOptions()
        options.pointError = pointError
        options.independentPoints = independentPoints
        return options
    }

    /// How far whole regions of the cloud lie off the skin, RMS beyond what noise would do, mm.
    private func patchiness<B: Frame>(_ cloud: [Point<B>], _ found: SurfaceRegistration<B>) -> Double {
        let seats = SurfaceSearch.some(cloud.map(\.coordinates), 40, seed &+ 9)
        var sums = Array(repeating: (sum: 0.0, count: 0.0), count: seats.count)
        for (i, p) in cloud.enumerated() where found.weights[i] > 0.5 {
            let near = seats.indices.min {
                squaredLength(seats[$0] - p.coordinates) < squaredLength(seats[$1] - p.coordinates)
            }
            sums[near ?? 0].sum += found.residuals[i]
            sums[near ?? 0].count += 1
        }
        let means = sums.filter { $0.count >= 5 }.map { one in
            let mean = one.sum / one.count
            return mean * mean - found.deviation * found.deviation / one.count
        }
        return max(means.reduce(0, +) / Double(max(means.count, 1)), 0).squareRoot()
    }

    /// Those starts that a few steps with a few points lead nearest to the skin.
    private func likely(_ starts: [Pose<CT, Touched>], _ fit: SurfaceFit) -> [Pose<CT, Touched>] {
        let few = SurfaceFit(
            surface: fit.surface, points: SurfaceSearch.some(fit.points, 30, seed &+ 3), options: fit.options)
        let deviation = max(fit.leastScale, 0.5 * fit.surface.blockStep)
        let parts = 64
        let walked = parallelMap(parts) { part in
            ((part * starts.count / parts)..<((part + 1) * starts.count / parts)).map { i in
                let pose = few.run(from: starts[i], .rough, loss: .huber, steps: 4)
                return (pose: pose, cost: few.cost(pose, .rough, deviation: deviation))
            }
        }.flatMap(\.self)
        let order = walked.indices.sorted { (walked[$0].cost, $0) < (walked[$1].cost, $1) }
        return order.prefix(max(starts.count / 10, 2000)).map { walked[$0].pose }
    }

    /// A plane of the cloud on each plane of the skin.
    private func starts(_ fit: SurfaceFit) -> [Pose<CT, Touched>] {
        let places = skinPlaces(fit.surface)
        let turns = Int((2 * .pi / turnStep).rounded())
        return cloudPlanes(fit).flatMap { plane in
            places.flatMap { place in
                (0..<turns).map { k in
                    Self.start(plane, on: place, turned: Double(k) * 2 * .pi / Double(turns))
                }
            }
        }
    }

    /// Puts a place with a normal onto another.
    private static func start(
        _ plane: (place: Vector3, normal: Vector3), on patch: RegistrationSurface.Patch, turned angle: Double
    ) -> Pose<CT, Touched> {
        let (u, v) = (perpendicular(to: plane.normal), perpendicular(to: patch.normal))
        let from = Matrix3(columns: u, cross(plane.normal, u), plane.normal)
        let w = cross(patch.normal, v)
        let to = Matrix3(columns: v * cos(angle) + w * sin(angle), w * cos(angle) - v * sin(angle), patch.normal)
        let rotation = Rotation<CT, Touched>(Quaternion(to * from.transposed))
        return Pose(rotation: rotation, translation: patch.place - rotation.matrix * plane.place)
    }

    /// The plane through the points near the cloud's middle, with both senses of its normal: which side the camera was on
    /// is not known.
    private func cloudPlanes(_ fit: SurfaceFit) -> [(place: Vector3, normal: Vector3)] {
        let order = fit.points.indices.sorted {
            squaredLength(fit.points[$0] - fit.middle) < squaredLength(fit.points[$1] - fit.middle)
        }
        let near = order.prefix(max(fit.points.count / 8, 30)).map { fit.points[$0] }
        let mean = near.reduce(Vector3.zero, +) / Double(near.count)
        let scatter = near.reduce(Matrix3.zero) { $0 + .outer($1 - mean, $1 - mean) }
        let normal = SingularValues3(scatter).u.columns.2
        return [(mean, normal), (mean, -normal)]
    }

    /// Patches of the skin at about equal distances.
    private func skinPlaces(_ surface: RegistrationSurface) -> [RegistrationSurface.Patch] {
        var random = SeededGenerator(seed: seed)
        var taken: [RegistrationSurface.Patch] = []
        var cells: Set<SIMD3<Int32>> = []
        for patch in surface.patches.shuffled(using: &random) where taken.count < mostPlaces {
            let cell = (patch.place / spacing).rounded(.down)
            let key = SIMD3(Int32(cell.x), Int32(cell.y), Int32(cell.z))
            if cells.insert(key).inserted { taken.append(patch) }
        }
        return taken
    }
}
