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
    /// Nodes nearer than this to the surface are exact, mm: inside as far as any margin is wanted, outside one step.
    static let band = (inside: 2.6, outside: 1.1)

    /// - Parameter surface: closed and oriented, within `reach` mm of the label's surface.
    init(of surface: MeshTree, near label: SignedDistanceField, reach: Double) {
        let step = Self.step
        let bounds = surface.mesh.bounds ?? (.origin, .origin)
        let low = bounds.low.coordinates - Vector3(repeating: 2.5 * step)
        let count = ((bounds.high.coordinates - low) / step + 3.5).rounded(.up)
        let (nx, ny, nz) = (Int(count.x), Int(count.y), Int(count.z))
        var values = [Float](repeating: 0, count: nx * ny * nz)
        values.withUnsafeMutableBufferPointer { out in
            let out = SharedBuffer(out)
            parallelFor(nz) { z in
                for y in 0..<ny {
                    var last: Double?
                    for x in 0..<nx {
                        let p = Point<CT>(low + Vector3(Double(x), Double(y), Double(z)) * step)
                        let rough = label.distance(at: p)
                        guard rough < Self.band.outside + reach, rough > -Self.band.inside - reach else {
                            last = nil
                            out[(z * ny + y) * nx + x] = Float(rough)
                            continue
                        }
                        let bound = last.map { abs($0) + step } ?? abs(rough) + reach
                        let exact = surface.signedDistance(to: p, within: bound * (1 + 1e-9) + 1e-9)
                        last = exact
                        out[(z * ny + y) * nx + x] = Float(exact)
                    }
                }
            }
        }
        (self.low, perStep, self.values, beyond) = (low, 1 / step, values, label)
        (self.nx, self.ny, self.nz) = (nx, ny, nz)
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
    /// As `signedDistance(to:)`, quicker where a bound is known; a wrong bound costs time and nothing else.
    func signedDistance(to p: Point<CT>, within bound: Double) -> Double {
        guard let near = closestPoint(to: p, within: bound) ?? closestPoint(to: p) else { return .infinity }
        return dot(p.coordinates - near.point.coordinates, near.normal.vector) < 0 ? -near.distance : near.distance
    }
}
