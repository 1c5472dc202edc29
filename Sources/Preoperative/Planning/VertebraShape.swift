import Frames
import Imaging
import Meshing

/// One vertebra's voxels, checked, with the distances to them and to the surface that the image shows between them.
struct VertebraShape: Sendable {
    let level: AnatomicalLabel
    /// 1 where the vertebra is, in a crop of the labels' grid.
    let mask: LabelVolume
    /// The same without S1's floor: all of the bone.
    let bone: LabelVolume
    /// Where the bone ends between the voxels; `nil` where voxels are enough.
    let boneSurface: BoneSurface?
    /// From that surface, negative within the bone.
    let field: SampledDistance
    /// From the faces of the label's voxels, negative within.
    let labelField: SignedDistanceField
    /// How far the surface may be from the label's, mm.
    let apart: Double
    /// Mean of the voxels' centres.
    let centroid: Point<CT>
    /// Centres of the voxels that have a face to the outside, mm in the CT.
    let surface: [Vector3]
    /// The bone's extent along any direction is below this, mm.
    let reach: Double

    /// More than this share outside the largest piece is no vertebra in one piece.
    static let largestLooseShare = 0.05
    static let fewestVoxels = 200

    /// - Parameters:
    ///   - floor: only the part of the bone above this plane shows the vertebra's shape (S1 in a sacrum); depths
    ///   count in all of it.
    /// - Throws: `PlanningError.vertebra` (`.labelMissing`, `.cutByImageEdge`, `.inPieces`, `.tooFewVoxels`), `.distance`.
    ///   - isRough: the label's voxels are enough, as for a neighbour that is only looked at.
    ///   - ct: shows where the bone ends between voxels; `nil` leaves it to the labels.
    init(
        _ level: AnatomicalLabel, in labels: LabelVolume, ct: Volume<Int16>? = nil, _ survey: LabelSurvey,
        floor: (p: Vector3, up: Vector3)? = nil, isRough: Bool = false
    ) throws(PlanningError) {
        guard let entry = survey[level], let region = survey.region(of: level, margin: 0.01) else {
            throw .vertebra(level, .labelMissing)
        }
        let (a, b, size) = (entry.lower, entry.upper, labels.size)
        guard a.x > 0, a.y > 0, a.z > 0, b.x < size.x - 1, b.y < size.y - 1, b.z < size.z - 1 else {
            throw .vertebra(level, .cutByImageEdge)
        }
        let pieces = ConnectedPieces(of: labels.mask(of: level, in: region))
        guard pieces.largestCount >= Self.fewestVoxels else {
            throw .vertebra(level, .tooFewVoxels(pieces.largestCount))
        }
        let loose = 1 - Double(pieces.largestCount) / Double(pieces.count)
        guard loose <= Self.largestLooseShare else { throw .vertebra(level, .inPieces(outsideLargest: loose)) }
        do throws(MeshingError) {
            labelField = try SignedDistanceField(
                of: [Self.inside], in: pieces.largest, margin: 4, finestStep: Self.finestStep)
            boneSurface =
                isRough
                ? nil : try BoneSurface(of: level, in: Self.surroundings(level, pieces.largest, labels, survey), ct: ct)
        } catch {
            throw .distance(error)
        }
        apart = 1.5 * labels.geometry.spacing.max()
        field = SampledDistance(of: boneSurface?.tree, near: labelField, reach: apart)
        let shown = floor.map { Self.part(of: pieces.largest, above: $0.p, $0.up) }
        self.level = level
        bone = pieces.largest
        mask = shown?.mask ?? pieces.largest
        centroid = shown?.centroid ?? pieces.centroid
        surface = Self.surface(of: mask)
        let g = mask.geometry
        reach = length(Vector3(Double(g.size.x), Double(g.size.y), Double(g.size.z)) * g.spacing)
    }

    static let inside = AnatomicalLabel(1)
    static let finestStep = 1.05

    /// The labels round a vertebra, its loose pieces left out.
    private static func surroundings(
        _ level: AnatomicalLabel, _ bone: LabelVolume, _ labels: LabelVolume, _ survey: LabelSurvey
    ) -> LabelVolume {
        guard let inner = survey.region(of: level, margin: 0.01), let outer = survey.region(of: level, margin: 6) else {
            return labels
        }
        var part = labels.cropped(to: outer)
        let shift = (inner.lower.x - outer.lower.x, inner.lower.y - outer.lower.y, inner.lower.z - outer.lower.z)
        let (n, wide) = (bone.size, part.size)
        part.withMutableVoxels { v in
            for i in v.indices where v[i] == level.number { v[i] = 0 }
            bone.withVoxels { own in
                for i in own.indices where own[i] != 0 {
                    let (row, x) = i.quotientAndRemainder(dividingBy: n.x)
                    let (z, y) = row.quotientAndRemainder(dividingBy: n.y)
                    v[((z + shift.2) * wide.y + y + shift.1) * wide.x + x + shift.0] = level.number
                }
            }
        }
        return part
    }

