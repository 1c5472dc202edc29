import Frames
import Glibc

extension ScrewCylinder {
    /// A place of the solid: mm along the axis from the entry, rad about it, mm from it.
    private struct Place {
        var along, turn, radius: Double
    }

    /// The greatest value over the solid beyond `start`: over sections 0.5 mm apart, then ever finer about the greatest
    /// few.
    ///
    /// - Parameter value: a signed distance, so that what lies between the first places rises towards its top there too.
    func greatest(from start: Double, _ value: (Point<CT>) -> Double) -> Double {
        let found = sections(from: start).map { (place: $0, value: value(point($0))) }.sorted { $0.value > $1.value }
        guard let first = found.first else { return -.infinity }
        var starts: [Place] = []
        // What lies lower than this beside the greatest does not rise above it between two places.
        for next in found where next.value > first.value - 0.3 && starts.count < 8 {
            if starts.allSatisfy({ point($0).distance(to: point(next.place)) > 0.7 }) { starts.append(next.place) }
        }
        return starts.map { refined($0, from: start) { value(point($0)) } }.max() ?? first.value
    }

    private func refined(_ place: Place, from start: Double, _ value: (Place) -> Double) -> Double {
        var (best, greatest) = (place, value(place))
        for scale in [0.12, 0.04, 0.012] {
            let centre = best
            for i in -2...2 {
                for j in -2...2 {
                    for k in -2...0 {
                        let next = Place(
                            along: (centre.along + Double(i) * scale).clamped(to: start...length),
                            turn: centre.turn + Double(j) * scale / max(centre.radius, 0.5),
                            radius: (centre.radius + Double(k + 1) * scale).clamped(to: 0...radius))
                        let found = value(next)
                        if found > greatest { (best, greatest) = (next, found) }
                    }
                }
            }
        }
        return greatest
    }

    /// Places throughout the solid beyond `start`: sections every 0.5 mm and the tip's, three radii, 48 spokes.
    func places(from start: Double) -> [Point<CT>] { sections(from: start).map(point) }

    private func point(_ p: Place) -> Point<CT> {
        let side = perpendicular(to: axis.vector)
        let out = side * cos(p.turn) + cross(axis.vector, side) * sin(p.turn)
        return Point(point(at: p.along).coordinates + out * p.radius)
    }

    private func sections(from start: Double) -> [Place] {
        var found: [Place] = []
        for along in Array(stride(from: start, to: length, by: 0.5)) + [length] {
            found.append(Place(along: along, turn: 0, radius: 0))
            for spoke in 0..<48 {
                let turn = 2 * .pi * Double(spoke) / 48
                found += [radius, radius / 2].map { Place(along: along, turn: turn, radius: $0) }
            }
        }
        return found
    }
}
