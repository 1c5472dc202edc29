import Frames
import Glibc
import Imaging

/// The hole of a neck vertebra's transverse process through which the vertebral artery runs, found from the bone alone.
public struct TransverseForamen: Equatable, Sendable {
    /// The hole's middle, at the height of the body's.
    public let centre: Point<CT>
    /// Towards the head.
    public let axis: Direction<CT>
    /// Of a circle of the hole's area, mm.
    public let radius: Double
    /// How far above and below the middle the artery is kept clear of, mm.
    let reach: Double

    /// From a screw to the artery's hole, mm; negative within it.
    func clearance(of screw: ScrewCylinder) -> Double {
        let steps = max(Int(screw.length / 0.25), 1)
        let least = (0...steps).reduce(Double.infinity) { least, i in
            let way = screw.point(at: screw.length * Double(i) / Double(steps)) - centre
            let up = way.along(axis)
            let beside = (way - axis * up).length
            let beyond = max(abs(up) - reach, 0)
            return min(least, (beside * beside + beyond * beyond).squareRoot())
        }
        return least - radius - screw.radius
    }

    private static let cell = 0.5
    private static let areas = 5.0...90.0

    /// The largest hole that the bone's shadow along the vertebra's Z shows beside the body; `nil` where none is closed.
    init?(_ side: Side, of shape: VertebraShape, body: VertebraBody, canalY: Double) {
        let X = body.X_CTVertebra
        let outer = body.halfWidth + 24
        let (low, high) = (SIMD2(-2.0, -body.front - 6), SIMD2(outer, canalY + 6))
        let (nx, ny) = (Int((high.x - low.x) / Self.cell), Int((high.y - low.y) / Self.cell))
        guard nx > 4, ny > 4, nx < 1000, ny < 1000 else { return nil }
        let half = (body.cranial.height - body.caudal.height) / 2
        var dark = [Bool](repeating: false, count: nx * ny)
        let g = shape.bone.geometry
        let spread = Int((g.spacing.max() * 0.35 / Self.cell).rounded())
        let toVertebra = X.inverse
        for i in shape.bone.voxels.indices where shape.bone.voxels[i] != 0 {
            let q = toVertebra * g.point(g.index(offset: i))
            guard abs(q.z) < half + 1 else { continue }
            let (u, w) = (
                Int(((q.x * side.sign - low.x) / Self.cell).rounded()), Int(((q.y - low.y) / Self.cell).rounded())
            )
            guard u >= -spread, w >= -spread, u < nx + spread, w < ny + spread else { continue }
            for y in max(w - spread, 0)..<min(w + spread + 1, ny) {
                for x in max(u - spread, 0)..<min(u + spread + 1, nx) { dark[y * nx + x] = true }
            }
        }
        guard let hole = Self.hole(dark, nx, ny, low, body, canalY) else { return nil }
        centre = X * Point(hole.at.x * side.sign, hole.at.y, 0)
        axis = X * Direction<Vertebra>.z
        radius = (hole.area / .pi).squareRoot()
        reach = half + 2
    }

    /// The largest light region that the border does not reach, beside the body and before the canal's back.
    private static func hole(
        _ dark: [Bool], _ nx: Int, _ ny: Int, _ low: SIMD2<Double>, _ body: VertebraBody, _ canalY: Double
    ) -> (at: SIMD2<Double>, area: Double)? {
        var seen = dark
        var best: (at: SIMD2<Double>, area: Double)?
        for start in dark.indices where !seen[start] {
            var (open, count, sum, border) = ([start], 0.0, SIMD2<Double>.zero, false)
            seen[start] = true
            while let at = open.popLast() {
                let (y, x) = at.quotientAndRemainder(dividingBy: nx)
                (count, sum) = (count + 1, sum + SIMD2(Double(x), Double(y)))
                if x == 0 || y == 0 || x == nx - 1 || y == ny - 1 { border = true; continue }
                for next in [at - 1, at + 1, at - nx, at + nx] where !seen[next] {
                    seen[next] = true
                    open.append(next)
                }
            }
            let (area, at) = (count * cell * cell, low + sum / count * cell)
            guard !border, areas.contains(area), at.x > body.halfWidth * 0.55, at.y < canalY else { continue }
            if area > best?.area ?? 0 { best = (at, area) }
        }
        return best
    }
}
