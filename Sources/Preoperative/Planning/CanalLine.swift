import Frames
import Imaging

/// The middle of the spinal canal at one vertebra, as a straight line.
struct CanalLine: Sendable {
    let point: Point<CT>
    /// Unit vector towards the head.
    let direction: Vector3
    /// Whether a canal label shows it; else the vertebra's own arch does.
    let fromLabel: Bool

    /// From the canal's label near `shape`: a line through the centroids of its sections across `up`.
    ///
    /// `nil` where fewer than ten sections of 1 mm hold some of it, or the line runs within the bone.
    init?(
        labelled canal: AnatomicalLabel, in labels: LabelVolume, _ survey: LabelSurvey, near shape: VertebraShape,
        up: Vector3
    ) {
        let g = labels.geometry
        guard survey[canal] != nil, let box = survey.region(of: shape.level, margin: 15) else { return nil }
        var moments = LineMoments()
        var heights: Set<Int> = []
        labels.withVoxels { v in
            for z in box.lower.z..<box.upper.z {
                for y in box.lower.y..<box.upper.y {
                    for x in box.lower.x..<box.upper.x
                    where v[(z * g.size.y + y) * g.size.x + x] == canal.number {
                        let p = g.point(VoxelIndex(x, y, z)).coordinates - shape.centroid.coordinates
                        let h = dot(p, up)
                        guard abs(h) <= 18 else { continue }
                        moments.add(height: h, p)
                        heights.insert(Int(h.rounded()))
                    }
                }
            }
        }
        let spacing = g.spacing.max()
        guard Double(heights.count) >= min(10, 30 / spacing), let line = moments.line,
            let along = normalized(line.slope)
        else { return nil }
        point = Point(shape.centroid.coordinates + line.mean)
        direction = dot(along, up) < 0 ? -along : along
        fromLabel = true
        guard shape.depth(point) < 0 else { return nil }
    }

    /// From the hole of the vertebra's arch.
    init(_ hole: ArchHole) {
        (point, direction, fromLabel) = (hole.centre, hole.axis, false)
    }

    /// Where the line passes the plane through `p` across `normal`.
    func crossing(planeThrough p: Vector3, normal: Vector3) -> Vector3 {
        let slope = dot(direction, normal)
        guard abs(slope) > 0.1 else { return point.coordinates }
        return point.coordinates + direction * (dot(p - point.coordinates, normal) / slope)
    }
}

/// The regression of places on their heights.
private struct LineMoments {
    var (count, height, heightSquared) = (0.0, 0.0, 0.0)
    var (place, product) = (Vector3.zero, Vector3.zero)

    mutating func add(height h: Double, _ p: Vector3) {
        count += 1
        height += h
        heightSquared += h * h
        place += p
        product += p * h
    }

    /// The mean place, and the place's change by mm of height.
    var line: (mean: Vector3, slope: Vector3)? {
        let spread = heightSquared - height * height / max(count, 1)
        guard count > 0, spread > 1 else { return nil }
        return (place / count, (product - place * (height / count)) / spread)
    }
}
