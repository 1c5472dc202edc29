import Frames
import Imaging
import LinearAlgebra
import Meshing
import Uncertainty

/// A place of the surface whose touch would tell most, and what the targets' errors would then be.
public struct NextTouch: Equatable, Sendable {
    public let place: Point<CT>
    /// Outwards.
    public let normal: Direction<CT>
    /// The worst predicted RMS error among the targets once this place, and those before it in the list, are touched, mm.
    public let worstTRE: Double
}

/// Where to touch next, so that the worst predicted error at the targets falls most.
///
/// A touch tells about one direction, the surface's normal there: by how much it would better the covariance follows
/// without touching (a rank-one update; D-optimal and the like are the same with other measures, Simon et al. 1995,
/// "Techniques for fast and accurate intrasurgical registration"). One place after the other is chosen.
public struct TouchAdvice: Sendable {
    /// The worst predicted RMS error among the targets as it is, mm; infinite where a motion is free.
    public let worstTRE: Double
    public let touches: [NextTouch]

    /// What is not held at all counts as held to so many mm where the points are: with nothing, no touch would do.
    private static let vague = 20.0

    /// - Parameters:
    ///   - targets: places in the CT; where there are none, the surface's outermost places.
    ///   - count: places to name.
    ///   - reach: mm from what was touched within which the bone is taken to be exposed.
    public init<B: Frame>(
        after fit: SurfaceRegistration<B>, touched: [Point<B>], on surface: RegistrationSurface,
        targets: [Point<CT>] = [],
        count: Int = 3, reach: Double = 25
    ) {
        let targets = targets.isEmpty ? Self.outermost(surface.mesh, 8) : targets
        var covariance = Covariance6(fit.constraints, vague: Self.vague)
        worstTRE = targets.reduce(0) { max($0, fit.predictedTRE(at: $1) ?? .infinity) }
        let places = Self.exposed(surface, touched.map { fit.X_CTB * $0 }, reach: reach)
        // a touch on a bent place is less sure than the noise: the normal turns with the pose
        let variance = fit.deviation * fit.deviation
        var found: [NextTouch] = []
        for _ in 0..<count {
            let scores = places.map { covariance.worst(targets, with: $0, variance) }
            guard let best = scores.indices.min(by: { scores[$0] < scores[$1] }) else { break }
            let (place, normal) = places[best]
            covariance.add(place, normal, variance)
            found.append(NextTouch(place: place, normal: normal, worstTRE: scores[best].squareRoot()))
        }
        touches = found
    }

    /// Places that a straight probe reaches from the side from which the others were touched.
    private static func exposed(
        _ surface: RegistrationSurface, _ touched: [Point<CT>], reach: Double
    ) -> [(place: Point<CT>, normal: Direction<CT>)] {
        let mesh = surface.mesh
        let contacts = touched.map { surface.nearest($0.coordinates) }
        guard let way = Direction<CT>(contacts.reduce(Vector3.zero) { $0 + $1.normal }) else { return [] }
        let stride = max(mesh.triangles.count / 4000, 1)
        let near = Swift.stride(from: 0, to: mesh.triangles.count, by: stride).compactMap {
            i -> (place: Point<CT>, normal: Direction<CT>)? in
            let (a, b, c) = mesh.corners(i)
            let middle = (a.coordinates + b.coordinates + c.coordinates) / 3
            guard let normal = Direction<CT>(mesh.areaVector(i)), dot(normal.vector, way.vector) > 0.2,
                contacts.contains(where: { length($0.place - middle) < reach })
            else { return nil }
            return (Point(middle), normal)
        }
        let tree = MeshTree(mesh)
        return near.filter { tree.hits(from: $0.place + $0.normal * 0.05, along: way, within: 200).isEmpty }
    }

    /// Vertices far from one another: each next one is the farthest from those taken (Gonzalez 1985).
    static func outermost(_ mesh: TriangleMesh, _ count: Int) -> [Point<CT>] {
        guard let bounds = mesh.bounds else { return [] }
        let middle = Point<CT>((bounds.low.coordinates + bounds.high.coordinates) / 2)
        var distance = mesh.vertices.map { $0.distance(to: middle) }
        var taken: [Point<CT>] = []
        while taken.count < count {
            guard let far = distance.indices.max(by: { distance[$0] < distance[$1] }) else { break }
            let next = mesh.vertices[far]
            if taken.isEmpty { distance = mesh.vertices.map { $0.distance(to: next) } }
            taken.append(next)
            for i in distance.indices { distance[i] = min(distance[i], mesh.vertices[i].distance(to: next)) }
        }
        return taken
    }
}

/// The covariance of a small motion about a centre: six numbers, turns (times the arm), then shifts.
private struct Covariance6 {
    private var c: [SIMD8<Double>]
    private let centre: Vector3
    private let arm: Double

    init(_ constraints: [SurfaceConstraint], vague: Double) {
        centre = constraints.first?.centre.coordinates ?? .zero
        arm = constraints.first?.arm ?? 1
        c = Array(repeating: .zero, count: 6)
        for one in constraints {
            let turn = one.rotation * arm
            let v = SIMD8(turn.x, turn.y, turn.z, one.translation.x, one.translation.y, one.translation.z, 0, 0)
            let deviation = min(one.deviation, vague)
            for i in 0..<6 { c[i] += v * (v[i] * deviation * deviation) }
        }
    }

    private func row(_ place: Point<CT>, _ normal: Vector3) -> SIMD8<Double> {
        let turn = cross(place.coordinates - centre, normal) / arm
        return SIMD8(turn.x, turn.y, turn.z, normal.x, normal.y, normal.z, 0, 0)
    }

    private func times(_ v: SIMD8<Double>) -> SIMD8<Double> {
        var sum = SIMD8<Double>.zero
        for i in 0..<6 { sum += c[i] * v[i] }
        return sum
    }

    /// The greatest mean square error of the targets after a touch, mm² (Sherman and Morrison 1950).
    func worst(
        _ targets: [Point<CT>], with touch: (place: Point<CT>, normal: Direction<CT>), _ variance: Double
    ) -> Double {
        let j = row(touch.place, touch.normal.vector)
        let gain = times(j)
        let innovation = variance + (j * gain).sum()
        return targets.reduce(0) { worst, target in
            var square = 0.0
            for axis in [Vector3(1, 0, 0), Vector3(0, 1, 0), Vector3(0, 0, 1)] {
                let a = row(target, axis)
                let along = (a * gain).sum()
                square += (a * times(a)).sum() - along * along / innovation
            }
            return max(worst, square)
        }
    }

    mutating func add(_ place: Point<CT>, _ normal: Direction<CT>, _ variance: Double) {
        let j = row(place, normal.vector)
        let gain = times(j)
        let innovation = variance + (j * gain).sum()
        for i in 0..<6 { c[i] -= gain * (gain[i] / innovation) }
    }
}
