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
        let slices = parallelMap(size.z) { z in labels.withVoxels { Self.slice($0, size, z) } }
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

    /// What stands at a place; `nil` beyond the map.
    func label(at p: Point<CT>, in labels: LabelVolume) -> AnatomicalLabel? {
        let i = labels.geometry.nearest(p)
        return p.isFinite && labels.size.contains(i) ? labels[label: i] : nil
    }

    func centroid(of label: AnatomicalLabel) -> Point<CT>? {
        self[label].map { geometry.point(GridPoint($0.sum / Double($0.count))) }
    }

    /// The voxels of `label`'s box and `margin` mm more, within the grid.
    func region(of label: AnatomicalLabel, margin: Double) -> VoxelBox? {
        guard let entry = self[label] else { return nil }
        let end = VoxelIndex(entry.upper.x + 1, entry.upper.y + 1, entry.upper.z + 1)
        return VoxelBox(lower: entry.lower, upper: end).grown(by: margin, in: geometry).clipped(to: geometry.size)
    }
}

extension Volume where Voxel == UInt8 {
    /// A part of a label map as a map of its own, 1 where it has `label`.
    func mask(of label: AnatomicalLabel, in box: VoxelBox) -> LabelVolume {
        let part = cropped(to: box)
        return part.withVoxels { v in
            LabelVolume(geometry: part.geometry, voxels: v.map { $0 == label.number ? 1 : 0 })
        }
    }
}
