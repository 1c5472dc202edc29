import Frames
import Imaging
import Meshing

/// Signed distances to a bone's surface on a regular grid, trilinear between its nodes: what the search asks many
/// thousand times. Exact at the nodes near the surface, from the label further away.
struct SampledDistance: Sendable {
    private let low: Vector3
    private let perStep: Double
    private let nx, ny, nz: Int
    private let values: [Float]
    /// For places beyond the grid.
    private let beyond: SignedDistanceField

    /// Between nodes, mm: a pedicle's curvature costs less than 0.1 mm.
    static let step = 1.0
    /// Nodes nearer than this to the label's surface are exact, mm.
    struct Band {
        let inside, outside: Double

        /// Inside as far as any margin is wanted, outside as far as a step's corners reach.
        static let bone = Band(inside: 4, outside: 1.2)
        static let canal = Band(inside: 1.2, outside: 7)
    }

    /// - Parameters:
    ///   - surface: closed and oriented; `nil` leaves all nodes to the label.
    ///   - reach: how far the surface may be from the label's, mm.
    init(of surface: MeshTree?, near label: SignedDistanceField, reach: Double, band: Band = .bone) {
        let step = Self.step
        // The image may lay the surface a voxel and more away from the label's.
        let further = max(reach - 1.5, 0)
        let bounds = surface?.mesh.bounds ?? Self.box(of: label)
        let more = (band.outside + further + 1.5).rounded(.up) * step
        let low = bounds.low.coordinates - Vector3(repeating: more)
        let count = ((bounds.high.coordinates - low + more) / step + 1.5).rounded(.up)
        let (nx, ny, nz) = (Int(count.x), Int(count.y), Int(count.z))
        let grid = GridDistance(low: low, step: step, size: GridSize(nx, ny, nz))
        let rough = Self.values(of: label, on: grid)
        let within = (-band.inside - further)...(band.outside + further)
        let values = surface.map { grid.values(of: $0, rough: rough, band: within, slack: reach) } ?? rough
        (self.low, perStep, self.values, beyond) = (low, 1 / step, values, label)
        (self.nx, self.ny, self.nz) = (nx, ny, nz)
    }

    private static func values(of label: SignedDistanceField, on grid: GridDistance) -> [Float] {
        let size = grid.size
        var values = [Float](repeating: 0, count: size.count)
        values.withUnsafeMutableBufferPointer { out in
            let out = SharedBuffer(out)
            parallelFor(size.z) { z in
                for y in 0..<size.y {
                    for x in 0..<size.x {
                        let p = grid.low + Vector3(Double(x), Double(y), Double(z)) * grid.step
                        out[(z * size.y + y) * size.x + x] = Float(label.distance(at: Point(p)))
                    }
                }
            }
        }
        return values
    }

    /// The box along the CT's axes that holds a field's samples.
    private static func box(of field: SignedDistanceField) -> (low: Point<CT>, high: Point<CT>) {
        let n = field.geometry.size
        let corners = (0..<8).map { i in
            field.geometry.point(
                VoxelIndex((i & 1) * (n.x - 1), (i >> 1 & 1) * (n.y - 1), (i >> 2 & 1) * (n.z - 1))
            ).coordinates
        }
        return (Point(corners.reduce(corners[0], pointwiseMin)), Point(corners.reduce(corners[0], pointwiseMax)))
    }

    /// mm, negative within the bone.
    @inline(__always) func distance(at p: Point<CT>) -> Double {
        let g = (p.coordinates - low) * perStep
        guard g.x >= 0, g.y >= 0, g.z >= 0, g.x < Double(nx - 1), g.y < Double(ny - 1), g.z < Double(nz - 1) else {
            return beyond.distance(at: p)
        }
        let (x, y, z) = (Int(g.x), Int(g.y), Int(g.z))
        let (fx, fy, fz) = (Float(g.x) - Float(x), Float(g.y) - Float(y), Float(g.z) - Float(z))
        let base = (z * ny + y) * nx + x
        let layer = nx * ny
        return values.withUnsafeBufferPointer { v in
            let a = v[base] + (v[base + 1] - v[base]) * fx
            let b = v[base + nx] + (v[base + nx + 1] - v[base + nx]) * fx
            let c = v[base + layer] + (v[base + layer + 1] - v[base + layer]) * fx
            let d = v[base + layer + nx] + (v[base + layer + nx + 1] - v[base + layer + nx]) * fx
            let near = a + (b - a) * fy
            return Double(near + (c + (d - c) * fy - near) * fz)
        }
    }
}

extension MeshTree {
    /// As `signedDistance(to:)`, quicker and surer where the distance is known to `slack` mm: where a surface that was
    /// laid on another is folded, its normals lie, and the side is that of the rough distance.
    func signedDistance(to p: Point<CT>, near rough: Double, slack: Double = 1, within bound: Double? = nil) -> Double {
        let bound = bound ?? abs(rough) + slack
        guard let near = closestPoint(to: p, within: bound * (1 + 1e-9) + 1e-9) ?? closestPoint(to: p) else {
            return .infinity
        }
        let isInside =
            abs(rough) > slack ? rough < 0 : dot(p.coordinates - near.point.coordinates, near.normal.vector) < 0
        return isInside ? -near.distance : near.distance
    }
}
