import Frames
import Meshing
import Uncertainty

/// How touched points are brought onto a surface.
public struct SurfaceFitOptions: Equatable, Sendable {
    /// Part of the points that may count; the worst beyond it are left out in each step.
    public var keep = 0.95
    public var iterations = 100
    /// The error of a touched point along the surface's normal, RMS, mm: the fit is never trusted beyond it.
    public var pointError = 0.25
    /// Residuals below this many mm are never called outliers.
    public var leastScale = 0.1

    public init() {}
}

/// One run of point-to-plane registration (Chen and Medioni 1992) with robust weights.
///
/// Huber's weights lead to the neighbourhood of the answer, Tukey's biweight then leaves the outliers out (Holland and
/// Welsch 1977: 95 % efficiency at 1.345 and 4.685 standard deviations, which are estimated by the median).
struct SurfaceFit<B: Frame> {
    let tree: MeshTree
    let points: [Point<B>]
    let options: SurfaceFitOptions
    /// RMS distance of the points from their middle, mm: what makes a turn comparable with a shift.
    let arm: Double

    init(tree: MeshTree, points: [Point<B>], options: SurfaceFitOptions) {
        self.tree = tree
        self.points = points
        self.options = options
        let (across, along) = RigidFit.spread(points)
        arm = max((across * across + along * along).squareRoot(), 1)
    }

    /// Each point's nearest place on the surface, with the signed distance to it and its weight.
    struct Contact {
        let place: Point<CT>
        let normal: Direction<CT>
        /// mm along the normal from the surface to the point.
        let height: Double
        var weight = 0.0
    }

    enum Loss { case huber, tukey }

    func contacts(_ pose: Pose<CT, B>, loss: Loss) -> [Contact] {
        var found = points.compactMap { p -> Contact? in
            let here = pose * p
            guard let near = tree.closestPoint(to: here) else { return nil }
            // the way to the surface is its normal there, but for places beyond an edge, where it is better than the
            // face's
            let away = here - near.point
            let outside = dot(away.vector, near.normal.vector) >= 0
            let normal = near.distance > 1e-6 ? (away.direction.map { outside ? $0 : -$0 } ?? near.normal) : near.normal
            return Contact(place: here, normal: normal, height: outside ? near.distance : -near.distance)
        }
        weigh(&found, loss)
        return found
    }

    /// Weights by each contact's height against the median of all.
    private func weigh(_ found: inout [Contact], _ loss: Loss) {
        let sizes = found.map { abs($0.height) }.sorted()
        guard !sizes.isEmpty else { return }
        // 1.4826: the standard deviation of a normal distribution over its median magnitude
        let scale = max(1.4826 * sizes[sizes.count / 2], options.leastScale)
        let cut = sizes[min(Int(Double(sizes.count) * options.keep), sizes.count - 1)]
        for i in found.indices {
            let size = abs(found[i].height)
            if size > cut { continue }
            switch loss {
            case .huber: found[i].weight = min(1, 1.345 * scale / max(size, 1e-12))
            case .tukey:
                let u = size / (4.685 * scale)
                found[i].weight = u < 1 ? (1 - u * u) * (1 - u * u) : 0
            }
        }
    }

    /// A few steps with the nearest places read from a grid: rough, but a hundred times as quick.
    func runCoarsely(from start: Pose<CT, B>, on grid: ContactGrid, steps: Int) -> (pose: Pose<CT, B>, rms: Double) {
        var pose = start
        for _ in 0..<steps {
            var contacts = points.map { p -> Contact in
                let here = pose * p
                let (place, normal) = grid.nearest(here)
                return Contact(place: here, normal: normal, height: dot(here.coordinates - place, normal.vector))
            }
            weigh(&contacts, .huber)
            let information = information(contacts, centre: centre(pose), variance: 1)
            guard let step = try? information.constrainedSolution(arm: arm) else { break }
            pose = step.applied(to: pose)
        }
        let sum = points.reduce(0.0) { sum, p in
            let d = min(length((pose * p).coordinates - grid.nearest(pose * p).place), 8)
            return sum + d * d
        }
        return (pose, (sum / Double(points.count)).squareRoot())
    }

    func information(_ contacts: [Contact], centre: Point<CT>, variance: Double) -> PoseInformation<CT> {
        var information = PoseInformation<CT>(centre: centre)
        for c in contacts where c.weight > 0 {
            information.add(at: c.place, along: c.normal, wanted: -c.height, weight: c.weight, variance: variance)
        }
        return information
    }

    func centre(_ pose: Pose<CT, B>) -> Point<CT> {
        Point(points.reduce(Vector3.zero) { $0 + (pose * $1).coordinates } / Double(points.count))
    }

    /// The pose after at most so many steps of each loss; stops where a step is negligible.
    func run(from start: Pose<CT, B>, huber: Int, tukey: Int) -> Pose<CT, B> {
        var pose = start
        for (loss, steps) in [(Loss.huber, huber), (.tukey, tukey)] {
            for _ in 0..<steps {
                let information = information(contacts(pose, loss: loss), centre: centre(pose), variance: 1)
                guard information.count >= 3, let step = try? information.constrainedSolution(arm: arm) else {
                    return pose
                }
                pose = step.applied(to: pose)
                if length(step.rotation) * arm < 1e-5 && length(step.translation) < 1e-5 { break }
            }
        }
        return pose
    }

    /// RMS distance of all points, each cut off at 5 mm: outliers cost, but do not decide.
    func score(_ pose: Pose<CT, B>) -> Double {
        let sum = points.reduce(0.0) { sum, p in
            let d = min(tree.closestPoint(to: pose * p, within: 5)?.distance ?? 5, 5)
            return sum + d * d
        }
        return (sum / Double(points.count)).squareRoot()
    }

    /// An initial pose and twelve round it: turned by 10° about each axis through the points' middle, shifted by 5 mm.
    func starts(round initial: Pose<CT, B>) -> [Pose<CT, B>] {
        let middle = centre(initial)
        var changes: [PoseChange<CT>] = []
        for axis in [Vector3(1, 0, 0), Vector3(0, 1, 0), Vector3(0, 0, 1)] {
            for sign in [1.0, -1.0] {
                let turn = axis * (sign * radians(degrees: 10))
                changes.append(PoseChange(rotation: turn, translation: .zero, centre: middle))
                changes.append(PoseChange(rotation: .zero, translation: axis * (5 * sign), centre: middle))
            }
        }
        return [initial] + changes.map { $0.applied(to: initial) }
    }

    /// The weighted RMS height of the points that count, mm.
    func rms(_ contacts: [Contact]) -> Double {
        let (sum, weight) = contacts.reduce((0.0, 0.0)) { ($0.0 + $1.weight * $1.height * $1.height, $0.1 + $1.weight) }
        return weight > 0 ? (sum / weight).squareRoot() : .infinity
    }
}
