import Frames
import Glibc
import Uncertainty

/// Random placements of a tool: how it and the bone's surface are off, drawn once and used for every question.
struct PlacementSamples: Sendable {
    let changes: [PoseChange<CT>]
    /// How far the bone reaches beyond its label, mm.
    let boundaries: [Double]

    init(
        _ error: PoseCovariance<CT, Tool>, boundary: Double, count: Int, seed: UInt64
    ) throws(UncertaintyError) {
        let sampler = try PoseSampler(error)
        var (moves, borders) = (SeededGenerator(seed: seed).stream(1), SeededGenerator(seed: seed).stream(2))
        changes = (0..<max(count, 1)).map { _ in sampler.sample(using: &moves) }
        boundaries = changes.map { _ in boundary * borders.normal() }
    }

    /// The distance by which a place is off, not exceeded in this share of the placements, mm.
    func quantile(_ share: Double, at p: Point<CT>) -> Double {
        let sorted = changes.map { $0.applied(to: p).distance(to: p) }.sorted()
        return sorted[min(Int((share * Double(sorted.count)).rounded(.down)), sorted.count - 1)]
    }
}

extension PoseChange {
    /// Where the motion takes a place.
    public func applied(to p: Point<A>) -> Point<A> {
        let turn = Rotation<A, A>(rotationVector: rotation)
        return Point(turn.matrix * (p.coordinates - centre.coordinates) + centre.coordinates + translation)
    }
}

/// A screw's surface beyond the first 5 mm as rings of places, the ring nearest to the bone's surface first.
struct ScrewSurface: Sendable {
    struct Place: Sendable {
        let point: Point<CT>
        let depth: Double

        /// The way out of the bone, by the slope of its depth.
        func outwards(in bone: some BoneDepth) -> Direction<CT>? {
            let h = 0.4
            var slope = Vector3.zero
            for axis in 0..<3 {
                var step = Vector3.zero
                step[axis] = h
                slope[axis] = bone.depth(point - Displacement(step)) - bone.depth(point + Displacement(step))
            }
            return Direction(slope)
        }
    }

    private struct Ring {
        let centre: Vector3
        let radius: Double
        let places: [Vector3]
        let leastDepth: Double
    }

    private let rings: [Ring]
    private let nearestPlace: Place

    /// Where the screw comes nearest to the bone's surface.
    var nearest: Place? { nearestPlace }

    /// Rings 0.5 mm apart of places no further apart than 0.8 mm, and the tip's face.
    init(_ screw: ScrewCylinder, in bone: some BoneDepth) {
        let first = min(GertzbeinRobbins.skipped, screw.length)
        let count = max(Int(((screw.length - first) / 0.5).rounded(.up)), 1)
        let u = perpendicular(to: screw.axis.vector)
        let w = cross(screw.axis.vector, u)
        var nearest = Place(point: screw.tip, depth: bone.depth(screw.tip))
        func ring(_ centre: Vector3, _ radius: Double) -> Ring {
            let spokes = max(Int((2 * .pi * radius / 0.8).rounded(.up)), 8)
            var (places, least): ([Vector3], Double) = ([], .infinity)
            for k in 0..<spokes {
                let turn = 2 * .pi * Double(k) / Double(spokes)
                let p = centre + (u * cos(turn) + w * sin(turn)) * radius
                let depth = bone.depth(Point(p))
                least = min(least, depth)
                if depth < nearest.depth { nearest = Place(point: Point(p), depth: depth) }
                places.append(p)
            }
            return Ring(centre: centre, radius: radius, places: places, leastDepth: least)
        }
        var found = (0...count).map { i in
            let along = first + (screw.length - first) * Double(i) / Double(count)
            return ring(screw.point(at: along).coordinates, screw.radius)
        }
        for part in [0.33, 0.67] { found.append(ring(screw.tip.coordinates, screw.radius * part)) }
        rings = found.sorted { $0.leastDepth < $1.leastDepth }
        nearestPlace = nearest
    }

    /// The share of placements in which no place stands out of the bone by more than grade A allows.
    func probabilityOfA(_ placements: PlacementSamples, in bone: some BoneDepth) -> Double {
        var held = 0
        for (change, border) in zip(placements.changes, placements.boundaries)
        where isGradeA(change, border, in: bone) { held += 1 }
        return Double(held) / Double(placements.changes.count)
    }

    /// A sampled distance may fall a little faster than a place moves, mm.
    private static let wrinkle = 0.15

    private func isGradeA(_ change: PoseChange<CT>, _ border: Double, in bone: some BoneDepth) -> Bool {
        let turn = Rotation<CT, CT>(rotationVector: change.rotation).matrix
        let (centre, least) = (change.centre.coordinates, -GertzbeinRobbins.tolerance - border)
        let shift = centre + change.translation
        for ring in rings {
            // Depth falls no faster than a place moves: a middle that lies deep enough answers for its ring.
            let middle = bone.depth(Point(turn * (ring.centre - centre) + shift))
            if middle - ring.radius - Self.wrinkle > least { continue }
            for p in ring.places where bone.depth(Point(turn * (p - centre) + shift)) < least { return false }
        }
        return true
    }
}
