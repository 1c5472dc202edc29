import Frames
import Glibc
import Imaging
import Meshing

/// Registration to a surface without an initial pose: from many starts, with a look at whether the answer is the only
/// one.
public struct SurfaceSearch: Equatable, Sendable {
    /// Rotations tried, spread evenly (super-Fibonacci spirals, Alexa 2022).
    public var rotations = 500
    /// For each rotation, surface places at which the points' middle is put near.
    public var places = 16
    /// Poses that are refined to the end.
    public var finalists = 48
    /// Points that the coarse stage looks at.
    public var coarsePoints = 24
    /// Another pose counts as equally good up to this factor of the best RMS, plus `slack` mm.
    public var ratio = 1.3
    public var slack = 0.05
    /// Poses nearer than this are one, mm where the points are.
    public var sameDistance = 3.0
    public var seed: UInt64 = 1

    public init() {}

    /// Finds the pose of the points on the surface.
    ///
    /// - Throws: `RegistrationError.ambiguous` where clearly different poses fit as well, `.noFit` where none does,
    /// and what `SurfaceRegistration.init` throws.
    public func run<B: Frame>(
        points: [Point<B>], on tree: MeshTree, options: SurfaceFitOptions = .init(), limits: SurfaceLimits = .init(),
        progress: ProgressReport? = nil
    ) throws(RegistrationError) -> SurfaceRegistration<B> {
        try SurfaceRegistration<B>.check(points, tree, options)
        let ranked = coarse(points: points, tree: tree, options: options, progress: progress)
        let fit = SurfaceFit(tree: tree, points: points, options: options)
        let half = options.iterations / 2
        var results = [Candidate<B>](repeating: Candidate(pose: .identity(), rms: .infinity), count: ranked.count)
        results.withUnsafeMutableBufferPointer { out in
            let out = SharedBuffer(out)
            parallelFor(ranked.count) { i in
                let pose = fit.run(from: ranked[i], huber: half, tukey: half)
                out[i] = Candidate(pose: pose, rms: fit.score(pose))
            }
        }
        progress?(1)
        return try choose(results, fit, limits)
    }

    struct Candidate<B: Frame>: Sendable {
        let pose: Pose<CT, B>
        /// RMS distance of the points, large ones cut off.
        let rms: Double
    }

    /// The best different poses after a few steps from every start, with a part of the points.
    private func coarse<B: Frame>(
        points: [Point<B>], tree: MeshTree, options: SurfaceFitOptions, progress: ProgressReport?
    ) -> [Pose<CT, B>] {
        var random = SeededGenerator(seed: seed)
        let few = Self.spread(points, coarsePoints)
        let fit = SurfaceFit(tree: tree, points: few, options: options)
        guard let grid = ContactGrid(tree, step: 2, margin: 12) else { return [] }
        let middle = few.reduce(Vector3.zero) { $0 + $1.coordinates } / Double(few.count)
        // a random corner of the surface and a random point for each start: that point is put onto that corner
        let corners = tree.mesh.vertices
        let starts = (0..<(rotations * places)).map { _ in
            (corners[Int(random.next() % UInt64(corners.count))], few[Int(random.next() % UInt64(few.count))])
        }
        var results = [Candidate<B>](repeating: Candidate(pose: .identity(), rms: .infinity), count: starts.count)
        results.withUnsafeMutableBufferPointer { out in
            let out = SharedBuffer(out)
            parallelFor(rotations) { r in
                let turn = Rotation<CT, B>(Self.spiral(r, of: rotations))
                for i in (r * places)..<((r + 1) * places) {
                    let (corner, point) = starts[i]
                    let start = Pose(rotation: turn, translation: corner.coordinates - turn.matrix * point.coordinates)
                    let (pose, rms) = fit.runCoarsely(from: start, on: grid, steps: 8)
                    out[i] = Candidate(pose: pose, rms: rms)
                }
                progress?(0.8 * Double(r + 1) / Double(rotations))
            }
        }
        return distinct(results, arm: fit.arm, middle: Point(middle), at: 2 * sameDistance, count: finalists).map(
            \.pose)
    }

    /// The best candidates, leaving out those near a better one.
    private func distinct<B: Frame>(
        _ candidates: [Candidate<B>], arm: Double, middle: Point<B>, at distance: Double, count: Int
    ) -> [Candidate<B>] {
        var kept: [Candidate<B>] = []
        let order = candidates.indices.sorted { (candidates[$0].rms, $0) < (candidates[$1].rms, $1) }
        for i in order where kept.count < count {
            let new = candidates[i]
            if kept.allSatisfy({ Self.apart($0.pose, new.pose, arm, middle).distance > distance }) { kept.append(new) }
        }
        return kept
    }

    /// How far apart two poses bring the points: at their middle and, by the turn, at their arm.
    static func apart<B: Frame>(_ a: Pose<CT, B>, _ b: Pose<CT, B>, _ arm: Double, _ middle: Point<B>) -> PoseDifference
    {
        let angle = (a.inverse * b).rotation.angle
        let shift = (a * middle).distance(to: b * middle)
        return PoseDifference(distance: (shift * shift + angle * angle * arm * arm).squareRoot(), angle: angle)
    }

    private func choose<B: Frame>(
        _ results: [Candidate<B>], _ fit: SurfaceFit<B>, _ limits: SurfaceLimits
    ) throws(RegistrationError) -> SurfaceRegistration<B> {
        let middle = Point<B>(fit.points.reduce(Vector3.zero) { $0 + $1.coordinates } / Double(fit.points.count))
        let best = distinct(results, arm: fit.arm, middle: middle, at: sameDistance, count: 2)
        guard let first = best.first, first.rms < 2.5 else { throw .noFit(bestRMS: best.first?.rms ?? .infinity) }
        if best.count > 1, best[1].rms <= first.rms * ratio + slack {
            throw .ambiguous(
                best: first.rms, other: best[1].rms, apart: Self.apart(first.pose, best[1].pose, fit.arm, middle))
        }
        return SurfaceRegistration(fit, first.pose, limits)
    }

    /// Points far from one another: each next one is the farthest from those taken (Gonzalez 1985).
    static func spread<B: Frame>(_ points: [Point<B>], _ count: Int) -> [Point<B>] {
        guard points.count > count else { return points }
        var taken = [points[0]]
        var distance = points.map { $0.distance(to: points[0]) }
        while taken.count < count {
            guard let far = distance.indices.max(by: { (distance[$0], $1) < (distance[$1], $0) }) else { break }
            taken.append(points[far])
            for i in points.indices { distance[i] = min(distance[i], points[i].distance(to: points[far])) }
        }
        return taken
    }

    /// Rotation i of n, evenly spread (Alexa 2022, "Super-Fibonacci Spirals", CVPR).
    static func spiral(_ i: Int, of n: Int) -> Quaternion {
        let (phi, psi) = (2.0.squareRoot(), 1.533751168755204288118041)
        let s = Double(i) + 0.5
        let (r, big) = ((s / Double(n)).squareRoot(), (1 - s / Double(n)).squareRoot())
        let (alpha, beta) = (2 * .pi * s / phi, 2 * .pi * s / psi)
        return Quaternion(w: big * cos(beta), x: r * sin(alpha), y: r * cos(alpha), z: big * sin(beta))
            ?? Quaternion(.identity)
    }
}
