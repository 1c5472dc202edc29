import Frames
import Glibc
import Imaging
import Uncertainty

/// Registration to a surface from many starts, with a look at whether the answer is the only one.
public struct SurfaceSearch: Equatable, Sendable {
    /// Rotations tried, spread evenly (super-Fibonacci spirals, Alexa 2022).
    public var rotations = 600
    /// For each rotation, surface places at which one of the points is put.
    public var places = 16
    /// Poses that are refined to the end.
    public var finalists = 48
    /// Of these, at least so many however many points there are.
    public var leastFinalists = 4
    /// Points that the first steps look at.
    public var coarsePoints = 60
    /// Poses nearer than this are one, mm where the points are.
    public var sameDistance = 2.0
    /// Another pose is ruled out where the points are so much less likely there, in units of −2 ln likelihood.
    public var leastAdvantage = 10.0
    public var seed: UInt64 = 1

    public init() {}

    /// Finds the pose of the points on the surface from any start.
    ///
    /// - Throws: `RegistrationError.ambiguous` where clearly different poses fit as well, `.noFit` where none does,
    /// and what `SurfaceRegistration.init` throws.
    public func run<B: Frame>(
        points: [Point<B>], on surface: RegistrationSurface, options: SurfaceFitOptions = .init(),
        limits: SurfaceLimits = .init(), progress: ProgressReport? = nil
    ) throws(RegistrationError) -> SurfaceRegistration<B> {
        try SurfaceRegistration<B>.check(points, surface, options)
        let fit = SurfaceFit(surface: surface, points: points.map(\.coordinates), options: options)
        let found = best(fit, from: everywhere(fit), progress: progress)
        progress?(1)
        return try settle(found, fit, limits)
    }

    /// The best of what was found, unless another pose is nearly as good.
    func settle<B: Frame>(
        _ found: [Candidate], _ fit: SurfaceFit, _ limits: SurfaceLimits
    ) throws(RegistrationError) -> SurfaceRegistration<B> {
        guard let first = found.first, first.share > 0.3 else { throw .noFit(bestRMS: found.first?.rms ?? .infinity) }
        if let other = rival(of: found, fit), other.cost - first.cost < leastAdvantage {
            throw .ambiguous(best: first.rms, other: other.rms, apart: fit.apart(first.pose, other.pose))
        }
        return SurfaceRegistration(fit, found, limits, self)
    }

    /// The next best pose that is another.
    func rival(of found: [Candidate], _ fit: SurfaceFit) -> Candidate? {
        found.dropFirst().first { fit.apart(found[0].pose, $0.pose).distance > sameDistance }
    }

    /// Starts over the whole surface and all rotations: a random point is put onto a random corner.
    private func everywhere(_ fit: SurfaceFit) -> [Pose<CT, Touched>] {
        var random = SeededGenerator(seed: seed)
        let corners = fit.surface.mesh.vertices
        return (0..<(rotations * places)).map { i in
            let turn = Rotation<CT, Touched>(Self.spiral(i / places, of: rotations))
            let corner = corners[Int(random.next() % UInt64(corners.count))].coordinates
            let point = fit.points[Int(random.next() % UInt64(fit.points.count))]
            return Pose(rotation: turn, translation: corner - turn.matrix * point)
        }
    }

    /// Starts round a pose: within a turn and a shift of what `options` allow, the pose itself first.
    static func round(_ initial: Pose<CT, Touched>, _ fit: SurfaceFit) -> [Pose<CT, Touched>] {
        let options = fit.options
        var random = SeededGenerator(seed: options.seed)
        let centre = Point<CT>(initial.rotation.matrix * fit.middle + initial.translation)
        let count = fit.points.count < SurfaceFit.many ? options.starts : options.starts / 8
        return (0..<max(count, 1)).map { i in
            guard i > 0 else { return initial }
            func inBall() -> Vector3 { (normalized(random.normal3()) ?? .zero) * cbrt(random.uniform()) }
            return PoseChange(
                rotation: inBall() * options.turn, translation: inBall() * options.reach, centre: centre
            ).applied(to: initial)
        }
    }

    struct Candidate: Sendable {
        let pose: Pose<CT, Touched>
        /// As `SurfaceFit.cost`.
        var cost = Double.infinity
        /// Part of the points that lie on the surface.
        var share = 0.0
        /// Weighted RMS distance of the points, mm.
        var rms = Double.infinity
        /// Of a touch, mm.
        var deviation = 0.0
        /// Each point's, weighted as on the surface or astray; empty where they are not known.
        var contacts: [SurfaceFit.Contact] = []
    }

