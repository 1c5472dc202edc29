/// How a surface crosses one cube of eight samples, for each of the 256 ways in which they may lie inside.
///
/// Corner k is at (k & 1, k >> 1 & 1, k >> 2); it lies inside where bit k of the case is set. Where a face of the cube
/// has two inner corners opposite each other they are joined, the same from both sides of the face, so that the
/// surface has no holes. No triangle has a side across a face but the face's own segments: two neighbouring cubes can
/// therefore never make the same edge twice, and the surface is a manifold (the trap of the classic tables, Lorensen
/// and Cline 1987).
struct CubeTable: Sendable {
    /// Corners of the cube's 12 edges; edges 0–3 run along x, 4–7 along y, 8–11 along z.
    static let edges: [(a: Int, b: Int)] = [
        (0, 1), (2, 3), (4, 5), (6, 7), (0, 2), (1, 3), (4, 6), (5, 7), (0, 4), (1, 5), (2, 6), (3, 7),
    ]
    /// Corners of the cube's six faces, anticlockwise from outside.
    static let faces: [[Int]] = [
        [0, 4, 6, 2], [1, 3, 7, 5], [0, 1, 5, 4], [2, 6, 7, 3], [0, 2, 3, 1], [4, 5, 7, 6],
    ]
    static let shared = CubeTable()

    /// Where each case's triangles begin in `corners`; 257 values.
    let start: [Int32]
    /// Three edges a triangle, anticlockwise from outside of the solid.
    let corners: [UInt8]

    init() {
        var start: [Int32] = [0]
        var corners: [UInt8] = []
        for inside in 0..<256 {
            for loop in Self.loops(inside) {
                for triangle in Self.triangulation(of: loop) { corners += triangle.map { UInt8(loop[$0]) } }
            }
            start.append(Int32(corners.count))
        }
        self.start = start
        self.corners = corners
    }

    static func edge(_ a: Int, _ b: Int) -> Int {
        edges.firstIndex { ($0.a == a && $0.b == b) || ($0.a == b && $0.b == a) } ?? 0
    }

    /// The closed chains of crossed edges in one cube, solid on their left as seen from outside of the solid.
    static func loops(_ inside: Int) -> [[Int]] {
        var next = [Int](repeating: -1, count: 12)
        for face in faces {
            for (from, to) in segments(face.map { inside >> $0 & 1 == 1 }) {
                next[edge(face[from], face[(from + 1) % 4])] = edge(face[to], face[(to + 1) % 4])
            }
        }
        var loops: [[Int]] = []
        for first in next.indices where next[first] >= 0 {
            var loop: [Int] = []
            var at = first
            while next[at] >= 0 {
                loop.append(at)
                (at, next[at]) = (next[at], -1)
            }
            loops.append(loop)
        }
        return loops
    }

    /// Segments across a face, as pairs of its sides (side i goes from corner i to i + 1).
    ///
    /// Each begins at a side where the walk round the face enters the solid. It ends where the walk left the solid just
    /// before: the segment cuts off a run of outer corners, which leaves all inner corners of the face joined.
    static func segments(_ corner: [Bool]) -> [(from: Int, to: Int)] {
        (0..<4).compactMap { i in
            guard !corner[i], corner[(i + 1) % 4] else { return nil }
            var back = i
            while !(corner[back] && !corner[(back + 1) % 4]) { back = (back + 3) % 4 }
            return (from: i, to: back)
        }
    }

    /// The triangulation with the least area (edges crossed half-way) of those without a diagonal on a face of the
    /// cube.
    static func triangulation(of loop: [Int]) -> [[Int]] {
        func middle(_ i: Int) -> SIMD3<Float> {
            let (a, b) = edges[loop[i]]
            func corner(_ k: Int) -> SIMD3<Float> { SIMD3(Float(k & 1), Float(k >> 1 & 1), Float(k >> 2)) }
            return (corner(a) + corner(b)) / 2
        }
        func onOneFace(_ i: Int, _ j: Int) -> Bool {
            let corners = [edges[loop[i]].a, edges[loop[i]].b, edges[loop[j]].a, edges[loop[j]].b]
            return faces.contains { face in corners.allSatisfy(face.contains) }
        }
        func area(_ i: Int, _ j: Int, _ k: Int) -> Float {
            let (u, v) = (middle(j) - middle(i), middle(k) - middle(i))
            let n = SIMD3(u.y * v.z - u.z * v.y, u.z * v.x - u.x * v.z, u.x * v.y - u.y * v.x)
            return (n * n).sum().squareRoot()
        }
        /// The best triangles of the part of the loop from i to j, and their area; `nil` where there are none.
        func best(_ i: Int, _ j: Int) -> (area: Float, triangles: [[Int]])? {
            if j == i + 1 { return (0, []) }
            let diagonal = !(i == 0 && j == loop.count - 1)
            if diagonal && onOneFace(i, j) { return nil }
            let choices = ((i + 1)..<j).compactMap { k -> (area: Float, triangles: [[Int]])? in
                guard let left = best(i, k), let right = best(k, j) else { return nil }
                return (left.area + area(i, k, j) + right.area, left.triangles + [[i, k, j]] + right.triangles)
            }
            return choices.min { $0.area < $1.area }
        }
        return best(0, loop.count - 1)?.triangles ?? []
    }
}
