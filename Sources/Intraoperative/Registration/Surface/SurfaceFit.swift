import Frames
import Glibc
import Imaging
import Uncertainty

/// The points' own frame, whatever it is: the hot loops are not generic.
enum Touched: Frame { static let name = "points" }

/// Point-to-plane registration (Chen and Medioni 1992) with robust weights.
///
/// Huber's weights and then Tukey's biweight lead to the neighbourhood of the answer (Holland and Welsch 1977: 95 %
/// efficiency at 1.345 and 4.685 standard deviations, which are estimated by the median). There each point is either on
/// the surface, with a normal error, or astray, and its weight is the probability of the first (Dempster, Laird and Rubin
/// 1977).
struct SurfaceFit: Sendable {
    let surface: RegistrationSurface
    let points: [Vector3]
    let options: SurfaceFitOptions
    /// The points' middle, and their RMS distance from it, mm: what makes a turn comparable with a shift.
    let middle: Vector3
    let arm: Double

    init(surface: RegistrationSurface, points: [Vector3], options: SurfaceFitOptions) {
        (self.surface, self.points, self.options) = (surface, points, options)
        let n = Double(max(points.count, 1))
        let middle = points.reduce(Vector3.zero, +) / n
        self.middle = middle
        arm = max((points.reduce(0) { $0 + squaredLength($1 - middle) } / n).squareRoot(), 1)
    }

    /// Each point's nearest place on the surface, with the signed distance to it and its weight.
    struct Contact {
        let place: Vector3
        let normal: Vector3
        /// mm along the normal from the surface to the point.
        let height: Double
        /// On which it is; −1 for none.
        var triangle: Int32 = -1
        var weight = 0.0
    }

    /// The last with the standard deviation of a point on the surface, mm.
    enum Loss: Equatable { case huber, tukey, stray(deviation: Double) }
    /// Where a contact comes from: a block's plane, a triangle near the nearest, or the nearest.
    enum Detail { case rough, near, exact }

    /// From so many points on, a part of them leads to the neighbourhood of the answer.
    static let many = 600

    /// The least scale of residuals, mm: none is called an outlier for less than its touch's own error.
    var leastScale: Double { max(options.pointError, 0.05) }

    /// - Parameter hint: a triangle that may be near; −1 for none.
    func contact(_ here: Vector3, _ detail: Detail, hint: Int32 = -1) -> Contact {
        if detail == .rough {
            let patch = surface.roughly(here)
            return Contact(place: here, normal: patch.normal, height: dot(here - patch.place, patch.normal))
        }
        let near =
            detail == .near ? surface.nearly(here, hint: hint) : surface.nearest(here, within: 12, hint: hint)
        // the way to the surface is its normal there, but beyond an edge, where it is better than the face's
        let away = here - near.place
        let distance = length(away)
        let outside = dot(away, near.normal) >= 0
        let normal = distance > 1e-6 ? away * ((outside ? 1 : -1) / distance) : near.normal
        return Contact(
            place: here, normal: normal, height: outside ? distance : -distance, triangle: near.triangle)
    }

    /// - Parameter before: the contacts at a pose that is near, where they are known.
    func contacts(_ pose: Pose<CT, Touched>, _ detail: Detail, loss: Loss, before: [Contact] = []) -> [Contact] {
        let (turn, shift) = (pose.rotation.matrix, pose.translation)
        let isKnown = before.count == points.count
        @Sendable func some(_ range: Range<Int>) -> [Contact] {
            range.map { contact(turn * points[$0] + shift, detail, hint: isKnown ? before[$0].triangle : -1) }
        }
        var found: [Contact]
        if points.count < Self.many {
            found = some(points.indices)
        } else {
            let parts = 8
            found = parallelMap(parts) { some(($0 * points.count / parts)..<(($0 + 1) * points.count / parts)) }
                .flatMap(\.self)
        }
        weigh(&found, loss)
        return found
    }

    /// Weights by each contact's height against the median of all.
    func weigh(_ found: inout [Contact], _ loss: Loss) {
        if case .stray(let deviation) = loss {
            let model = TouchModel(deviation: deviation, options)
            for i in found.indices { found[i].weight = model.onSurface(found[i].height) }
            return
        }
        var sizes = found.map { abs($0.height) }
        let median = Self.median(&sizes)
        // 1.4826: the standard deviation of a normal distribution over its median magnitude
        let scale = max(1.4826 * median, leastScale)
        for i in found.indices {
            let size = abs(found[i].height)
            if loss == .huber {
                found[i].weight = size <= 1.345 * scale ? 1 : 1.345 * scale / size
            } else {
                let u = size / (4.685 * scale)
                found[i].weight = u < 1 ? (1 - u * u) * (1 - u * u) : 0
            }
        }
    }

    /// The middle one, by Hoare's selection.
    static func median(_ values: inout [Double]) -> Double {
        guard !values.isEmpty else { return 0 }
        let k = values.count / 2
        var (low, high) = (0, values.count - 1)
        while low < high {
            let pivot = values[(low + high) / 2]
            var (i, j) = (low, high)
            while i <= j {
                while values[i] < pivot { i += 1 }
                while values[j] > pivot { j -= 1 }
                if i <= j {
                    values.swapAt(i, j)
                    i += 1
                    j -= 1
                }
            }
            if k <= j { high = j } else if k >= i { low = i } else { break }
        }
        return values[k]
    }