    private static func part(
        of mask: LabelVolume, above p: Vector3, _ up: Vector3
    ) -> (mask: LabelVolume, centroid: Point<CT>) {
        var kept = mask
        var (sum, count) = (Vector3.zero, 0.0)
        for i in mask.voxels.indices where mask.voxels[i] != 0 {
            let at = mask.geometry.index(offset: i)
            let q = mask.geometry.point(at).coordinates
            if dot(q - p, up) < 0 { kept[at] = 0 } else { (sum, count) = (sum + q, count + 1) }
        }
        return (kept, Point(sum / max(count, 1)))
    }

    private static func surface(of mask: LabelVolume) -> [Vector3] {
        let g = mask.geometry
        let (dx, dy, dz) = (1, g.size.x, g.size.x * g.size.y)
        return mask.withVoxels { v in
            v.indices.compactMap { i in
                // The crop leaves an empty border, or the voxel is at the crop's own edge and counts as surface.
                guard v[i] != 0 else { return nil }
                let inner = [i - dx, i + dx, i - dy, i + dy, i - dz, i + dz].allSatisfy {
                    v.indices.contains($0) && v[$0] != 0
                }
                return inner ? nil : g.point(g.index(offset: i)).coordinates
            }
        }
    }

    /// How deep within the bone `p` lies, mm; negative outside.
    @inline(__always) func depth(_ p: Point<CT>) -> Double { -field.distance(at: p) }

    /// The lesser of the depths within the bone's surface and within the label's voxels: a search that keeps to both
    /// needs no luck with the stairs of another label map.
    ///
    /// - Parameter enough: depths above this need not be exact, mm; the label is not asked where the surface lies so deep
    /// that it cannot be less.
    @inline(__always) func safeDepth(_ p: Point<CT>, below enough: Double = .infinity) -> Double {
        let depth = depth(p)
        return depth > enough + apart ? depth : min(depth, -labelField.distance(at: p))
    }

    /// The first place on the ray from `p`, which lies in bone, where bone ends; `limit` where it does not.
    ///
    /// - Returns: mm along `direction`.
    func wayOut(from p: Point<CT>, along direction: Vector3, limit: Double, step: Double = 0.5) -> Double {
        var before = depth(p)
        guard before > 0 else { return 0 }
        var way = 0.0
        while way < limit {
            // A step can never be longer than the depth without passing the surface.
            let next = min(way + max(step, before * 0.8), limit)
            let now = depth(Point(p.coordinates + direction * next))
            if now <= 0 { return way + (next - way) * before / max(before - now, 1e-9) }
            (way, before) = (next, now)
        }
        return limit
    }
}

/// The pieces of a mask, voxels that share at least a corner being one.
struct ConnectedPieces {
    /// Voxels of the mask, and of its largest piece.
    private(set) var count = 0
    private(set) var largestCount = 0
    let largest: LabelVolume
    let centroid: Point<CT>

    init(of mask: LabelVolume) {
        let size = mask.size
        var piece = [Int32](repeating: 0, count: size.count)
        var (best, pieces) = (Int32(0), Int32(0))
        for start in mask.voxels.indices where mask.voxels[start] != 0 && piece[start] == 0 {
            pieces += 1
            let found = Self.flood(from: start, mask: mask, mark: pieces, piece: &piece)
            count += found
            if found > largestCount { (largestCount, best) = (found, pieces) }
        }
        var sum = Vector3.zero
        var voxels = [UInt8](repeating: 0, count: size.count)
        for i in voxels.indices where best != 0 && piece[i] == best {
            voxels[i] = 1
            let at = mask.geometry.index(offset: i)
            sum += Vector3(Double(at.x), Double(at.y), Double(at.z))
        }
        largest = LabelVolume(geometry: mask.geometry, voxels: voxels)
        centroid = mask.geometry.point(GridPoint(sum / Double(max(largestCount, 1))))
    }

    private static func flood(from start: Int, mask: LabelVolume, mark: Int32, piece: inout [Int32]) -> Int {
        let g = mask.geometry
        var open = [start]
        var found = 0
        piece[start] = mark
        while let at = open.popLast() {
            found += 1
            let i = g.index(offset: at)
            for z in max(i.z - 1, 0)...min(i.z + 1, g.size.z - 1) {
                for y in max(i.y - 1, 0)...min(i.y + 1, g.size.y - 1) {
                    for x in max(i.x - 1, 0)...min(i.x + 1, g.size.x - 1) {
                        let to = g.offset(VoxelIndex(x, y, z))
                        if mask.voxels[to] != 0, piece[to] == 0 {
                            piece[to] = mark
                            open.append(to)
                        }
                    }
                }
            }
        }
        return found
    }
}
