import Frames
import Imaging
import Uncertainty

/// How near to a vessel a straight path may come out, by the budget of errors it is carried out with.
public struct PathClearance: Equatable, Sendable {
    /// The probability that no vessel is nearer to the instrument than the margin, and that the instrument meets none.
    public let probabilityOfMargin, probabilityOfNone: Double
    /// The distance to the nearest vessel that is kept with 95 %, mm; 0 where the instrument may meet one. At most
    /// `horizon`.
    public let distance95: Double
    /// mm.
    public let margin: Double

    /// Distances beyond this are no news, mm.
    static let horizon = 15.0
}

/// The vessels about one path, as boxes of the labels' voxels.
struct PathHazard: Sendable {
    /// Where the planned path comes nearest, and the way there.
    struct Place: Sendable {
        let point: Point<CT>
        let outwards: Direction<CT>
    }

    private let geometry: GridGeometry
    /// Of the outer voxels, in the grid's own axes in mm, the nearest to the planned path first.
    private let centres: [Vector3]
    private let half: Vector3
    private let path: ScrewCylinder

    /// - Parameter vessels: the outer voxels of all vessels, at least those within `PathClearance.horizon` and more.
    init(_ path: ScrewCylinder, _ vessels: BoundaryVoxels, reach: Double) {
        let g = vessels.volume.geometry
        (geometry, half, self.path) = (g, g.spacing / 2, path)
        let segment = Segment(Self.grid(path.entry, g), Self.grid(path.tip, g))
        let all = vessels.centres.map { (centre: $0, distance: segment.distance(to: $0)) }
        centres = all.filter { $0.distance < reach + length(g.spacing) }
            .sorted {
                ($0.distance, $0.centre.z, $0.centre.y, $0.centre.x) < (
                    $1.distance, $1.centre.z, $1.centre.y, $1.centre.x
                )
            }
            .map(\.centre)
    }

    private static func grid(_ p: Point<CT>, _ g: GridGeometry) -> Vector3 { g.gridPoint(p).coordinates * g.spacing }

    private struct Segment {
        let start, way: Vector3
        private let scale: Double

        init(_ a: Vector3, _ b: Vector3) {
            (start, way) = (a, b - a)
            scale = 1 / max(dot(b - a, b - a), 1e-12)
        }

        func place(_ t: Double) -> Vector3 { start + way * t }
        func nearest(to p: Vector3) -> Double { (dot(p - start, way) * scale).clamped(to: 0...1) }
        func distance(to p: Vector3) -> Double { length(p - place(nearest(to: p))) }
    }

    private func outside(_ p: Vector3, _ centre: Vector3) -> Double {
        let away = p - centre
        return length(pointwiseMax(pointwiseMax(away, -away) - half, .zero))
    }

    /// Where along a segment a box is nearest: the distance to a convex body is convex, and its least lies within a box's
    /// half diagonal of where the centre is nearest.
    private func nearest(_ s: Segment, _ centre: Vector3) -> (at: Double, distance: Double) {
        let (middle, reach) = (s.nearest(to: centre), length(half) / max(length(s.way), 1e-9))
        var (low, high) = (max(middle - reach, 0), min(middle + reach, 1))
        for _ in 0..<18 {
            let (m, n) = (low + (high - low) / 3, high - (high - low) / 3)
            if outside(s.place(m), centre) <= outside(s.place(n), centre) { high = n } else { low = m }
        }
        let at = (low + high) / 2
        return (at, outside(s.place(at), centre))
    }

    /// From a displaced axis to the nearest voxel, mm; `limit` where none is nearer than that.
    private func distance(_ s: Segment, within limit: Double) -> Double {
        let reach = length(half)
        var best = limit
        for centre in centres {
            let middle = s.distance(to: centre)
            if middle - reach >= best { continue }
            best = min(best, nearest(s, centre).distance)
            if best <= 0 { return 0 }
        }
        return best
    }

    /// Where the planned path comes nearest to a vessel; `nil` where none is within reach.
    var nearest: Place? {
        let s = Segment(Self.grid(path.entry, geometry), Self.grid(path.tip, geometry))
        var (best, found): (Double, (at: Double, centre: Vector3)?) = (.infinity, nil)
        for centre in centres where s.distance(to: centre) - length(half) < best {
            let here = nearest(s, centre)
            if here.distance < best { (best, found) = (here.distance, (here.at, centre)) }
        }
        guard let found else { return nil }
        let point = path.entry + (path.tip - path.entry) * found.at
        let box = geometry.point(GridPoint(found.centre / geometry.spacing))
        return (box - point).direction.map { Place(point: point, outwards: $0) }
    }

    /// - Parameter placements: of the instrument, and of the vessels' walls: a positive border is a thicker vessel.
    func clearance(_ placements: PlacementSamples, margin: Double) -> PathClearance {
        let distances = zip(placements.changes, placements.boundaries).map { change, border -> Double in
            let segment = Segment(
                Self.grid(change.applied(to: path.entry), geometry), Self.grid(change.applied(to: path.tip), geometry))
            let taken = path.radius + border
            return distance(segment, within: PathClearance.horizon + taken) - taken
        }
        let sorted = distances.sorted()
        let count = Double(max(distances.count, 1))
        return PathClearance(
            probabilityOfMargin: Double(distances.count { $0 >= margin }) / count,
            probabilityOfNone: Double(distances.count { $0 > 0 }) / count,
            distance95: max(sorted.isEmpty ? 0 : sorted[Int(0.05 * count)], 0), margin: margin)
    }
}
