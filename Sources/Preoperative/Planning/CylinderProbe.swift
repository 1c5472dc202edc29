import Frames
import Glibc

/// The least value of a distance over a solid cylinder: coarse over the whole solid, then exact round the lowest places.
///
/// For distances, whose slope is never above 1: the coarse rounds find every valley wider than their steps.
struct CylinderProbe {
    let screw: ScrewCylinder
    /// Where the part that is judged begins, mm from the entry.
    let start: Double

    private static let step = 0.5
    private static let spokes = 32
    /// So many of the lowest places, at least so far apart (mm), are measured exactly, and so many of these looked into.
    private static let looks = 160
    private static let apart = 0.6
    private static let valleys = 8
    /// No place lies this much lower than the nearest that was looked at, mm.
    private static let deepest = 0.45
    /// Places this much above the lowest are looked into as well: twice the error of a coarse value, mm.
    private static let slack = 0.5

    /// So many corners are looked into, and so much further away than the lowest place, mm: the middle of an edge may lie so
    /// much nearer than its ends.
    private static let outstanding = 12, edges = 0.3

    private let side, other: Vector3

    init(_ screw: ScrewCylinder, from start: Double) {
        (self.screw, self.start) = (screw, min(start, screw.length))
        side = perpendicular(to: screw.axis.vector)
        other = cross(screw.axis.vector, side)
    }

    /// - Parameters:
    ///   - rough: near the distance everywhere.
    ///   - exact: the distance.
    ///   - corners: of the surface that the distance is from. What stands out between the samples of the coarse value
    ///     has a corner, or an edge between two of them: the nearest are looked into.
    func least(
        _ rough: (Point<CT>) -> Double, _ exact: (Point<CT>) -> Double, corners: [Point<CT>] = []
    ) -> Double {
        let found = least(rough, exact)
        guard found > 0 else { return found }
        return outstanding(corners, within: found + Self.edges).reduce(found) { least, start in
            min(least, descend(from: start, exact(point(start)), exact))
        }
    }

    /// The places of the solid nearest to the corners within a distance, the nearest corners first.
    private func outstanding(_ corners: [Point<CT>], within reach: Double) -> [Place] {
        let near = corners.compactMap { corner -> (place: Place, value: Double)? in
            let squared = squaredDistance(corner)
            return squared < reach * reach ? (place(nearestTo: corner), squared) : nil
        }
        return spread(near, Self.outstanding, apart: Self.apart)
    }

    /// From the solid, mm²; 0 within it.
    @inline(__always) private func squaredDistance(_ p: Point<CT>) -> Double {
        let way = p.coordinates - screw.entry.coordinates
        let along = dot(way, screw.axis.vector)
        let beyond = max(start - along, along - screw.length, 0)
        let squared = squaredLength(way) - along * along
        guard squared > screw.radius * screw.radius else { return beyond * beyond }
        let beside = squared.squareRoot() - screw.radius
        return beyond * beyond + beside * beside
    }

    private func place(nearestTo p: Point<CT>) -> Place {
        let way = p.coordinates - screw.entry.coordinates
        let along = dot(way, screw.axis.vector)
        let aside = way - screw.axis.vector * along
        return Place(
            along: along.clamped(to: start...screw.length), turn: atan2(dot(aside, other), dot(aside, side)),
            radius: min(length(aside), screw.radius))
    }

    private func least(_ rough: (Point<CT>) -> Double, _ exact: (Point<CT>) -> Double) -> Double {
        var found: [(place: Place, value: Double)] = []
        var lowest = Double.infinity
        let sections = max(Int(((screw.length - start) / Self.step).rounded(.up)), 1)
        for i in 0...sections {
            let along = start + (screw.length - start) * Double(i) / Double(sections)
            for (radius, spokes) in [(1.0, Self.spokes), (0.5, Self.spokes / 2), (0, 1)] {
                for k in 0..<spokes {
                    let place = Place(
                        along: along, turn: 2 * .pi * Double(k) / Double(spokes), radius: radius * screw.radius)
                    let value = rough(point(place))
                    guard value < lowest + Self.slack else { continue }
                    lowest = min(lowest, value)
                    found.append((place, value))
                }
            }
        }
        found.removeAll { $0.value > lowest + Self.slack }
        // Along a wall all places are nearly as low: the exact values choose among them.
        let low = spread(found, Self.looks, apart: Self.apart).map { (place: $0, value: exact(point($0))) }
        return low.sorted { $0.value < $1.value }.prefix(Self.valleys).reduce(.infinity) { least, start in
            start.value - Self.deepest > least ? least : min(least, descend(from: start.place, start.value, exact))
        }
    }

    /// The lowest places that keep a distance from each other.
    private func spread(_ all: [(place: Place, value: Double)], _ most: Int, apart: Double) -> [Place] {
        var kept: [(place: Place, point: Point<CT>)] = []
        for candidate in all.sorted(by: { $0.value < $1.value }) where kept.count < most {
            let p = point(candidate.place)
            if kept.allSatisfy({ $0.point.distance(to: p) >= apart }) { kept.append((candidate.place, p)) }
        }
        return kept.map(\.place)
    }

    /// Along the axis and round it, mm and rad.
    private struct Place {
        var along, turn, radius: Double
    }

    private func point(_ p: Place) -> Point<CT> {
        Point(
            screw.entry.coordinates + screw.axis.vector * p.along
                + (side * cos(p.turn) + other * sin(p.turn)) * p.radius)
    }

    /// Steps of a quarter of a millimetre, halved down to 10 µm, along, round, and across the solid.
    private func descend(from start: Place, _ first: Double, _ value: (Point<CT>) -> Double) -> Double {
        var (best, lowest) = (start, first)
        var step = 0.24
        while step > 0.01 {
            var improved = false
            for direction in 0..<6 {
                var trial = best
                let way = direction % 2 == 0 ? step : -step
                switch direction / 2 {
                case 0: trial.along = (best.along + way).clamped(to: self.start...screw.length)
                case 1: trial.turn += way / max(best.radius, 0.5)
                default: trial.radius = (best.radius + way).clamped(to: 0...screw.radius)
                }
                guard trial.along != best.along || trial.turn != best.turn || trial.radius != best.radius else {
                    continue
                }
                let reached = value(point(trial))
                if reached < lowest { (best, lowest, improved) = (trial, reached, true) }
            }
            if !improved { step /= 2 }
        }
        return lowest
    }
}
