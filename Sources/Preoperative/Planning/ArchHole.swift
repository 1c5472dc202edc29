import Frames
import Imaging

/// The hole that a vertebra's arch shows when one looks along the spinal canal: the canal, found from the shape alone.
///
/// A ring of body, pedicles and laminae is rarely closed in any one slice, but the shadow of the whole vertebra along the
/// canal is a closed ring. The direction in which the shadow's hole is widest is the canal's.
struct ArchHole {
    /// Where the hole's centre line passes the vertebra's centroid plane.
    let centre: Point<CT>
    /// Unit vector along the canal, on the side of the given `up`.
    let axis: Vector3
    /// Area of the hole in the shadow, mm².
    let area: Double

    /// Below this no canal of a thoracic or lumbar vertebra is seen through, mm².
    static let smallestArea = 40.0

    /// Searches within 40° of `up`; `nil` where no direction shows a hole.
    init?(of shape: VertebraShape, near up: Vector3) {
        let side = perpendicular(to: up)
        let other = cross(up, side)
        func direction(_ p: [Double]) -> Vector3 { normalized(up + side * p[0] + other * p[1]) ?? up }
        func shadow(_ p: [Double], _ cell: Double) -> Shadow { Shadow(of: shape, along: direction(p), cell: cell) }
        var best: (p: [Double], area: Double) = ([0, 0], 0)
        for a in stride(from: -0.8, through: 0.8, by: 0.2) {
            for b in stride(from: -0.8, through: 0.8, by: 0.2) where a * a + b * b <= 0.7 {
                let area = shadow([a, b], 2.5).hole?.area ?? 0
                // Of equal holes, the one nearer to what was expected.
                let worth = area * (1 - 0.1 * (a * a + b * b))
                if worth > best.area { best = ([a, b], worth) }
            }
        }
        guard best.area > 0 else { return nil }
        let refined = PatternSearch(steps: [0.1, 0.1], halvings: 3).minimise(from: best.p) {
            -(shadow($0, 1.25).hole?.area ?? 0)
        }
        guard let hole = shadow(refined.parameters, 1.25).hole, hole.area >= Self.smallestArea else { return nil }
        (centre, axis, area) = (hole.centre, direction(refined.parameters), hole.area)
    }
}

/// A vertebra's shadow on the plane through its centroid across a direction.
private struct Shadow {
    let hole: (centre: Point<CT>, area: Double)?

    init(of shape: VertebraShape, along axis: Vector3, cell: Double) {
        let side = perpendicular(to: axis)
        let other = cross(axis, side)
        let half = Int((shape.reach / cell).rounded(.up))
        let n = 2 * half + 1
        var dark = [Bool](repeating: false, count: n * n)
        let g = shape.mask.geometry
        // Each voxel darkens the disc that it covers; a voxel's half diagonal closes gaps on oblique views.
        let spread = max(Int((g.spacing.max() * 0.5 / cell).rounded(.up)), 0)
        // A line that meets the bone meets its surface: the surface's shadow is the bone's.
        for q in shape.surface {
            let p = q - shape.centroid.coordinates
            let (u, w) = (Int((dot(p, side) / cell).rounded()) + half, Int((dot(p, other) / cell).rounded()) + half)
            for y in max(w - spread, 0)...max(min(w + spread, n - 1), 0) {
                for x in max(u - spread, 0)...max(min(u + spread, n - 1), 0) { dark[y * n + x] = true }
            }
        }
        hole = Self.largestHole(dark, n).map { found in
            let (u, w) = ((found.x - Double(half)) * cell, (found.y - Double(half)) * cell)
            return (Point(shape.centroid.coordinates + side * u + other * w), found.cells * cell * cell)
        }
    }

    /// The largest light region that the border does not reach: its mean cell and its number of cells.
    private static func largestHole(_ dark: [Bool], _ n: Int) -> (x: Double, y: Double, cells: Double)? {
        var seen = dark
        var best: (x: Double, y: Double, cells: Double)?
        for start in dark.indices where !seen[start] {
            var (open, cells, x, y, border) = ([start], 0.0, 0.0, 0.0, false)
            seen[start] = true
            while let at = open.popLast() {
                let (cy, cx) = at.quotientAndRemainder(dividingBy: n)
                (cells, x, y) = (cells + 1, x + Double(cx), y + Double(cy))
                if cx == 0 || cy == 0 || cx == n - 1 || cy == n - 1 { border = true; continue }
                for next in [at - 1, at + 1, at - n, at + n] where !seen[next] {
                    seen[next] = true
                    open.append(next)
                }
            }
            if !border, cells > best?.cells ?? 0 { best = (x / cells, y / cells, cells) }
        }
        return best
    }
}
