import Frames
import Imaging
import Uncertainty

/// The similarity of views and projections as a function of six numbers: a turn about the bone's middle in the room (times
/// its radius) and a shift, mm.
struct XRayProblem: Sendable {
    private struct View: Sendable {
        /// The bone, and at half its resolution.
        let fine: ProjectionVolume, coarse: ProjectionVolume
        /// From coarse to fine.
        let levels: [GradientCorrelation]

        /// Every second layer is enough to climb by.
        func similarity(_ pose: Pose<CT, XRayRoom>, _ level: Int) -> Double {
            levels[level].value(of: level == 0 ? coarse : fine, pose, skip: 2)
        }
    }

    private let views: [View]
    private let guess: Pose<CT, XRayRoom>
    private let centre: Point<XRayRoom>
    private let radius: Double
    private let options: XRayOptions
    /// Pixels that make one, in mm at the bone, about.
    private static let steps = [1.6, 0.8, 0.4]
    /// Of a view, for a millimetre at the bone.
    private static let mostPixels = 1e4

    init(
        _ bone: ProjectedBone, _ views: [XRayView], _ guess: Pose<CT, XRayRoom>, _ options: XRayOptions
    ) throws(RegistrationError) {
        (self.guess, self.options, radius) = (guess, options, bone.radius)
        let centre = guess.inverse * bone.centre
        self.centre = centre
        try Self.mustDiffer(views, at: centre)
        var made: [View] = []
        for view in views { made.append(try Self.view(view, bone, guess, centre, options)) }
        self.views = made
    }

    /// One view tells nothing along its rays.
    private static func mustDiffer(_ views: [XRayView], at centre: Point<XRayRoom>) throws(RegistrationError) {
        let ways = views.map { (centre - $0.projection.source).vector }
        var widest = 0.0
        for i in ways.indices {
            for j in 0..<i {
                let between = angle(ways[i], ways[j])
                widest = max(widest, min(between, .pi - between))
            }
        }
        guard widest > radians(degrees: 20) else { throw .impossibleView(.viewsTooAlike(angle: widest)) }
    }

    private static func view(
        _ view: XRayView, _ bone: ProjectedBone, _ guess: Pose<CT, XRayRoom>, _ centre: Point<XRayRoom>,
        _ options: XRayOptions
    ) throws(RegistrationError) -> View {
        let perMillimetre = try pixelsPerMillimetre(view, centre)
        let (low, high) = try part(of: view, bone, guess, margin: 0.8 * options.reach * perMillimetre)
        let way = guess.rotation.matrix * (centre - view.projection.source).vector
        let axis = ProjectionVolume.mainAxis(of: bone.geometry, way)
        let levels = steps.map { step in
            GradientCorrelation(view, low: low, high: high, step: max(Int((step * perMillimetre).rounded()), 1))
        }
        let coarse = try bone.halved()
        return View(
            fine: ProjectionVolume(bone.values, bone.geometry, along: axis),
            coarse: ProjectionVolume(coarse.values, coarse.geometry, along: axis), levels: levels)
    }

    private static func pixelsPerMillimetre(
        _ view: XRayView, _ centre: Point<XRayRoom>
    ) throws(RegistrationError) -> Double {
        let way = centre - view.projection.source
        let side = perpendicular(to: way.vector / way.length)
        guard let a = view.projection.pixel(centre), let b = view.projection.pixel(centre + Displacement(side)) else {
            throw .impossibleView(.boneOutside)
        }
        let perMillimetre = max(((b - a) * (b - a)).sum().squareRoot(), 1e-6)
        // a source as near to the bone as that shows none of it
        guard perMillimetre < mostPixels else { throw .impossibleView(.boneOutside) }
        return perMillimetre
    }

