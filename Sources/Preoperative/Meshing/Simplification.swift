import Frames
import Imaging

extension TriangleMesh {
    /// A mesh of fewer triangles that stays within `maxError` mm of this one, both ways, and is as sound.
    ///
    /// Edges are collapsed in the order of the quadric error (Garland and Heckbert 1997); a collapse that would make
    /// the mesh no manifold (the link condition, Dey et al. 1999), turn a triangle over or make it a needle is left
    /// out. The bound is then measured, at vertices, edges' middles and triangles' middles of both meshes, and the
    /// collapses are repeated with half the allowance where it does not hold.
    /// - Throws: `MeshingError.impossibleParameter`; `.notSolid` where this mesh is not closed and manifold.
    public func simplified(maxError: Double, progress: ProgressReport? = nil) throws(MeshingError) -> TriangleMesh {
        guard maxError > 0, maxError.isFinite else { throw .impossibleParameter(name: "maxError", value: maxError) }
        let faults = defects.filter { if case .invertedBodies = $0 { false } else { true } }
        guard faults.isEmpty else { throw .notSolid(faults) }
        let own = MeshTree(self)
        var allowance = maxError
        for round in 0..<6 {
            var collapse = EdgeCollapse(self)
            collapse.run(allowance: allowance)
            let mesh = collapse.mesh
            progress?(Double(round + 1) / 6)
            if mesh.defects == defects, Self.stays(mesh, within: maxError, of: own),
                Self.stays(self, within: maxError, of: MeshTree(mesh))
            {
                progress?(1)
                return mesh
            }
            allowance /= 2
        }
        return self
    }

    /// Whether a closed mesh's vertices, edges' middles and triangles' middles all lie within `bound` mm of another.
    private static func stays(_ mesh: TriangleMesh, within bound: Double, of other: MeshTree) -> Bool {
        // a hair more, since a place exactly at the bound is near enough
        let reach = bound * (1 + 1e-12)
        @Sendable func isNear(_ p: Vector3) -> Bool { other.closestPoint(to: Point(p), within: reach) != nil }
        let pieces = 64
        let near = parallelMap(pieces) { piece in
            let (vertices, triangles) = (mesh.vertices.count, mesh.triangles.count)
            for v in (vertices * piece / pieces)..<(vertices * (piece + 1) / pieces)
            where !isNear(mesh.vertices[v].coordinates) { return false }
            for i in (triangles * piece / pieces)..<(triangles * (piece + 1) / pieces) {
                let t = mesh.triangles[i]
                let corners = (0..<3).map { mesh.vertices[Int(t[$0])].coordinates }
                guard isNear((corners[0] + corners[1] + corners[2]) / 3) else { return false }
                // each edge is seen from both sides; once is enough
                for k in 0..<3 where t[k] < t[(k + 1) % 3] {
                    guard isNear((corners[k] + corners[(k + 1) % 3]) / 2) else { return false }
                }
            }
            return true
        }
        return near.allSatisfy(\.self)
    }
}

/// The sum of squared distances to planes, as a function of place: pᵀ A p + 2 b·p + c, and the weight it sums.
struct Quadric {
    var a = Matrix3.zero
    var b = Vector3.zero
    var c = 0.0
    var weight = 0.0

    init() {}

    /// One plane, weighted by its triangle's area.
    init(normal n: Vector3, offset d: Double, weight w: Double) {
        a = .outer(n, n) * w
        b = n * (d * w)
        c = d * d * w
        weight = w
    }

    static func + (l: Quadric, r: Quadric) -> Quadric {
        var sum = Quadric()
        sum.a = l.a + r.a
        sum.b = l.b + r.b
        sum.c = l.c + r.c
        sum.weight = l.weight + r.weight
        return sum
    }

    /// Mean squared distance, mm².
    func error(at p: Vector3) -> Double {
        weight > 0 ? max(dot(p, a * p) + 2 * dot(b, p) + c, 0) / weight : 0
    }

    /// The place with the least error; `nil` where planes leave it open.
    var best: Vector3? {
        guard let inverse = a.inverse, abs(a.determinant) > 1e-3 * weight * weight * weight / 27 else { return nil }
        return -(inverse * b)
    }
}
