import Frames
import Glibc
import Imaging

/// Takes back what linear interpolation between slices does to the place of an edge.
///
/// A slice shows the mean over its own thickness. Between a slice that an edge cuts and its neighbour that it does not
/// reach, interpolated values pass a level up to 0.08 of the slices' distance beside where the mean over a slice moved
/// along with the line would pass it. The edge is taken for a plane, and a slice for as thick as slices are apart.
struct SlicePhase: Sendable {
    private let axis: Int
    /// Across the slices.
    let direction: Vector3
    private let spacing: Double

    /// Full width of a box that blurs as much as the scanner within a slice, mm (1 mm at half maximum).
    static let blurWithin = 1.47
    /// Shares of an edge's height for which its ramp stands, whatever shell the bone has.
    static let levels = 0.15...0.85
    /// From a shell to what is solid as far as the blur reaches, in brightness against dense bone.
    static let shell = 0.7...1.0

    init(_ grid: GridGeometry) {
        let s = grid.spacing
        axis = (0..<3).max { s[$0] < s[$1] } ?? 2
        let columns = grid.direction.columns
        direction = [columns.0, columns.1, columns.2][axis]
        spacing = s[axis]
    }

    /// An edge's level and the brightness of its border, as shares of the step from outside to dense bone.
    struct Height {
        let level, fullness: Double
    }

    /// How much further out an edge lies than where interpolated values pass its level, mm.
    ///
    /// - Parameters: as `correction` and `bulge` have them.
    func shift(at place: Vector3, normal: Vector3, curvature: Double, _ height: Height) -> Double {
        correction(at: place, normal: normal, level: height.level)
            + bulge(at: place, normal: normal, curvature: curvature, fullness: height.fullness)
    }

    /// How much further out than where interpolated values pass a level the edge shows that level itself, mm.
    ///
    /// - Parameters:
    ///   - place: where they pass it, in coordinates of the grid.
    ///   - normal: outwards, of length 1.
    ///   - level: as a share of the step from outside to dense bone.
    func correction(at place: Vector3, normal: Vector3, level: Double) -> Double {
        let across = dot(normal, direction)
        let apart = spacing * abs(across)
        let ramp = (apart * apart + Self.blurWithin * Self.blurWithin * (1 - across * across)).squareRoot()
        let part = place[axis] - place[axis].rounded(.down)
        let share = min(max(level, Self.levels.lowerBound), Self.levels.upperBound)
        let outer = across > 0 ? part : 1 - part
        guard let inner = Self.innerSlice(outer: outer, apart: apart, ramp: ramp, level: share) else { return 0 }
        return ramp * (0.5 - share) - inner - outer * apart
    }

    /// How much further out than its blurred image a curved surface lies, mm: half the blur's variance along the surface,
    /// times its curvature there (the second order of a Gaussian's or a box's blur of a half-space).
    ///
    /// - Parameters:
    ///   - curvature: across the slices, of the surface, 1/mm, positive where the body bulges.
    ///   - fullness: how bright the border is against dense bone; a thin shell is no half-space, and its level allows
    ///     for that already.
    func bulge(at place: Vector3, normal: Vector3, curvature: Double, fullness: Double) -> Double {
        let solid = min(max((fullness - Self.shell.lowerBound) / (Self.shell.upperBound - Self.shell.lowerBound), 0), 1)
        let across = dot(normal, direction)
        let part = place[axis] - place[axis].rounded(.down)
        let variance = spacing * spacing * (1.0 / 12 + part * (1 - part))
        return 0.5 * solid * variance * (1 - across * across) * curvature
    }

    /// Where the inner slice lies beyond the edge, mm, if values `outer` of the way to the next one pass the level.
    ///
    /// Solves (1 − outer) · r(a) + outer · r(a + apart) = level for a, where r falls from 1 to 0 over `ramp`.
    static func innerSlice(outer: Double, apart: Double, ramp: Double, level: Double) -> Double? {
        func value(_ a: Double) -> Double {
            func r(_ d: Double) -> Double { min(max(0.5 - d / ramp, 0), 1) }
            return (1 - outer) * r(a) + outer * r(a + apart)
        }
        let half = ramp / 2
        var (from, above) = (-half - apart, 1.0)
        for to in [min(-half, half - apart), max(-half, half - apart), half] {
            let below = value(to)
            if below <= level, above > below { return from + (to - from) * (above - level) / (above - below) }
            (from, above) = (to, below)
        }
        return nil
    }
}
