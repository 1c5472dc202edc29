import Frames
import Imaging

/// Surfaces of labels and of level sets, closed, oriented and manifold.
///
/// ```swift
/// let bone = try SurfaceExtraction.surface(of: AnatomicalLabel(22), in: labels)
/// let skin = try SurfaceExtraction.isosurface(of: ct, at: -300)
/// ```
public enum SurfaceExtraction {
    /// Which side of a level is the solid.
    public enum Side: Sendable { case above, below }

    /// More samples than these are refused.
    public static let sampleLimit = 400_000_000

    /// The surface where the image crosses `level`; closed half a voxel beyond the last samples where the solid
    /// reaches them.
    ///
    /// - Parameter side: whether the solid has the values above the level (bone in a CT) or below (a signed distance).
    /// - Throws: `MeshingError.noSurface`, `.gridTooLarge`, `.meshTooLarge`.
    public static func isosurface<Voxel>(
        of volume: Volume<Voxel>, at level: Double, solid side: Side = .above, progress: ProgressReport? = nil
    ) throws(MeshingError) -> TriangleMesh {
        guard level.isFinite else { throw .impossibleParameter(name: "level", value: level) }
        let sign: Float = side == .above ? 1 : -1
        let all = VoxelBox(lower: VoxelIndex(0, 0, 0), upper: VoxelIndex(volume.size.x, volume.size.y, volume.size.z))
        let (field, size) = try paddedField(of: all, in: volume) { sign * Float($0.asDouble - level) }
        let surface = try CubeMarch(field: field, size: size, origin: Vector3(-1, -1, -1)).run(progress: progress)
        guard !surface.triangles.isEmpty else { throw .noSurface(level: level) }
        return place(surface, in: volume.geometry)
    }

    /// The surface of a function of place, sampled on a grid: where `value` is 0, the solid being where it is negative.
    ///
    /// - Parameter value: called from several threads; a signed distance gives the best vertices.
    /// - Throws: as `isosurface(of:at:)`.
    public static func isosurface(
        on geometry: GridGeometry, progress: ProgressReport? = nil, of value: @Sendable (Point<CT>) -> Double
    ) throws(MeshingError) -> TriangleMesh {
        guard geometry.size.count <= sampleLimit else {
            throw .gridTooLarge(samples: geometry.size.count, limit: sampleLimit)
        }
        var samples = [Float](repeating: 0, count: geometry.size.count)
        let layer = geometry.size.x * geometry.size.y
        samples.withUnsafeMutableBufferPointer { out in
            let out = SharedBuffer(out)
            parallelFor(geometry.size.z) { z in
                for i in (z * layer)..<((z + 1) * layer) {
                    out[i] = Float(value(geometry.point(geometry.index(offset: i))))
                }
                progress?(0.8 * Double(z + 1) / Double(geometry.size.z))
            }
        }
        return try isosurface(of: Volume(geometry: geometry, voxels: samples), at: 0, solid: .below)
    }

    /// Values of a box of voxels, with one layer of −∞ round it.
    static func paddedField<Voxel>(
        of box: VoxelBox, in volume: Volume<Voxel>, value: @Sendable (Voxel) -> Float
    ) throws(MeshingError) -> ([Float], GridSize) {
        let (w, h, d) = box.size
        let size = GridSize(w + 2, h + 2, d + 2)
        guard size.count <= sampleLimit else { throw .gridTooLarge(samples: size.count, limit: sampleLimit) }
        let source = volume.size
        var field = [Float](repeating: -.infinity, count: size.count)
        field.withUnsafeMutableBufferPointer { out in
            let out = SharedBuffer(out)
            volume.withVoxels { v in
                nonisolated(unsafe) let voxels = v
                parallelFor(d) { z in
                    for y in 0..<h {
                        let from = ((z + box.lower.z) * source.y + y + box.lower.y) * source.x + box.lower.x
                        let to = ((z + 1) * size.y + y + 1) * size.x + 1
                        for x in 0..<w { out[to + x] = value(voxels[from + x]) }
                    }
                }
            }
        }
        return (field, size)
    }

    /// The surface in the patient; a left-handed grid would turn it inside out.
    static func place(_ surface: GridSurface, in geometry: GridGeometry) -> TriangleMesh {
        let vertices = surface.vertices.map { geometry.point(GridPoint($0)) }
        let mesh = TriangleMesh(trusted: vertices, surface.triangles)
        return geometry.direction.determinant < 0 ? mesh.reversed : mesh
    }
}
