import Frames
import Glibc
import Imaging

/// The head's midline plane, from the skull's own symmetry: the plane in which its outer surface mirrors itself best.
///
/// The image's axes give only the start: a head lies turned and tilted by up to 40°.
public struct MidlinePlane: Equatable, Sendable {
    /// Towards the patient's left.
    public let left: Direction<CT>
    public let point: Point<CT>
    /// Median distance between the mirrored surface and itself, mm: of a few mm where the skull is symmetric.
    public let asymmetry: Double

    /// How far to the left of the plane, mm; negative on the right.
    public func side(_ p: Point<CT>) -> Double { (p - point).along(left) }
}

/// How badly a plane mirrors the surface: its parameters are a turn about Z, a tilt towards it (rad) and an offset (mm).
private struct MirrorCost: Sendable {
    let surface: SkullSurface
    let places: [Vector3]

    static func plane(_ p: [Double]) -> (normal: Vector3, offset: Double) {
        (Vector3(cos(p[0]) * cos(p[1]), sin(p[0]) * cos(p[1]), sin(p[1])), p[2])
    }

    /// For each place how far its mirror image lies from the surface, mm.
    func distances(_ p: [Double]) -> [Double] {
        let (normal, offset) = Self.plane(p)
        return places.map { q in
            let mirrored = q - normal * (2 * (dot(q, normal) - offset))
            return abs(length(mirrored) - surface.radius(mirrored))
        }
    }

    func value(_ p: [Double]) -> Double {
        guard abs(p[0]) < 1, abs(p[1]) < 1 else { return 1e3 }
        return distances(p).reduce(0) { $0 + min($1 * $1, 100) } / Double(places.count)
    }
}

extension SkullSurface {
    /// `nil` where no plane mirrors the surface to within 4 mm.
    func midline() -> MidlinePlane? {
        let places = samples()
        guard places.count > 300 else { return nil }
        let cost = MirrorCost(surface: self, places: places)
        let starts = stride(from: -36.0, through: 36, by: 12).flatMap { turn in
            stride(from: -24.0, through: 24, by: 12).map { [radians(degrees: turn), radians(degrees: $0), 0] }
        }
        let coarse = parallelMap(starts.count) { cost.value(starts[$0]) }
        let order = Array(starts.indices.sorted { (coarse[$0], $0) < (coarse[$1], $1) }.prefix(4))
        let found = parallelMap(order.count) { k in
            PatternSearch(steps: [0.05, 0.05, 2], halvings: 7, mostEvaluations: 260)
                .minimise(from: starts[order[k]], cost.value)
        }
        guard let best = found.min(by: { $0.value < $1.value }) else { return nil }
        let (normal, offset) = MirrorCost.plane(best.parameters)
        let off = cost.distances(best.parameters).sorted()
        let median = off[off.count / 2]
        guard median < 4, let left = Direction<CT>(normal) else { return nil }
        return MidlinePlane(left: left, point: Point(centre.coordinates + normal * offset), asymmetry: median)
    }

    /// Places of the surface about the centre, evenly spread over the directions.
    private func samples() -> [Vector3] {
        let n = 18
        var found: [Vector3] = []
        for face in 0..<6 {
            for i in 0..<n {
                for j in 0..<n {
                    let d = DirectionCells.direction(face: face, i, j, n)
                    let r = radius(d)
                    if r > 0 { found.append(d * r) }
                }
            }
        }
        return found
    }
}
