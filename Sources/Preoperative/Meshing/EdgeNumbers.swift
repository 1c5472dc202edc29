import Imaging

/// Which edges of a grid a surface crosses, and the number of the vertex on each, without a table of all edges (the
/// idea of flying edges, Schroeder, Maynard and Geveci 2015).
///
/// Vertices are numbered row after row, and within a row by axis, then by place. Edge (x, axis) of a row runs from
/// sample x to its neighbour along that axis.
struct EdgeNumbers: Sendable {
    let inside: BitGrid
    /// The number of the first vertex of each row's three axes: entry 3 · row + axis, and at the end the count of all.
    let first: [Int32]

    init(_ inside: BitGrid) throws(MeshingError) {
        self.inside = inside
        let (perRow, rows) = (inside.wordsPerRow, inside.size.y * inside.size.z)
        var first = [Int32](repeating: 0, count: 3 * rows + 1)
        inside.words.withUnsafeBufferPointer { words in
            first.withUnsafeMutableBufferPointer { buffer in
                let (out, rowsOfBits) = (SharedBuffer(buffer), CrossedEdges(inside, words))
                parallelFor(inside.size.z) { z in
                    for row in (z * inside.size.y)..<((z + 1) * inside.size.y) {
                        for axis in 0..<3 {
                            var count = 0
                            for i in 0..<perRow { count &+= rowsOfBits.mask(axis, row, i).nonzeroBitCount }
                            out[3 * row + axis + 1] = Int32(truncatingIfNeeded: count)
                        }
                    }
                }
            }
        }
        var total = 0
        for i in first.indices {
            total += Int(first[i])
            guard total < Int(Int32.max) / 4 else { throw .meshTooLarge(count: total) }
            first[i] = Int32(total)
        }
        self.first = first
    }

    var vertexCount: Int { Int(first[first.count - 1]) }
}

/// The crossed edges that begin in each row of samples, 64 at a time. Lent for as long as the bits' buffer is.
struct CrossedEdges: @unchecked Sendable {
    // a pointer that is only read
    private let words: UnsafePointer<UInt64>
    private let perRow: Int
    /// Rows to the neighbour along each axis, and the rows that have one.
    private let height, depth: Int

    init(_ inside: BitGrid, _ words: UnsafeBufferPointer<UInt64>) {
        // grids here are padded and never empty
        self.words = words.baseAddress.unsafelyUnwrapped
        (perRow, height, depth) = (inside.wordsPerRow, inside.size.y, inside.size.z)
    }

    @inline(__always) func row(_ row: Int) -> UnsafePointer<UInt64> { words + row &* perRow }

    /// The edges along an axis; the last rows, which are padding, have none along y and z.
    @inline(__always) func mask(_ axis: Int, _ row: Int, _ i: Int) -> UInt64 {
        let own = words[row &* perRow &+ i]
        switch axis {
        case 0: return own ^ CrossedEdges.shifted(self.row(row), i, perRow)
        case 1: return row % height == height - 1 ? 0 : own ^ words[(row &+ 1) &* perRow &+ i]
        default: return row / height == depth - 1 ? 0 : own ^ words[(row &+ height) &* perRow &+ i]
        }
    }

    /// The samples one further along the row.
    @inline(__always) static func shifted(_ row: UnsafePointer<UInt64>, _ i: Int, _ perRow: Int) -> UInt64 {
        row[i] >> 1 | (i &+ 1 < perRow ? row[i &+ 1] << 63 : 0)
    }
}
