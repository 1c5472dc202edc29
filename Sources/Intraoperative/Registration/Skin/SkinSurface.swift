import Frames
import Imaging
import Meshing

/// The outer skin in a CT, as a surface to register clouds to: no cavity inside, no cut where the image ends.
public enum SkinSurface {
    /// Between air and skin, HU.
    public static let level = -400.0

    /// The border between the largest thing denser than air and the air outside.
    ///
    /// Cavities that do not open to the outside are filled. Where the body leaves the image there is no skin: what would
    /// close it there is left out.
    ///
    /// - Throws: `RegistrationError.emptySurface` where nothing is denser than air, `.meshing`.
    public static func mesh(of ct: Volume<Int16>, progress: ProgressReport? = nil) throws(RegistrationError)
        -> TriangleMesh
    {
        let body = ConnectedComponents(
            of: BitGrid(ct, above: level), connectivity: .six, smallest: 1000, order: .bySize)
        guard !body.voxelCounts.isEmpty else { throw .emptySurface }
        let mask = body.mask(of: 1)
        progress?(0.3)
        let outside = outsideAir(mask, ct.geometry)
        progress?(0.6)
        var filled = ct
        filled.withMutableVoxels { voxels in
            // what is neither of the body nor outside is a cavity, or a thing beside the body
            for i in voxels.indices {
                if outside[i] {
                    if mask[i] == 0 && Double(voxels[i]) > level { voxels[i] = -1000 }
                } else if mask[i] == 0 {
                    voxels[i] = 0
                }
            }
        }
        do throws(MeshingError) {
            return try withoutEnds(SurfaceExtraction.isosurface(of: filled, at: level), ct.geometry)
        } catch { throw .meshing(error) }
    }

    /// Air that reaches the image's border.
    private static func outsideAir(_ mask: [UInt8], _ geometry: GridGeometry) -> [Bool] {
        let size = geometry.size
        let air = BitGrid(size: size) { row, flags in
            for x in 0..<size.x { flags[x] = mask[row * size.x + x] == 0 ? 1 : 0 }
        }
        let parts = ConnectedComponents(of: air, connectivity: .six)
        let numbers = parts.map()
        var reaches = [Bool](repeating: false, count: parts.voxelCounts.count + 1)
        for z in 0..<size.z {
            for y in 0..<size.y {
                let inner = z > 0 && z < size.z - 1 && y > 0 && y < size.y - 1
                for x in stride(from: 0, to: size.x, by: inner ? max(size.x - 1, 1) : 1) {
                    reaches[Int(numbers[(z * size.y + y) * size.x + x])] = true
                }
            }
        }
        reaches[0] = false
        return numbers.map { reaches[Int($0)] }
    }

    /// Without the triangles that close the surface at the image's borders.
    private static func withoutEnds(_ mesh: TriangleMesh, _ geometry: GridGeometry) throws(MeshingError) -> TriangleMesh
    {
        let last =
            Vector3(Double(geometry.size.x), Double(geometry.size.y), Double(geometry.size.z)) - Vector3(1.2, 1.2, 1.2)
        let inside = mesh.vertices.map { p -> Bool in
            let g = geometry.gridPoint(p).coordinates
            return g.min() > 0.2 && g.x < last.x && g.y < last.y && g.z < last.z
        }
        let kept = mesh.triangles.filter { inside[Int($0.x)] && inside[Int($0.y)] && inside[Int($0.z)] }
        return try TriangleMesh(vertices: mesh.vertices, triangles: kept)
    }
}
