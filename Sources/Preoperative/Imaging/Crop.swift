import Frames

/// A block of whole voxels, both corners included.
public struct VoxelBox: Equatable, Sendable {
    public let lower: VoxelIndex
    public let upper: VoxelIndex

    /// `nil` where a corner lies beyond its opposite.
    public init?(lower: VoxelIndex, upper: VoxelIndex) {
        guard lower.x <= upper.x, lower.y <= upper.y, lower.z <= upper.z else { return nil }
        self.lower = lower
        self.upper = upper
    }

    public var size: GridSize { GridSize(upper.x - lower.x + 1, upper.y - lower.y + 1, upper.z - lower.z + 1) }

    /// Grown by whole voxels that cover `margin` mm on every side, and cut to the grid; `nil` where nothing is left.
    public func grown(by margin: Double, in geometry: GridGeometry) -> VoxelBox? {
        let add = (Vector3(repeating: margin) / geometry.spacing).rounded(.up)
        let step = VoxelIndex(Int(add.x), Int(add.y), Int(add.z))
        return VoxelBox(
            lower: VoxelIndex(max(lower.x - step.x, 0), max(lower.y - step.y, 0), max(lower.z - step.z, 0)),
            upper: VoxelIndex(
                min(upper.x + step.x, geometry.size.x - 1), min(upper.y + step.y, geometry.size.y - 1),
                min(upper.z + step.z, geometry.size.z - 1)))
    }
}

extension GridGeometry {
    /// The part of this grid in `box`, which lies within it.
    public func cropped(to box: VoxelBox) -> GridGeometry {
        GridGeometry(trusted: box.size, spacing: spacing, origin: point(box.lower), direction: direction)
    }
}

extension Volume {
    /// The voxels in `box`, at their places in the patient.
    ///
    /// - Precondition: the box lies within the grid.
    public func cropped(to box: VoxelBox) -> Volume {
        precondition(size.contains(box.lower) && size.contains(box.upper), "the box leaves the grid")
        let part = box.size
        var kept: [Voxel] = []
        kept.reserveCapacity(part.count)
        withVoxels { source in
            for z in box.lower.z...box.upper.z {
                for y in box.lower.y...box.upper.y {
                    let start = geometry.offset(VoxelIndex(box.lower.x, y, z))
                    kept.append(contentsOf: source[start..<(start + part.x)])
                }
            }
        }
        return Volume(geometry: geometry.cropped(to: box), voxels: kept)
    }

    /// The smallest box that holds every voxel of which `isInside` is true; `nil` where none is.
    public func bounds(where isInside: (Voxel) -> Bool) -> VoxelBox? {
        var lower = VoxelIndex(Int.max, Int.max, Int.max)
        var upper = VoxelIndex(-1, -1, -1)
        withVoxels { source in
            var offset = 0
            for z in 0..<size.z {
                for y in 0..<size.y {
                    for x in 0..<size.x {
                        if isInside(source[offset]) {
                            lower = VoxelIndex(min(lower.x, x), min(lower.y, y), min(lower.z, z))
                            upper = VoxelIndex(max(upper.x, x), max(upper.y, y), max(upper.z, z))
                        }
                        offset += 1
                    }
                }
            }
        }
        return VoxelBox(lower: lower, upper: upper)
    }
}
