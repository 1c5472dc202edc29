import Frames
import Imaging

/// The bone alone, in its own box.
struct ProjectedBone: Sendable {
    /// Attenuation beyond that of soft tissue, a mm.
    private(set) var values: [Float]
    private(set) var geometry: GridGeometry
    let centre: Point<CT>
    /// RMS distance of its voxels from its middle, mm.
    let radius: Double

    /// What soft tissue has, HU: the bone counts by what it has more.
    private static let softTissue: Float = 60

    init(_ ct: Volume<Int16>, _ labels: LabelVolume, _ bone: AnatomicalLabel) throws(RegistrationError) {
        let (low, geometry) = try Self.box(labels, bone, ct.geometry)
        let grid = ct.geometry
        var values = [Float](repeating: 0, count: geometry.size.count)
        var (sum, count) = (Vector3.zero, 0.0)
        var places: [Vector3] = []
        for i in values.indices {
            let at = geometry.index(offset: i)
            let from = grid.offset(VoxelIndex(at.x + low.x, at.y + low.y, at.z + low.z))
            guard labels.voxels[from] == bone.number else { continue }
            values[i] = max(Float(ct.voxels[from]) - Self.softTissue, 0) * 2e-5
            let p = geometry.point(at).coordinates
            (sum, count) = (sum + p, count + 1)
            if i % 7 == 0 { places.append(p) }
        }
        let middle = sum / max(count, 1)
        (self.values, self.geometry, centre) = (values, geometry, Point(middle))
        radius = max(
            (places.reduce(0) { $0 + squaredLength($1 - middle) } / Double(max(places.count, 1))).squareRoot(), 5)
    }

    /// The label's voxels, and two more on each side for the interpolation.
    private static func box(
        _ labels: LabelVolume, _ bone: AnatomicalLabel, _ grid: GridGeometry
    ) throws(RegistrationError) -> (low: VoxelIndex, grid: GridGeometry) {
        let size = labels.size
        var (low, high) = (SIMD3(Int.max, Int.max, Int.max), SIMD3(-1, -1, -1))
        for z in 0..<size.z {
            for y in 0..<size.y {
                let row = (z * size.y + y) * size.x
                for x in 0..<size.x where labels.voxels[row + x] == bone.number {
                    low = SIMD3(min(low.x, x), min(low.y, y), min(low.z, z))
                    high = SIMD3(max(high.x, x), max(high.y, y), max(high.z, z))
                }
            }
        }
        guard high.x >= 0 else { throw .noSuchLabel(bone) }
        let first = VoxelIndex(max(low.x - 2, 0), max(low.y - 2, 0), max(low.z - 2, 0))
        let last = SIMD3(min(high.x + 2, size.x - 1), min(high.y + 2, size.y - 1), min(high.z + 2, size.z - 1))
        let box = GridSize(last.x - first.x + 1, last.y - first.y + 1, last.z - first.z + 1)
        return (first, try Self.grid(box, grid.spacing, grid.point(first), like: grid))
    }

    private static func grid(
        _ size: GridSize, _ spacing: Vector3, _ origin: Point<CT>, like other: GridGeometry
    ) throws(RegistrationError) -> GridGeometry {
        do throws(ImagingError) {
            return try GridGeometry(size: size, spacing: spacing, origin: origin, direction: other.direction)
        } catch { throw .imaging(error) }
    }

    /// Eight voxels become one, their mean.
    func halved() throws(RegistrationError) -> ProjectedBone {
        let size = geometry.size
        let half = GridSize((size.x + 1) / 2, (size.y + 1) / 2, (size.z + 1) / 2)
        var means = [Float](repeating: 0, count: half.count)
        for z in 0..<size.z {
            for y in 0..<size.y {
                let (from, to) = ((z * size.y + y) * size.x, (z / 2 * half.y + y / 2) * half.x)
                for x in 0..<size.x { means[to + x / 2] += values[from + x] / 8 }
            }
        }
        var coarse = self
        // the middle of the first eight
        let first = geometry.point(VoxelIndex(0, 0, 0)).coordinates
        let second = geometry.point(VoxelIndex(1, 1, 1)).coordinates
        coarse.geometry = try Self.grid(half, geometry.spacing * 2, Point((first + second) / 2), like: geometry)
        coarse.values = means
        return coarse
    }
}
