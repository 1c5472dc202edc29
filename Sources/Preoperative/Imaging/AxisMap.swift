import Frames

/// A change of a grid's axes by permutation and flips alone: each voxel keeps its value and its place in the patient.
///
/// ```swift
/// let map = ct.geometry.canonicalAxes()
/// let labels = segment(ct.reoriented(by: map))          // axes nearest to left, posterior, superior
/// let onInput = labels.reoriented(by: map.inverse)      // exactly the input's grid
/// ```
public struct AxisMap: Equatable, Sendable {
    public let from: GridGeometry
    public let to: GridGeometry
    /// For each axis of `to`, the axis of `from` that runs along it.
    public let axes: [Int]
    /// For each axis of `to`, whether it runs against its axis of `from`.
    public let flipped: [Bool]

    public var inverse: AxisMap {
        let back = (0..<3).map { axis in axes.firstIndex(of: axis) ?? axis }
        return AxisMap(from: to, to: from, axes: back, flipped: back.map { flipped[$0] })
    }

    /// This map and then `next`, whose `from` is the same block of voxels as this map's `to`.
    public func followed(by next: AxisMap) -> AxisMap {
        AxisMap(
            from: from, to: next.to, axes: (0..<3).map { axes[next.axes[$0]] },
            flipped: (0..<3).map { flipped[next.axes[$0]] != next.flipped[$0] })
    }

    public var isIdentity: Bool { axes == [0, 1, 2] && !flipped.contains(true) }

    /// The voxel of `from` that is voxel `i` of `to`.
    public func source(_ i: VoxelIndex) -> VoxelIndex {
        let place = [i.x, i.y, i.z]
        let size = [to.size.x, to.size.y, to.size.z]
        var source = [0, 0, 0]
        for axis in 0..<3 { source[axes[axis]] = flipped[axis] ? size[axis] - 1 - place[axis] : place[axis] }
        return VoxelIndex(source[0], source[1], source[2])
    }
}

extension GridGeometry {
    /// The map to axes nearest to +L, +P and +S, whatever the handedness of this grid; the result is right-handed unless
    /// this grid is oblique beyond telling.
    public func canonicalAxes() -> AxisMap {
        let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]
        let fit = { (order: [Int]) in (0..<3).reduce(0.0) { $0 + abs(direction[$1, order[$1]]) } }
        // The first of equal ones wins, so that a grid at 45° is not turned without need.
        let axes = orders.reduce(orders[0]) { fit($1) > fit($0) + 1e-9 ? $1 : $0 }
        let flipped = (0..<3).map { direction[$0, axes[$0]] < 0 }
        return AxisMap(from: self, to: rearranged(axes, flipped), axes: axes, flipped: flipped)
    }

    private func rearranged(_ axes: [Int], _ flipped: [Bool]) -> GridGeometry {
        let sizes = [size.x, size.y, size.z]
        let column = { (i: Int) -> Vector3 in
            let old = Vector3(direction[0, axes[i]], direction[1, axes[i]], direction[2, axes[i]])
            return flipped[i] ? -old : old
        }
        var corner = [0, 0, 0]
        for i in 0..<3 where flipped[i] { corner[axes[i]] = sizes[axes[i]] - 1 }
        return GridGeometry(
            trusted: GridSize(sizes[axes[0]], sizes[axes[1]], sizes[axes[2]]),
            spacing: Vector3(spacing[axes[0]], spacing[axes[1]], spacing[axes[2]]),
            origin: point(VoxelIndex(corner[0], corner[1], corner[2])),
            direction: Matrix3(columns: column(0), column(1), column(2)))
    }
}

extension Volume {
    /// The same voxels along other axes. `map.from` is this volume's grid.
    public func reoriented(by map: AxisMap) -> Volume {
        precondition(map.from.size == size, "the axis map belongs to another grid")
        if map.isIdentity { return Volume(geometry: map.to, voxels: voxels) }
        let start = geometry.offset(map.source(VoxelIndex(0, 0, 0)))
        let step = [VoxelIndex(1, 0, 0), VoxelIndex(0, 1, 0), VoxelIndex(0, 0, 1)].map {
            geometry.offset(map.source($0)) - start
        }
        let to = map.to.size
        let moved = withVoxels { source in
            [Voxel](unsafeUninitializedCapacity: to.count) { buffer, filled in
                let (source, target) = (SharedReadBuffer(source), SharedBuffer(buffer))
                parallelFor(to.z) { z in
                    var offset = z * to.x * to.y
                    for y in 0..<to.y {
                        var from = start + z * step[2] + y * step[1]
                        for _ in 0..<to.x {
                            target[offset] = source[from]
                            offset += 1
                            from += step[0]
                        }
                    }
                }
                filled = to.count
            }
        }
        return Volume(geometry: map.to, voxels: moved)
    }
}
