import Frames
import Glibc

/// The part of a triangle in which its nearest point lies.
enum TriangleFeature: Equatable, Sendable {
    case face
    /// Side from corner k to the next.
    case edge(Int)
    case corner(Int)
}

/// The point of a triangle that is nearest to another (Ericson 2005, section 5.1.5).
struct TrianglePoint: Sendable {
    let point: Vector3
    let feature: TriangleFeature

    init(nearest p: Vector3, _ a: Vector3, _ b: Vector3, _ c: Vector3) {
        let (ab, ac, ap) = (b - a, c - a, p - a)
        let (d1, d2) = (dot(ab, ap), dot(ac, ap))
        if d1 <= 0 && d2 <= 0 { (point, feature) = (a, .corner(0)); return }
        let bp = p - b
        let (d3, d4) = (dot(ab, bp), dot(ac, bp))
        if d3 >= 0 && d4 <= d3 { (point, feature) = (b, .corner(1)); return }
        let vc = d1 * d4 - d3 * d2
        if vc <= 0 && d1 >= 0 && d3 <= 0 { (point, feature) = (a + ab * (d1 / (d1 - d3)), .edge(0)); return }
        let cp = p - c
        let (d5, d6) = (dot(ab, cp), dot(ac, cp))
        if d6 >= 0 && d5 <= d6 { (point, feature) = (c, .corner(2)); return }
        let vb = d5 * d2 - d1 * d6
        if vb <= 0 && d2 >= 0 && d6 <= 0 { (point, feature) = (a + ac * (d2 / (d2 - d6)), .edge(2)); return }
        let va = d3 * d6 - d5 * d4
        if va <= 0 && d4 - d3 >= 0 && d5 - d6 >= 0 {
            let along = (d4 - d3) / ((d4 - d3) + (d5 - d6))
            (point, feature) = (b + (c - b) * along, .edge(1))
            return
        }
        let scale = 1 / (va + vb + vc)
        (point, feature) = (a + ab * (vb * scale) + ac * (vc * scale), .face)
    }
}

/// Normals of faces, edges and vertices for which the sign of a distance is right everywhere (Bærentzen and Aanæs
/// 2005).
struct PseudoNormals: Sendable {
    private let faces: [Vector3]
    /// Of side k of triangle i at 3 i + k: the sum of the faces on both of its sides.
    private let edges: [Vector3]
    private let vertices: [Vector3]
    private let triangles: [SIMD3<Int32>]
    /// Across side k of triangle i at 3 i + k; −1 where there is none.
    private let across: [Int32]

    init(_ mesh: TriangleMesh) {
        let faces = mesh.triangles.indices.map { normalized(mesh.areaVector($0)) ?? .zero }
        var atVertex = [Vector3](repeating: .zero, count: mesh.vertices.count)
        for (i, t) in mesh.triangles.enumerated() {
            let p = (0..<3).map { mesh.vertices[Int(t[$0])].coordinates }
            for k in 0..<3 {
                let corner = angle(p[(k + 1) % 3] - p[k], p[(k + 2) % 3] - p[k])
                if corner.isFinite { atVertex[Int(t[k])] += faces[i] * corner }
            }
        }
        let sides = MeshEdges(mesh.triangles)
        var atSide = [Vector3](repeating: .zero, count: 3 * mesh.triangles.count)
        var across = [Int32](repeating: -1, count: 3 * mesh.triangles.count)
        for group in sides.groups {
            let sum = sides.sides[group].reduce(Vector3.zero) { $0 + faces[Int($1.side) / 3] }
            for side in sides.sides[group] {
                atSide[Int(side.side)] = sum
                if let other = sides.sides[group].first(where: { $0.side != side.side }) {
                    across[Int(side.side)] = other.side / 3
                }
            }
        }
        self.across = across
        self.faces = faces
        vertices = atVertex
        edges = atSide
        triangles = mesh.triangles
    }

    func normal(of triangle: Int, at feature: TriangleFeature) -> Vector3 {
        switch feature {
        case .face: faces[triangle]
        case .edge(let k): edges[3 * triangle + k]
        case .corner(let k): vertices[Int(triangles[triangle][k])]
        }
    }

    /// The triangle across a side.
    func neighbour(of triangle: Int, across side: Int) -> Int? {
        let other = across[3 * triangle + side]
        return other < 0 ? nil : Int(other)
    }

    func face(_ triangle: Int) -> Vector3 { faces[triangle] }
}
