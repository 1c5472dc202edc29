extension GridGeometry {
    /// The part of this grid in `box`, which is not empty and lies within it.
    public func cropped(to box: VoxelBox) -> GridGeometry {
        let part = box.size
        return GridGeometry(
            trusted: GridSize(part.x, part.y, part.z), spacing: spacing, origin: point(box.lower), direction: direction)
    }
}

extension Volume {
    /// The voxels in `box`, at their places in the patient.
    ///
    /// - Precondition: the box is not empty and lies within the grid.
    public func cropped(to box: VoxelBox) -> Volume {
        precondition(!box.isEmpty && box.clipped(to: size) == box, "the box is empty or leaves the grid")
        let (part, whole) = (geometry.cropped(to: box), geometry)
        var kept: [Voxel] = []
        kept.reserveCapacity(part.size.count)
        withVoxels { source in
            for z in box.lower.z..<box.upper.z {
                for y in box.lower.y..<box.upper.y {
                    let start = whole.offset(VoxelIndex(box.lower.x, y, z))
                    kept.append(contentsOf: source[start..<(start + part.size.x)])
                }
            }
        }
        return Volume(geometry: part, voxels: kept)
    }
}
