import Frames
import Imaging

/// A box of voxels: from `lower` up to, and without, `upper`. It may reach beyond the grid.
public struct VoxelBox: Equatable, Sendable {
    public var lower: VoxelIndex
    public var upper: VoxelIndex

    public init(lower: VoxelIndex, upper: VoxelIndex) {
        self.lower = lower
        self.upper = upper
    }

    public var size: (x: Int, y: Int, z: Int) { (upper.x - lower.x, upper.y - lower.y, upper.z - lower.z) }
    public var isEmpty: Bool { size.x <= 0 || size.y <= 0 || size.z <= 0 }

    /// The box with at least `margin` mm more on every side.
    public func grown(by margin: Double, in geometry: GridGeometry) -> VoxelBox {
        let more = (Vector3(repeating: margin) / geometry.spacing).rounded(.up)
        return grown(byVoxels: VoxelIndex(Int(more.x), Int(more.y), Int(more.z)))
    }

    func grown(byVoxels n: VoxelIndex) -> VoxelBox {
        VoxelBox(
            lower: VoxelIndex(lower.x - n.x, lower.y - n.y, lower.z - n.z),
            upper: VoxelIndex(upper.x + n.x, upper.y + n.y, upper.z + n.z))
    }

    /// The part of the box that lies within a grid of this size.
    public func clipped(to size: GridSize) -> VoxelBox {
        VoxelBox(
            lower: VoxelIndex(max(lower.x, 0), max(lower.y, 0), max(lower.z, 0)),
            upper: VoxelIndex(min(upper.x, size.x), min(upper.y, size.y), min(upper.z, size.z)))
    }

    /// The smallest box round the given points, with `margin` mm more on every side; `nil` without points.
    public init?(around points: [Point<CT>], margin: Double, in geometry: GridGeometry) {
        guard let first = points.first else { return nil }
        var low = geometry.gridPoint(first).coordinates
        var high = low
        for p in points {
            let g = geometry.gridPoint(p).coordinates
            low = pointwiseMin(low, g)
            high = pointwiseMax(high, g)
        }
        guard low.isFinite, high.isFinite, max(abs(low.min()), abs(high.max())) < 1e6 else { return nil }
        let (a, b) = (low.rounded(.down), high.rounded(.up))
        self = VoxelBox(
            lower: VoxelIndex(Int(a.x), Int(a.y), Int(a.z)), upper: VoxelIndex(Int(b.x) + 1, Int(b.y) + 1, Int(b.z) + 1)
        ).grown(by: margin, in: geometry)
    }
}

extension Volume where Voxel == UInt8 {
    /// The smallest box with every voxel of these labels; `nil` where there is none.
    public func box(of labels: Set<AnatomicalLabel>) -> VoxelBox? {
        let wanted = labelTable(labels)
        let slices = [SliceExtent](unsafeUninitializedCapacity: size.z) { out, count in
            let shared = SharedBuffer(UnsafeMutableBufferPointer(rebasing: out[0..<size.z]))
            withVoxels { v in
                nonisolated(unsafe) let voxels = v
                parallelFor(size.z) { z in
                    let slice = UnsafeBufferPointer(
                        rebasing: voxels[(z * size.x * size.y)..<((z + 1) * size.x * size.y)])
                    (shared.pointer.baseAddress! + z).initialize(to: SliceExtent(slice, width: size.x, wanted: wanted))
                }
            }
            count = size.z
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
