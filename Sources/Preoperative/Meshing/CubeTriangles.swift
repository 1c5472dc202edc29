import Imaging

/// The triangles within the cubes of a grid, whose vertices `EdgeNumbers` has numbered.
struct CubeTriangles {
    private let edges: EdgeNumbers
    private let table = CubeTable.shared

    init(_ edges: EdgeNumbers) { self.edges = edges }

    /// - Parameter rows: of the cubes' lower samples.
    func inCubes(above rows: Range<Int>) -> [SIMD3<Int32>] {
        let (height, depth) = (edges.inside.size.y, edges.inside.size.z)
        var triangles: [SIMD3<Int32>] = []
        edges.inside.words.withUnsafeBufferPointer { words in
            let crossed = CrossedEdges(edges.inside, words)
            for row in rows where row % height < height - 1 && row / height < depth - 1 {
                // a surface through these cubes crosses an edge that begins in one of their four rows
                let ends = [row, row + 1, row + height, row + height + 1]
                guard ends.contains(where: { edges.first[3 * $0] < edges.first[3 * $0 + 3] }) else { continue }
                addRow(row, crossed, &triangles)
            }
        }
        return triangles
    }

    private func addRow(_ row: Int, _ crossed: CrossedEdges, _ triangles: inout [SIMD3<Int32>]) {
        let (perRow, height) = (edges.inside.wordsPerRow, edges.inside.size.y)
        let (near, back) = (crossed.row(row), crossed.row(row + 1))
        let (up, upBack) = (crossed.row(row + height), crossed.row(row + height + 1))
        var cursor = EdgeCursor(edges.first, row: row, height: height)
        for i in 0..<perRow {
            let own = CornerBits(near[i], back[i], up[i], upBack[i])
            let next = CornerBits(
                CrossedEdges.shifted(near, i, perRow), CrossedEdges.shifted(back, i, perRow),
                CrossedEdges.shifted(up, i, perRow), CrossedEdges.shifted(upBack, i, perRow))
            let active = (own.any | next.any) & ~(own.all & next.all)
            cursor.masks(own, next)
            if active != 0 { addCubes(active, own, next, cursor, &triangles) }
            cursor.advance()
        }
    }

    @inline(__always) private func addCubes(
        _ active: UInt64, _ own: CornerBits, _ next: CornerBits, _ cursor: EdgeCursor,
        _ triangles: inout [SIMD3<Int32>]
    ) {
        table.start.withUnsafeBufferPointer { start in
            table.corners.withUnsafeBufferPointer { corners in
                forEachBit(of: active) { bit in
                    let shape = own.at(bit) | next.at(bit) << 1
                    for i in stride(from: Int(start[shape]), to: Int(start[shape + 1]), by: 3) {
                        triangles.append(
                            SIMD3(
                                cursor.vertex(corners[i], bit), cursor.vertex(corners[i + 1], bit),
                                cursor.vertex(corners[i + 2], bit)))
                    }
                }
            }
        }
    }
}

/// 64 samples of the four rows round a row of cubes.
struct CornerBits {
    let near, back, up, upBack: UInt64

    @inline(__always) init(_ near: UInt64, _ back: UInt64, _ up: UInt64, _ upBack: UInt64) {
        (self.near, self.back, self.up, self.upBack) = (near, back, up, upBack)
    }

    @inline(__always) var any: UInt64 { near | back | up | upBack }
    @inline(__always) var all: UInt64 { near & back & up & upBack }

    /// One sample of each row, as bits 0, 2, 4 and 6.
    @inline(__always) func at(_ bit: Int) -> Int {
        let k = UInt64(bit)
        let lower = (near >> k & 1) | (back >> k & 1) << 2
        let upper = (up >> k & 1) << 4 | (upBack >> k & 1) << 6
        return Int(truncatingIfNeeded: lower | upper)
    }
}

/// The numbers of the vertices on the edges of 64 cubes: those before, and the crossed edges as bits.
struct EdgeCursor {
    /// x edges of four rows; y edges of the lower and the upper row; z edges of the near and the back row.
    private var before: SIMD8<Int32>
    private var crossed = SIMD8<UInt64>()

    init(_ first: [Int32], row: Int, height: Int) {
        let (back, up) = (row + 1, row + height)
        before = SIMD8(
            first[3 * row], first[3 * back], first[3 * up], first[3 * (up + 1)], first[3 * row + 1], first[3 * up + 1],
            first[3 * row + 2], first[3 * back + 2])
    }

    @inline(__always) mutating func masks(_ own: CornerBits, _ next: CornerBits) {
        crossed = SIMD8(
            own.near ^ next.near, own.back ^ next.back, own.up ^ next.up, own.upBack ^ next.upBack,
            own.near ^ own.back, own.up ^ own.upBack, own.near ^ own.up, own.back ^ own.upBack)
    }

    @inline(__always) mutating func advance() {
        for k in 0..<8 where crossed[k] != 0 {
            before[k] &+= Int32(truncatingIfNeeded: crossed[k].nonzeroBitCount)
        }
    }

    /// The vertex on one edge, as numbered in `CubeTable`, of the cube at `bit`.
    @inline(__always) func vertex(_ edge: UInt8, _ bit: Int) -> Int32 {
        // edges 0–3 along x; then pairs of an edge at the cube's own x and the one beyond
        let list = edge < 4 ? Int(edge) : 4 + Int(edge - 4) / 2
        let low = (UInt64(1) << UInt64(bit)) &- 1
        let mask = edge >= 4 && edge & 1 == 1 ? low << 1 | 1 : low
        return before[list] &+ Int32(truncatingIfNeeded: (crossed[list] & mask).nonzeroBitCount)
    }
}
