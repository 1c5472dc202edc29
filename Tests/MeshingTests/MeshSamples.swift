import Frames
import Imaging
import Meshing

/// Shapes with known measures.
enum MeshSamples {
    /// A box from `low` to `high`, outwards.
    static func box(_ low: Vector3, _ high: Vector3) throws -> TriangleMesh {
        let corners = (0..<8).map { k in
            Point<CT>(k & 1 == 0 ? low.x : high.x, k >> 1 & 1 == 0 ? low.y : high.y, k >> 2 == 0 ? low.z : high.z)
        }
        let faces: [[Int32]] = [
            [0, 4, 6, 2], [1, 3, 7, 5], [0, 1, 5, 4], [2, 6, 7, 3], [0, 2, 3, 1], [4, 5, 7, 6],
        ]
        let triangles = faces.flatMap { f in [SIMD3(f[0], f[1], f[2]), SIMD3(f[0], f[2], f[3])] }
        return try TriangleMesh(vertices: corners, triangles: triangles)
    }

    /// A sphere of the given radius from its signed distance on a grid.
    static func sphere(radius: Double, at centre: Point<CT> = .origin, step: Double = 1) throws -> TriangleMesh {
        let n = Int((2 * radius / step).rounded(.up)) + 5
        let origin = centre - Displacement(Vector3(repeating: Double(n - 1) / 2 * step))
        let grid = try GridGeometry(size: GridSize(n, n, n), spacing: Vector3(repeating: step), origin: origin)
        return try SurfaceExtraction.isosurface(on: grid) { $0.distance(to: centre) - radius }
    }

    /// The label 22 where `solid` holds at a voxel's centre.
    static func label(
        _ size: GridSize, spacing: Vector3, direction: Matrix3 = .identity, where solid: (Vector3) -> Bool
    ) throws -> LabelVolume {
        let grid = try GridGeometry(size: size, spacing: spacing, origin: Point(-30, 12, 400), direction: direction)
        var labels = LabelVolume(geometry: grid)
        for i in 0..<size.count {
            let v = grid.index(offset: i)
            if solid(Vector3(Double(v.x), Double(v.y), Double(v.z))) { labels[v] = 22 }
        }
        return labels
    }
}