    /// The best different poses to which the starts lead, the best first.
    func best(_ fit: SurfaceFit, from starts: [Pose<CT, Touched>], progress: ProgressReport? = nil) -> [Candidate] {
        let few = part(
            of: fit, fit.points.count < SurfaceFit.many || leastFinalists > 4 ? coarsePoints : coarsePoints / 2)
        // planes of cells are off by the surface's bend within a cell
        let rough = max(fit.leastScale, 0.25 * fit.surface.blockStep)
        let parts = 64
        let coarse = parallelMap(parts) { part in
            let mine = ((part * starts.count / parts)..<((part + 1) * starts.count / parts)).map { i in
                var pose = few.run(from: starts[i], .rough, loss: .huber, steps: 8)
                pose = few.run(from: pose, .rough, loss: .tukey, steps: 6)
                return Candidate(pose: pose, cost: few.cost(pose, .rough, deviation: rough))
            }
            progress?(0.8 * Double(part + 1) / Double(parts))
            return mine
        }.flatMap(\.self)
        guard fit.points.count >= SurfaceFit.many else { return finish(coarse, fit) }
        // which of the poses is best shows without the exact surface
        let some = part(of: fit, 180)
        let found = walkedOut(finish(coarse, some, .near), some)
        guard let first = found.first else { return [] }
        var best = refine(fit.run(from: first.pose, .rough, loss: .tukey, steps: 4), fit)
        best.cost = first.cost
        // costs stay those of the part: neighbours in a dense cloud do not err independently
        return [best] + found.dropFirst()
    }

    /// On a gentle surface a few steps may end on the way: what looks like another pose walks on, and may arrive at the
    /// best.
    private func walkedOut(_ found: [Candidate], _ fit: SurfaceFit) -> [Candidate] {
        guard let first = found.first else { return found }
        let near = found.filter { $0.cost < first.cost + 4 * leastAdvantage }
        guard near.count > 1 else { return found }
        let walked = parallelMap(near.count) { i in refine(near[i].pose, fit, .near, steps: 60) }
        return distinct(walked + found.dropFirst(near.count), fit, at: sameDistance / 4, count: 8)
    }

    private func part(of fit: SurfaceFit, _ count: Int) -> SurfaceFit {
        SurfaceFit(surface: fit.surface, points: Self.some(fit.points, count, seed), options: fit.options)
    }

    /// The best of what the first steps found, to the end.
    private func finish(
        _ coarse: [Candidate], _ fit: SurfaceFit, _ detail: SurfaceFit.Detail = .exact
    ) -> [Candidate] {
        let count = min(finalists, max(leastFinalists, 1500 / fit.points.count))
        let kept = distinct(coarse, fit, at: sameDistance / 4, count: count)
        let refined = parallelMap(kept.count) { i in
            refine(fit.run(from: kept[i].pose, .rough, loss: .tukey, steps: 10), fit, detail)
        }
        return settled(distinct(refined, fit, at: sameDistance / 4, count: 8), fit)
    }

    /// Small kicks from the best poses: a pose that another near it betters is no answer (Wales and Doye 1997).
    private func settled(_ found: [Candidate], _ fit: SurfaceFit) -> [Candidate] {
        let kicks = fit.points.count > 120 ? 0 : min(24, 1200 / fit.points.count)
        guard let first = found.first, kicks > 0 else { return found }
        let likely = found.prefix(3).filter { $0.cost < first.cost + 30 }
        var random = SeededGenerator(seed: seed &+ 5)
        let starts = likely.flatMap { one in
            (0..<kicks).map { _ in
                let centre = Point<CT>(one.pose.rotation.matrix * fit.middle + one.pose.translation)
                return PoseChange(
                    rotation: random.normal3() * (1.5 / fit.arm), translation: random.normal3(), centre: centre
                ).applied(to: one.pose)
            }
        }
        let more = parallelMap(starts.count) { i in refine(starts[i], fit) }
        return distinct(found + more, fit, at: sameDistance / 4, count: 8)
    }

    private func refine(
        _ start: Pose<CT, Touched>, _ fit: SurfaceFit, _ detail: SurfaceFit.Detail = .exact, steps: Int? = nil
    ) -> Candidate {
        // many points are near the answer already when they come here, and their steps are long
        let steps = steps ?? (fit.points.count < 200 ? fit.options.iterations : min(fit.options.iterations, 8))
        let (pose, deviation, contacts) = fit.refine(start, detail, steps: steps)
        let used = contacts.reduce(0) { $0 + $1.weight }
        let sum = contacts.reduce(0) { $0 + $1.weight * $1.height * $1.height }
        // all poses are compared with one deviation: with its own, each would make its misfits likely
        return Candidate(
            pose: pose, cost: fit.cost(contacts, deviation: fit.leastScale), share: used / Double(contacts.count),
            rms: used > 0 ? (sum / used).squareRoot() : .infinity, deviation: deviation, contacts: contacts)
    }

    /// The best candidates, leaving out those near a better one.
    private func distinct(_ candidates: [Candidate], _ fit: SurfaceFit, at distance: Double, count: Int) -> [Candidate]
    {
        var kept: [Candidate] = []
        let order = candidates.indices.sorted { (candidates[$0].cost, $0) < (candidates[$1].cost, $1) }
        for i in order where kept.count < count {
            let new = candidates[i]
            if kept.allSatisfy({ fit.apart($0.pose, new.pose).distance > distance }) { kept.append(new) }
        }
        return kept
    }

    /// A random choice, in the points' order.
    static func some(_ points: [Vector3], _ count: Int, _ seed: UInt64) -> [Vector3] {
        guard points.count > count else { return points }
        var random = SeededGenerator(seed: seed &+ 17)
        var left = count
        return points.indices.compactMap { i in
            guard random.uniform() * Double(points.count - i) < Double(left) else { return nil }
            left -= 1
            return points[i]
        }
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
