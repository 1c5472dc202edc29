import Frames

/// How much a mesh bends along one direction, by how its normals turn from vertex to vertex.
struct SurfaceCurvature {
    let triangles: [SIMD3<Int32>]
    let neighbours: VertexNeighbours

    /// What bends more than a ball of 2 mm is noise of the mesh, 1/mm.
    static let most = 0.5
    /// Rounds of averaging over neighbours.
    static let rounds = 3

    /// The normal curvature of each vertex along `direction` laid into the surface, 1/mm, positive where it bulges; 0
    /// where the surface runs across it.
    ///
    /// - Parameter normals: outwards, of length 1.
    func along(_ direction: Vector3, _ place: [Vector3], _ normals: [Vector3]) -> [Double] {
        var turns = [Double](repeating: 0, count: place.count), squares = turns
        for t in triangles {
            for (a, b) in [(Int(t.x), Int(t.y)), (Int(t.y), Int(t.z)), (Int(t.z), Int(t.x))] {
                let (step, turn) = (place[b] - place[a], normals[b] - normals[a])
                for v in [a, b] {
                    let tangent = direction - normals[v] * dot(direction, normals[v])
                    let run = dot(step, tangent)
                    turns[v] += dot(turn, tangent) * run
                    squares[v] += run * run
                }
            }
        }
        var bent = turns.indices.map { v in
            squares[v] > 1e-9 ? min(max(turns[v] / squares[v], -Self.most), Self.most) : 0
        }
        for _ in 0..<Self.rounds { bent = bent.indices.map { neighbours.mean(of: bent, around: $0) } }
        return bent
    }
}
