import Frames

/// The place of one voxel in a grid, counted from 0 along the grid's own axes.
@frozen public struct VoxelIndex: Hashable, Sendable {
    public var x, y, z: Int

    @inlinable public init(_ x: Int, _ y: Int, _ z: Int) {
        self.x = x
        self.y = y
        self.z = z
    }
}

/// Voxels along each axis of a grid.
@frozen public struct GridSize: Hashable, Sendable {
    public let x, y, z: Int

    @inlinable public init(_ x: Int, _ y: Int, _ z: Int) {
        self.x = x
        self.y = y
        self.z = z
    }

    @inlinable public var count: Int { x * y * z }

    @inlinable public func contains(_ i: VoxelIndex) -> Bool {
        i.x >= 0 && i.y >= 0 && i.z >= 0 && i.x < x && i.y < y && i.z < z
    }
}

/// A place between voxels: continuous indices, whole numbers at the centres of voxels.
@frozen public struct GridPoint: Equatable, Sendable {
    public var coordinates: Vector3

    @inlinable public init(_ coordinates: Vector3) { self.coordinates = coordinates }
}

/// Where a grid of voxels lies in the patient: the affine map between indices and CT coordinates.
///
/// The map is CT = origin + direction · (spacing ∘ index), with orthonormal `direction`. Its columns are the grid's axes
/// in CT coordinates; a file may bring them left-handed, which is a property of the grid and mirrors nothing.
public struct GridGeometry: Equatable, Sendable {
    public let size: GridSize
    /// Distance between the centres of neighbouring voxels along x, y and z, mm.
    public let spacing: Vector3
    /// The centre of voxel (0, 0, 0).
    public let origin: Point<CT>
    /// Unit vectors of the grid's axes in CT coordinates, as columns.
    public let direction: Matrix3
    @usableFromInline let toCT: Matrix3
    @usableFromInline let toGrid: Matrix3

    /// - Throws: `ImagingError.impossibleGeometry` where sizes or spacings are not positive and finite, or the axes are not
    ///   perpendicular unit vectors (to 1e-4, the accuracy of decimal strings in files); axes within that are made exact.
    public init(size: GridSize, spacing: Vector3, origin: Point<CT>, direction: Matrix3 = .identity)
        throws(ImagingError)
    {
        guard size.x > 0, size.y > 0, size.z > 0, size.x <= 65535, size.y <= 65535, size.z <= 65535 else {
            throw .impossibleGeometry("size \(size.x)×\(size.y)×\(size.z)")
        }
        guard spacing.isFinite, spacing.min() > 1e-6, spacing.max() < 1e4 else {
            throw .impossibleGeometry("spacing \(spacing.x)×\(spacing.y)×\(spacing.z) mm")
        }
        guard origin.isFinite, direction.isFinite else {
            throw .impossibleGeometry("origin or axes are not finite numbers")
        }
        let off = (direction.transposed * direction - .identity).largestMagnitude
        guard off < 1e-4 else { throw .impossibleGeometry("axes are not perpendicular unit vectors (off by \(off))") }
        let handed: Double = direction.determinant < 0 ? -1 : 1
        let exact = off < 1e-12 ? direction : Quaternion(direction * handed).matrix * handed
        self.size = size
        self.spacing = spacing
        self.origin = origin
        self.direction = exact
        toCT = exact * Matrix3(diagonal: spacing)
        toGrid = Matrix3(diagonal: Vector3(1, 1, 1) / spacing) * exact.transposed
    }

    /// From parts that another geometry has already checked.
    init(trusted size: GridSize, spacing: Vector3, origin: Point<CT>, direction: Matrix3) {
        self.size = size
        self.spacing = spacing
        self.origin = origin
        self.direction = direction
        toCT = direction * Matrix3(diagonal: spacing)
        toGrid = Matrix3(diagonal: Vector3(1, 1, 1) / spacing) * direction.transposed
    }

    /// Volume of one voxel, mm³.
    @inlinable public var voxelVolume: Double { spacing.x * spacing.y * spacing.z }

    @inlinable public func point(_ i: VoxelIndex) -> Point<CT> {
        point(GridPoint(Vector3(Double(i.x), Double(i.y), Double(i.z))))
    }
    @inlinable public func point(_ g: GridPoint) -> Point<CT> { Point(origin.coordinates + toCT * g.coordinates) }
    @inlinable public func gridPoint(_ p: Point<CT>) -> GridPoint {
        GridPoint(toGrid * (p.coordinates - origin.coordinates))
    }

    /// The voxel whose centre is nearest to `p`; it may lie outside the grid.
    @inlinable public func nearest(_ p: Point<CT>) -> VoxelIndex {
        let g = gridPoint(p).coordinates.rounded(.toNearestOrAwayFromZero).clamped(
            lowerBound: Vector3(repeating: -1e9), upperBound: Vector3(repeating: 1e9))
        return VoxelIndex(Int(g.x), Int(g.y), Int(g.z))
    }

    /// Position of a voxel in storage: x runs fastest, then y, then z.
    @inlinable public func offset(_ i: VoxelIndex) -> Int { (i.z * size.y + i.y) * size.x + i.x }

    @inlinable public func index(offset: Int) -> VoxelIndex {
        let (row, x) = offset.quotientAndRemainder(dividingBy: size.x)
        let (z, y) = row.quotientAndRemainder(dividingBy: size.y)
        return VoxelIndex(x, y, z)
    }

    /// The centre of the grid's box in CT coordinates.
    public var centre: Point<CT> {
        point(GridPoint(Vector3(Double(size.x - 1), Double(size.y - 1), Double(size.z - 1)) / 2))
    }

    /// Whether both grids have the same size and the same corners to `tolerance` mm.
    public func matches(_ other: GridGeometry, tolerance: Double = 0.01) -> Bool {
        guard size == other.size else { return false }
        return [0, size.x - 1].allSatisfy { x in
            [0, size.y - 1].allSatisfy { y in
                [0, size.z - 1].allSatisfy { z in
                    let i = VoxelIndex(x, y, z)
                    return point(i).distance(to: other.point(i)) <= tolerance
                }
            }
        }
    }
}
