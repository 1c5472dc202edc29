import Imaging

extension Volume where Voxel == UInt8 {
    /// The smallest box with every voxel of these labels; `nil` where there is none.
    public func box(of labels: Set<AnatomicalLabel>) -> VoxelBox? {
        let wanted = labelTable(labels)
        let slices = parallelMap(size.z) { z in
            withVoxels { voxels in
                let slice = UnsafeBufferPointer(rebasing: voxels[(z * size.x * size.y)..<((z + 1) * size.x * size.y)])
                return SliceExtent(slice, width: size.x, wanted: wanted)
            }
        }
        let filled = slices.indices.filter { slices[$0].count > 0 }
        guard let first = filled.first, let last = filled.last else { return nil }
        let parts = filled.map { slices[$0] }
        return VoxelBox(
            lower: VoxelIndex(parts.map(\.minX).min() ?? 0, parts.map(\.minY).min() ?? 0, first),
            upper: VoxelIndex((parts.map(\.maxX).max() ?? 0) + 1, (parts.map(\.maxY).max() ?? 0) + 1, last + 1))
    }
}

/// One flag for each of the 256 label numbers: whether it is wanted.
func labelTable(_ labels: Set<AnatomicalLabel>) -> [Bool] {
    var table = [Bool](repeating: false, count: 256)
    for label in labels { table[Int(label.number)] = true }
    return table
}

/// Where in one slice the wanted labels lie.
struct SliceExtent {
    var count = 0
    var minX = Int.max, maxX = -1, minY = Int.max, maxY = -1

    init(_ slice: UnsafeBufferPointer<UInt8>, width: Int, wanted: [Bool]) {
        wanted.withUnsafeBufferPointer { wanted in
            for y in 0..<(slice.count / width) {
                for x in 0..<width where wanted[Int(slice[y * width + x])] {
                    count += 1
                    minX = min(minX, x)
                    maxX = max(maxX, x)
                    minY = min(minY, y)
                    maxY = y
                }
            }
        }
    }
}
