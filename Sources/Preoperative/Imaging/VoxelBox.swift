import Frames

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
        let n = VoxelIndex(Int(more.x), Int(more.y), Int(more.z))
        return VoxelBox(
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
