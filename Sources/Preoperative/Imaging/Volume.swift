import Frames

/// A scalar that a voxel can hold.
public protocol VoxelScalar: Equatable, Sendable, BitwiseCopyable {
    static var zero: Self { get }
    var asDouble: Double { get }
}

extension Int16: VoxelScalar { @inlinable public var asDouble: Double { Double(self) } }
extension UInt8: VoxelScalar { @inlinable public var asDouble: Double { Double(self) } }
extension Float: VoxelScalar { @inlinable public var asDouble: Double { Double(self) } }
extension Double: VoxelScalar { @inlinable public var asDouble: Double { self } }

/// A grid of values in the patient. A CT is `Volume<Int16>` in HU; labels are `LabelVolume`.
///
/// Storage is one array, x fastest, then y, then z. Kernels take its buffer with `withVoxels`; everything else indexes it.
public struct Volume<Voxel: VoxelScalar>: Equatable, Sendable {
    public let geometry: GridGeometry
    public private(set) var voxels: [Voxel]

    /// - Precondition: `voxels.count == geometry.size.count`; readers check it before they come here.
    public init(geometry: GridGeometry, voxels: [Voxel]) {
        precondition(voxels.count == geometry.size.count, "a volume needs one value a voxel")
        self.geometry = geometry
        self.voxels = voxels
    }

    public init(geometry: GridGeometry, filledWith value: Voxel = .zero) {
        self.geometry = geometry
        voxels = Array(repeating: value, count: geometry.size.count)
    }

    @inlinable public var size: GridSize { geometry.size }

    public subscript(i: VoxelIndex) -> Voxel {
        get { voxels[geometry.offset(i)] }
        set { voxels[geometry.offset(i)] = newValue }
    }

    @inlinable public func withVoxels<R>(_ body: (UnsafeBufferPointer<Voxel>) throws -> R) rethrows -> R {
        try voxels.withUnsafeBufferPointer(body)
    }

    public mutating func withMutableVoxels<R>(_ body: (UnsafeMutableBufferPointer<Voxel>) throws -> R) rethrows -> R {
        try voxels.withUnsafeMutableBufferPointer { try body($0) }
    }

    /// Trilinear interpolation at `p`; `nil` outside the box of voxel centres.
    @inlinable public func interpolated(at p: Point<CT>) -> Double? {
        let g = geometry.gridPoint(p).coordinates
        let (nx, ny, nz) = (size.x, size.y, size.z)
        let last = Vector3(Double(nx - 1), Double(ny - 1), Double(nz - 1))
        guard g.x >= 0, g.y >= 0, g.z >= 0, g.x <= last.x, g.y <= last.y, g.z <= last.z else { return nil }
        let (x, y, z) = (min(Int(g.x), max(nx - 2, 0)), min(Int(g.y), max(ny - 2, 0)), min(Int(g.z), max(nz - 2, 0)))
        let (fx, fy, fz) = (g.x - Double(x), g.y - Double(y), g.z - Double(z))
        let (dx, dy, dz) = (nx > 1 ? 1 : 0, ny > 1 ? nx : 0, nz > 1 ? nx * ny : 0)
        let base = (z * ny + y) * nx + x
        return withVoxels { v in
            func row(_ o: Int) -> Double { v[o].asDouble * (1 - fx) + v[o + dx].asDouble * fx }
            let near = row(base) * (1 - fy) + row(base + dy) * fy
            let far = row(base + dz) * (1 - fy) + row(base + dz + dy) * fy
            return near * (1 - fz) + far * fz
        }
    }
}