    /// The pixels in which the bone is from the first guess, and some round them.
    private static func part(
        of view: XRayView, _ bone: ProjectedBone, _ guess: Pose<CT, XRayRoom>, margin: Double
    ) throws(RegistrationError) -> (low: SIMD2<Int>, high: SIMD2<Int>) {
        let size = bone.geometry.size
        var (low, high) = (SIMD2(repeating: Double.infinity), SIMD2(repeating: -Double.infinity))
        for i in 0..<8 {
            let corner = VoxelIndex(
                i & 1 == 0 ? 0 : size.x - 1, i & 2 == 0 ? 0 : size.y - 1, i & 4 == 0 ? 0 : size.z - 1)
            guard let pixel = view.projection.pixel(guess.inverse * bone.geometry.point(corner)) else {
                throw .impossibleView(.boneOutside)
            }
            low = pointwiseMin(low, pixel)
            high = pointwiseMax(high, pixel)
        }
        low = pointwiseMax(low - SIMD2(repeating: margin), .zero)
        high = pointwiseMin(high + SIMD2(repeating: margin), SIMD2(Double(view.width), Double(view.height)))
        guard high.x - low.x > 40, high.y - low.y > 40 else { throw .impossibleView(.boneOutside) }
        return (SIMD2(Int(low.x), Int(low.y)), SIMD2(Int(high.x), Int(high.y)))
    }

    func pose(_ x: [Double]) -> Pose<CT, XRayRoom> {
        let change = PoseChange<XRayRoom>(
            rotation: Vector3(x[0], x[1], x[2]) / radius, translation: Vector3(x[3], x[4], x[5]), centre: centre)
        return (change.applied(to: guess.inverse)).inverse
    }

    /// The lower the better; beyond half as far again as the first guess may be off it rises, so that no neighbour is
    /// taken for the vertebra.
    private func value(_ x: [Double], _ level: Int) -> Double {
        let pose = pose(x)
        let shift = length(Vector3(x[3], x[4], x[5])) / (1.5 * options.reach)
        let turn = length(Vector3(x[0], x[1], x[2])) / radius / (1.5 * options.turn)
        let beyond = max(shift - 1, 0) + max(turn - 1, 0)
        let sum = views.reduce(0) { $0 + $1.similarity(pose, level) }
        return beyond - sum / Double(views.count)
    }

    func similarities(_ x: [Double]) -> [Double] {
        let pose = pose(x)
        // the finest level is mostly the image's noise
        return views.map { $0.levels[1].value(of: $0.fine, pose, skip: 1) }
    }

    /// RMS over the bone, mm.
    func apart(_ a: [Double], _ b: [Double]) -> Double {
        let change = pose(a).inverse * pose(b)
        let shift = (pose(a) * centre).distance(to: pose(b) * centre)
        let turn = change.rotation.angle * radius
        return (shift * shift + turn * turn * 2 / 3).squareRoot()
    }

    /// Coarse, then finer, by an evolution strategy.
    func search(seed: UInt64) -> (x: [Double], value: Double) {
        let sigma = max(options.reach, options.turn * radius) / 2
        var coarse = EvolutionStrategy(from: Array(repeating: 0, count: 6), sigma: sigma, seed: seed)
        coarse.run(generations: 32, size: 28, least: 0.25) { value($0, 0) }
        var medium = EvolutionStrategy(from: coarse.best.x, sigma: 0.6, seed: seed &+ 1)
        medium.run(generations: 18, size: 10, least: 0.03) { value($0, 1) }
        return medium.best
    }

    /// On the finest level: for each of the six the parabola through three places, all at once, twice.
    func polish(_ start: [Double]) -> [Double] {
        [0.25, 0.12].reduce(start) { x, step in
            let moves = parallelMap(6) { k in
                let around = [-step, 0, step].map { off -> Double in
                    var y = x
                    y[k] += off
                    return value(y, 2)
                }
                let bend = around[0] - 2 * around[1] + around[2]
                let move = bend > 1e-12 ? 0.5 * step * (around[0] - around[2]) / bend : 0
                return min(max(move, -step), step)
            }
            // the six are not independent: not the whole way
            let moved = (0..<6).map { x[$0] + 0.7 * moves[$0] }
            return value(moved, 2) < value(x, 2) ? moved : x
        }
    }
}
