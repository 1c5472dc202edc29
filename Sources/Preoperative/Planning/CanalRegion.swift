import Frames
import Glibc
import Imaging
import Meshing

/// The spinal canal at one vertebra as a region of space.
struct CanalRegion: Sendable {
    /// 1 in the canal: a crop of the label map, or a grid in the vertebra's axes.
    let mask: LabelVolume
    /// Negative within the canal.
    let field: SignedDistanceField

    /// The canal's label near the vertebra; `nil` where there is none.
    init?(labelled canal: AnatomicalLabel, in labels: LabelVolume, _ survey: LabelSurvey, near level: AnatomicalLabel) {
        guard survey[canal] != nil, let region = survey.region(of: level, margin: 6) else { return nil }
        self.init(mask: labels.mask(of: canal, in: region))
    }

    private init?(mask: LabelVolume) {
        guard let field = try? SignedDistanceField(of: [VertebraShape.inside], in: mask, margin: 6, finestStep: 0.75)
        else {
            return nil
        }
        self.mask = mask
        self.field = field
    }

    private static let rays = 48
    private static let widest = 16.0
    private static let step = 0.75

    /// The space that body and arch leave round the canal's line, section by section across it.
    ///
    /// A ray that meets no bone in its section (towards a foramen, or between laminae) ends where rays of the same
    /// direction end in the narrowest section, and no ray goes 3 mm beyond that.
    init?(of shape: VertebraShape, body: VertebraBody, line: CanalLine) {
        let X = body.X_CTVertebra
        let (z0, z1) = (body.caudal.height - 8, body.cranial.height + 8)
        let heights = Array(stride(from: z0, through: z1, by: Self.step))
        let centres = heights.map { h in
            X.inverse
                * Point<CT>(
                    line.crossing(planeThrough: (X * Point(0, 0, h)).coordinates, normal: X.rotation.matrix.columns.2))
        }
        let raw = centres.map { Self.outline(shape, X, $0) }
        let narrow = (0..<Self.rays).map { k in raw.compactMap { $0[k] }.min() ?? 8 }
        let outlines = raw.map { row in (0..<Self.rays).map { k in min(row[k] ?? narrow[k], narrow[k] + 3) } }
        let half = Int(Self.widest / Self.step)
        let middle = centres[centres.count / 2]
        let corner = Point<Vertebra>(
            middle.x - Double(half) * Self.step, middle.y - Double(half) * Self.step, z0)
        guard
            let geometry = try? GridGeometry(
                size: GridSize(2 * half + 1, 2 * half + 1, heights.count), spacing: Vector3(repeating: Self.step),
                origin: X * corner, direction: X.rotation.matrix)
        else { return nil }
        var mask = LabelVolume(geometry: geometry)
        for (iz, outline) in outlines.enumerated() {
            for iy in 0...(2 * half) {
                for ix in 0...(2 * half) {
                    let x = corner.x + Double(ix) * Self.step - centres[iz].x
                    let y = corner.y + Double(iy) * Self.step - centres[iz].y
                    let k = (atan2(y, x) / (2 * .pi) * Double(Self.rays)).rounded()
                    let ray = (Int(k) + Self.rays) % Self.rays
                    if x * x + y * y <= outline[ray] * outline[ray] { mask[VoxelIndex(ix, iy, iz)] = 1 }
                }
            }
        }
        self.init(mask: mask)
    }

    /// For each ray the way to the first bone; `nil` where there is none.
    private static func outline(_ shape: VertebraShape, _ X: Pose<CT, Vertebra>, _ c: Point<Vertebra>) -> [Double?] {
        (0..<rays).map { k in
            let turn = 2 * .pi * Double(k) / Double(rays)
            let along = Displacement<Vertebra>(cos(turn), sin(turn), 0)
            var way = 0.0
            while way < widest {
                let distance = shape.field.distance(at: X * (c + along * way))
                if distance <= 0.05 { return way }
                way += max(distance, 0.1)
            }
            return nil
        }
    }
}