    /// The pose after at most so many steps; stops where a step is negligible.
    func run(from start: Pose<CT, Touched>, _ detail: Detail, loss: Loss, steps: Int) -> Pose<CT, Touched> {
        var pose = start
        let least = detail == .rough ? 0.02 : points.count < Self.many ? 1e-4 : 1e-3
        var found: [Contact] = []
        for _ in 0..<steps {
            found = contacts(pose, detail, loss: loss, before: found)
            guard let step = step(found, pose) else { return pose }
            pose = step.applied(to: pose)
            if length(step.rotation) * arm < least && length(step.translation) < least { break }
        }
        return pose
    }

    private func step(_ contacts: [Contact], _ pose: Pose<CT, Touched>) -> PoseChange<CT>? {
        var equations = PlaneEquations(centre: pose.rotation.matrix * middle + pose.translation, arm: arm)
        for c in contacts where c.weight > 0 {
            equations.add(at: c.place, along: c.normal, wanted: -c.height, weight: c.weight)
        }
        return equations.weight > 0 ? equations.solution() : nil
    }

    /// −2 ln of the points' likelihood at a pose, less that of points without any error.
    func cost(_ pose: Pose<CT, Touched>, _ detail: Detail, deviation: Double) -> Double {
        let (turn, shift) = (pose.rotation.matrix, pose.translation)
        let model = TouchModel(deviation: deviation, options)
        return points.reduce(0) { $0 + model.cost(squaredDistance(turn * $1 + shift, detail, within: model.reach)) }
    }

    /// The same from contacts that are known.
    func cost(_ contacts: [Contact], deviation: Double) -> Double {
        let model = TouchModel(deviation: deviation, options)
        return contacts.reduce(0) { $0 + model.cost($1.height * $1.height) }
    }

    /// mm²; beyond `limit` mm it may be anything beyond that.
    private func squaredDistance(_ here: Vector3, _ detail: Detail, within limit: Double) -> Double {
        let patch = surface.roughly(here)
        let off = here - patch.place
        if detail == .exact {
            guard length(off) < limit + 2 * surface.blockStep else { return .infinity }
            return squaredLength(here - surface.nearest(here).place)
        }
        // a plane reaches beyond its patch: the way to the patch itself tells whether the place is near
        let height = dot(off, patch.normal)
        let aside = max(squaredLength(off) - height * height, 0).squareRoot()
        let beyond = max(aside - surface.blockStep, 0)
        return height * height + beyond * beyond
    }

    /// The standard deviation of a touch: what was stated and what the residuals of the points on the surface show, by how
    /// much each knows. Six unknowns took their part of the scatter.
    func deviation(_ contacts: [Contact]) -> Double {
        let used = contacts.reduce(0) { $0 + $1.weight }
        let sum = contacts.reduce(0) { $0 + $1.weight * $1.height * $1.height }
        let free = max(used - 6, 0)
        let stated = options.pointErrorTrust * options.pointError * options.pointError
        let variance = (stated + sum * free / max(used, 1)) / max(options.pointErrorTrust + free, 1)
        return max(variance.squareRoot(), 1e-3)
    }

    /// To the end; the deviation of a touch is found on the way.
    func refine(
        _ start: Pose<CT, Touched>, _ detail: Detail = .exact, steps: Int
    ) -> (pose: Pose<CT, Touched>, deviation: Double, contacts: [Contact]) {
        var (pose, found) = (start, contacts(start, detail, loss: .tukey))
        var deviation = max(deviation(found), leastScale)
        let least = points.count < Self.many ? 1e-4 : 2e-3
        for k in 0..<steps {
            // robust first steps may still walk; then each point is on the surface or astray
            if k >= 3 || points.count >= Self.many {
                weigh(&found, .stray(deviation: deviation))
                deviation = self.deviation(found)
            }
            guard let step = step(found, pose) else { break }
            pose = step.applied(to: pose)
            found = contacts(pose, detail, loss: .tukey, before: found)
            let isStill = length(step.rotation) * arm < least && length(step.translation) < least
            if isStill && (k >= 3 || points.count >= Self.many) { break }
        }
        weigh(&found, .stray(deviation: deviation))
        return (pose, deviation, found)
    }

    func information(
        _ contacts: [Contact], _ pose: Pose<CT, Touched>, variance: Double
    ) -> PoseInformation<CT> {
        let repeats = max(Double(points.count) / Double(max(options.independentPoints, 6)), 1)
        var information = PoseInformation<CT>(centre: Point(pose.rotation.matrix * middle + pose.translation))
        for c in contacts where c.weight > 0 {
            guard let normal = Direction<CT>(c.normal) else { continue }
            information.add(
                at: Point(c.place), along: normal, wanted: -c.height, weight: c.weight, variance: variance * repeats)
        }
        return information
    }

    /// How far apart two poses bring the points, RMS: at their middle and, by the turn, at their arm.
    func apart(_ a: Pose<CT, Touched>, _ b: Pose<CT, Touched>) -> PoseDifference {
        let change = a.inverse * b
        let angle = change.rotation.angle
        let shift = (a * Point(middle)).distance(to: b * Point(middle))
        return PoseDifference(distance: (shift * shift + angle * angle * arm * arm * 2 / 3).squareRoot(), angle: angle)
    }
}
