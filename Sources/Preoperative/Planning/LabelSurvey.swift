import Frames
import Imaging

/// Where each label of a map lies, from one pass over its voxels.
struct LabelSurvey: Sendable {
    struct Entry: Sendable {
        var count = 0
        /// The first voxel on each axis, and the last.
        var lower = VoxelIndex(.max, .max, .max)
        var upper = VoxelIndex(-1, -1, -1)
        var sum = Vector3.zero

        mutating func add(_ run: Range<Int>, y: Int, z: Int) {
            count += run.count
            lower = VoxelIndex(min(lower.x, run.lowerBound), min(lower.y, y), min(lower.z, z))
            upper = VoxelIndex(max(upper.x, run.upperBound - 1), max(upper.y, y), max(upper.z, z))
            let n = Double(run.count)
            sum += Vector3(Double(run.lowerBound + run.upperBound - 1) / 2, Double(y), Double(z)) * n
        }

        mutating func join(_ o: Entry) {
            guard o.count > 0 else { return }
            count += o.count
            lower = VoxelIndex(min(lower.x, o.lower.x), min(lower.y, o.lower.y), min(lower.z, o.lower.z))
            upper = VoxelIndex(max(upper.x, o.upper.x), max(upper.y, o.upper.y), max(upper.z, o.upper.z))
            sum += o.sum
        }
    }

    private let entries: [Entry]
    private let geometry: GridGeometry

    init(_ labels: LabelVolume) {
        let size = labels.size
        let slices = inParallel(size.z, nil) { z in labels.withVoxels { Self.slice($0, size, z) } }
        var all = [Entry](repeating: Entry(), count: 256)
        for slice in slices {
            for (number, entry) in slice { all[number].join(entry) }
        }
        (entries, geometry) = (all, labels.geometry)
    }

    private static func slice(_ v: UnsafeBufferPointer<UInt8>, _ size: GridSize, _ z: Int) -> [(Int, Entry)] {
        var found = [Entry](repeating: Entry(), count: 256)
        for y in 0..<size.y {
            let row = (z * size.y + y) * size.x
            var start = 0
            while start < size.x {
                let value = v[row + start]
                var end = start + 1
                while end < size.x, v[row + end] == value { end += 1 }
                if value != 0 { found[Int(value)].add(start..<end, y: y, z: z) }
                start = end
            }
        }
        return found.enumerated().filter { $1.count > 0 }.map { ($0, $1) }
    }

    /// `nil` where the map has no voxel of it.
    subscript(label: AnatomicalLabel) -> Entry? {
        let entry = entries[Int(label.number)]
        return entry.count > 0 ? entry : nil
    }

    func centroid(of label: AnatomicalLabel) -> Point<CT>? {
        self[label].map { geometry.point(GridPoint($0.sum / Double($0.count))) }
    }

    /// The voxels of `label`'s box and `margin` mm more, within the grid.
    func region(of label: AnatomicalLabel, margin: Double) -> VoxelRange? {
        guard let entry = self[label] else { return nil }
        let more = (Vector3(repeating: margin) / geometry.spacing).rounded(.up)
        let (x, y, z) = (Int(more.x), Int(more.y), Int(more.z))
        return VoxelRange(
            lower: VoxelIndex(max(entry.lower.x - x, 0), max(entry.lower.y - y, 0), max(entry.lower.z - z, 0)),
            size: GridSize(
                min(entry.upper.x + x + 1, geometry.size.x) - max(entry.lower.x - x, 0),
                min(entry.upper.y + y + 1, geometry.size.y) - max(entry.lower.y - y, 0),
                min(entry.upper.z + z + 1, geometry.size.z) - max(entry.lower.z - z, 0)))
    }
}

/// A block of voxels of a grid.
struct VoxelRange: Sendable {
    let lower: VoxelIndex
    let size: GridSize

    /// The block as a map of its own, 1 where `labels` has `label`.
    func mask(of label: AnatomicalLabel, in labels: LabelVolume) throws(ImagingError) -> LabelVolume {
        let source = labels.geometry
        let geometry = try GridGeometry(
            size: size, spacing: source.spacing, origin: source.point(lower), direction: source.direction)
        var voxels = [UInt8](repeating: 0, count: size.count)
        labels.withVoxels { v in
            for z in 0..<size.z {
                for y in 0..<size.y {
                    let from = source.offset(VoxelIndex(lower.x, lower.y + y, lower.z + z))
                    let to = (z * size.y + y) * size.x
                    for x in 0..<size.x where v[from + x] == label.number { voxels[to + x] = 1 }
                }
            }
        }
        return LabelVolume(geometry: geometry, voxels: voxels)
    }
}
