import Frames
import Imaging

/// The skull's outer surface as seen from a place within: for each direction where bone ends for the last time.
struct SkullSurface: Sendable {
    let centre: Point<CT>
    private let radii: [Float]
    /// The same as places about the centre.
    private let places: [Vector3]

    /// Cells along each edge of the six faces of a cube about the centre: 0.7°.
    private static let cells = 128
    /// The normal is that of the surface within so many mm: more than a step of the voxels' stairs is wide on a vault.
    static let patch = 12.0
    private static let farthest = 200.0

    /// `nil` where the labels have no skull.
    init?(_ labels: LabelVolume, _ survey: LabelSurvey) {
        guard let middle = survey.centroid(of: .intracranial) ?? survey.centroid(of: .skull) else { return nil }
        guard survey[.skull] != nil else { return nil }
        centre = middle
        let n = Self.cells
        radii = parallelMap(6 * n) { row -> [Float] in
            (0..<n).map { Float(Self.radius(DirectionCells.direction(face: row / n, row % n, $0, n), middle, labels)) }
        }.flatMap { $0 }
        let radii = radii
        places = parallelMap(6 * n) { row in
            (0..<n).map { DirectionCells.direction(face: row / n, row % n, $0, n) * Double(radii[row * n + $0]) }
        }.flatMap { $0 }
    }

    /// The way out to the end of the last bone; 0 where there is none.
    private static func radius(_ direction: Vector3, _ centre: Point<CT>, _ labels: LabelVolume) -> Double {
        let g = labels.geometry
        let start = g.gridPoint(centre).coordinates
        let slope = g.gridPoint(Point(centre.coordinates + direction)).coordinates - start
        let size = labels.size
        let step = g.spacing.min() * 0.7
        let skull = AnatomicalLabel.skull.number
        return labels.withVoxels { voxels in
            func isSkull(_ s: Double) -> Bool {
                size.offset(nearest: start + slope * s).map { voxels[$0] == skull } ?? false
            }
            var s = farthest
            while s > 0, !isSkull(s) { s -= step }
            guard s > 0 else { return 0 }
            var (inner, outer) = (s, s + step)
            for _ in 0..<5 {
                let middle = (inner + outer) / 2
                if isSkull(middle) { inner = middle } else { outer = middle }
            }
            return (inner + outer) / 2
        }
    }

    /// The surface's point in the cell of a direction; `nil` where there is no bone.
    func point(_ direction: Vector3) -> Vector3? {
        let (face, i, j) = DirectionCells.cell(of: direction, Self.cells)
        let cell = (face * Self.cells + i) * Self.cells + j
        return radii[cell] > 0 ? centre.coordinates + places[cell] : nil
    }

    /// How far out the surface lies in a direction, mm.
    func radius(_ direction: Vector3) -> Double {
        let (face, i, j) = DirectionCells.cell(of: direction, Self.cells)
        return Double(radii[(face * Self.cells + i) * Self.cells + j])
    }

    /// The outward normal where a path crosses: of a plane fitted to the surface about `p`, twice, the second time without
    /// what lies more than 1.6 mm off the first; `nil` where more than an eighth does: no vault is that rough.
    func normal(at p: Point<CT>) -> Vector3? {
        let out = p.coordinates - centre.coordinates
        guard let up = normalized(out) else { return nil }
        let (right, ahead) = (perpendicular(to: up), cross(up, perpendicular(to: up)))
        let distance = length(out)
        var (places, asked): ([Vector3], Int) = ([], 0)
        for i in -6...6 {
            for j in -6...6 where i * i + j * j <= 36 {
                asked += 1
                let aside = (right * Double(i) + ahead * Double(j)) * (Self.patch / 6)
                guard let q = normalized(up * distance + aside).flatMap(point) else { continue }
                let d = q - p.coordinates
                if length(d) < Self.patch * 1.6 { places.append(Vector3(dot(d, right), dot(d, ahead), dot(d, up))) }
            }
        }
        guard let first = Self.slopes(places) else { return nil }
        let kept = places.filter { abs($0.z - first.z - $0.x * first.x - $0.y * first.y) < 1.6 }
        guard places.count * 10 >= asked * 9, kept.count * 8 >= asked * 7 else { return nil }
        let best = Self.slopes(kept) ?? first
        return normalized(up - right * best.x - ahead * best.y)
    }

    /// z = c + a·x + b·y by least squares: (a, b, c).
    private static func slopes(_ places: [Vector3]) -> Vector3? {
        guard places.count >= 12 else { return nil }
        let mean = places.reduce(.zero, +) / Double(places.count)
        var (xx, xy, yy, xz, yz) = (0.0, 0.0, 0.0, 0.0, 0.0)
        for q in places {
            let d = q - mean
            (xx, xy, yy) = (xx + d.x * d.x, xy + d.x * d.y, yy + d.y * d.y)
            (xz, yz) = (xz + d.x * d.z, yz + d.y * d.z)
        }
        let determinant = xx * yy - xy * xy
        guard determinant > 1e-6 else { return nil }
        let (a, b) = ((xz * yy - yz * xy) / determinant, (yz * xx - xz * xy) / determinant)
        return Vector3(a, b, mean.z - a * mean.x - b * mean.y)
    }
}
