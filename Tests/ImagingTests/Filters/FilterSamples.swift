import Frames
import Imaging

/// Random grids for kernels, of sizes that leave rests of every kind.
enum FilterSamples {
    static let sizes = [
        GridSize(1, 1, 1), GridSize(7, 1, 3), GridSize(1, 9, 2), GridSize(64, 3, 3), GridSize(65, 5, 4),
        GridSize(130, 6, 5), GridSize(33, 21, 18),
    ]

    static func geometry(_ size: GridSize, _ spacing: Vector3 = Vector3(0.7, 0.9, 2)) throws -> GridGeometry {
        try GridGeometry(size: size, spacing: spacing, origin: .origin)
    }

    /// Each voxel set with probability `share`.
    static func mask(_ size: GridSize, share: Double, seed: UInt64) throws -> LabelVolume {
        var random = SeededGenerator(seed: seed)
        let voxels = (0..<size.count).map { _ in random.uniform() < share ? UInt8(1) : 0 }
        return LabelVolume(geometry: try geometry(size), voxels: voxels)
    }

    static func bits(_ mask: LabelVolume) -> BitGrid { BitGrid(mask, where: (0..<256).map { $0 == 1 }) }

    /// The place of a voxel, and the offset of another.
    static func places(_ size: GridSize) -> [VoxelIndex] {
        (0..<size.count).map { VoxelIndex($0 % size.x, $0 / size.x % size.y, $0 / size.x / size.y) }
    }
}
