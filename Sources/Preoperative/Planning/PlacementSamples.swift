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

/// A screw's surface beyond the first 5 mm as places, the one nearest to the bone's surface first.
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

    let places: [Place]

    var nearest: Place? { places.first }

    /// Rings 0.5 mm apart of places no further apart than 0.8 mm, and the tip's face.
    init(_ screw: ScrewCylinder, in bone: some BoneDepth) {
        let first = min(GertzbeinRobbins.skipped, screw.length)
        let rings = max(Int(((screw.length - first) / 0.5).rounded(.up)), 1)
        let u = perpendicular(to: screw.axis.vector)
        let w = cross(screw.axis.vector, u)
        var found: [Place] = []
        func ring(_ centre: Vector3, _ radius: Double) {
            let spokes = max(Int((2 * .pi * radius / 0.8).rounded(.up)), 8)
            for k in 0..<spokes {
                let turn = 2 * .pi * Double(k) / Double(spokes)
                let p = Point<CT>(centre + (u * cos(turn) + w * sin(turn)) * radius)
                found.append(Place(point: p, depth: bone.depth(p)))
            }
        }
        for i in 0...rings {
            ring(screw.point(at: first + (screw.length - first) * Double(i) / Double(rings)).coordinates, screw.radius)
        }
        for part in [0.33, 0.67] { ring(screw.tip.coordinates, screw.radius * part) }
        found.append(Place(point: screw.tip, depth: bone.depth(screw.tip)))
        places = found.sorted { $0.depth < $1.depth }
    }

    /// The share of placements in which no place stands out of the bone by more than grade A allows.
    func probabilityOfA(_ placements: PlacementSamples, in bone: some BoneDepth) -> Double {
        guard let centre = placements.changes.first?.centre else { return 0 }
        let reach = places.reduce(0.0) { max($0, $1.point.distance(to: centre)) }
        var held = 0
        for (change, border) in zip(placements.changes, placements.boundaries)
        where isGradeA(change, border, reach: reach, in: bone) { held += 1 }
        return Double(held) / Double(placements.changes.count)
    }

    private func isGradeA(_ change: PoseChange<CT>, _ border: Double, reach: Double, in bone: some BoneDepth) -> Bool {
        let turn = Rotation<CT, CT>(rotationVector: change.rotation).matrix
        let centre = change.centre.coordinates
        let least = -GertzbeinRobbins.tolerance - border
        // Depth cannot fall faster than a place moves, but for the wrinkles of a sampled field: those deeper than the longest way are safe.
        let furthest = 1.2 * (length(change.translation) + length(change.rotation) * reach) + 0.3
        for place in places {
            if place.depth - furthest > least { return true }
            let p = turn * (place.point.coordinates - centre) + centre + change.translation
            if bone.depth(Point(p)) < least { return false }
        }
        return true
    }
}
