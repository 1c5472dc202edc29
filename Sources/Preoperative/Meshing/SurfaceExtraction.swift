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
        guard volume.size.count <= sampleLimit else {
            throw .gridTooLarge(samples: volume.size.count, limit: sampleLimit)
        }
        // each kind of voxel by itself, so that the kernel is compiled for it
        let surface: GridSurface =
            switch volume {
            case let ct as Volume<Int16>: try march(ct, level, side, progress)
            case let field as Volume<Float>: try march(field, level, side, progress)
            default: try march(volume, level, side, progress)
            }
        guard !surface.triangles.isEmpty else { throw .noSurface(level: level) }
        return place(surface, in: volume.geometry)
    }

    @inline(__always) private static func march<Voxel>(
        _ volume: Volume<Voxel>, _ level: Double, _ side: Side, _ progress: ProgressReport?
    ) throws(MeshingError) -> GridSurface {
        let answer = volume.withVoxels { voxels -> Result<GridSurface, MeshingError> in
            let samples = ImageSamples(
                voxels: SharedReadBuffer(voxels), size: volume.size, level: level, sign: side == .above ? 1 : -1)
            return Result { () throws(MeshingError) in
                try CubeMarch(inside: samples.inside, samples: samples, origin: Vector3(-1, -1, -1))
                    .run(progress: progress)
            }
        }
        return try answer.get()
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

    /// The surface in the patient; a left-handed grid would turn it inside out.
    static func place(_ surface: GridSurface, in geometry: GridGeometry) -> TriangleMesh {
        let vertices = surface.vertices.map { geometry.point(GridPoint($0)) }
        let mesh = TriangleMesh(trusted: vertices, surface.triangles)
        return geometry.direction.determinant < 0 ? mesh.reversed : mesh
    }
}
