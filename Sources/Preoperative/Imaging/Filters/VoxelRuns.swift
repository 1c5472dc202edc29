/// The runs of set voxels along x, in the order of storage.
struct VoxelRuns: Sendable {
    /// First voxel of each run, and the one after its last, counted within the row.
    let start, end: [Int32]
    /// The first run of each row (z · size.y + y), and at the end the number of runs.
    let first: [Int32]

    init(of grid: BitGrid) {
        let rows = grid.size.y * grid.size.z
        let counts = Self.counts(grid)
        var first = [Int32](repeating: 0, count: rows + 1)
        for row in 0..<rows { first[row + 1] = first[row] + counts[row] }
        let total = Int(first[rows])
        var end: [Int32] = []
        start = [Int32](unsafeUninitializedCapacity: total) { starts, filled in
            let starts = SharedBuffer(starts)
            end = [Int32](unsafeUninitializedCapacity: total) { ends, filled in
                Self.fill(grid, first, starts, SharedBuffer(ends))
                filled = total
            }
            filled = total
        }
        self.end = end
        self.first = first
    }

    var count: Int { start.count }

    private static func counts(_ grid: BitGrid) -> [Int32] {
        let rows = grid.size.y * grid.size.z
        return [Int32](unsafeUninitializedCapacity: rows) { buffer, filled in
            let out = SharedBuffer(buffer)
            parallelFor(grid.size.z) { z in
                grid.words.withUnsafeBufferPointer { words in
                    for row in (z * grid.size.y)..<((z + 1) * grid.size.y) {
                        var (carry, count): (UInt64, Int) = (0, 0)
                        for i in (row * grid.wordsPerRow)..<((row + 1) * grid.wordsPerRow) {
                            count += (words[i] & ~(words[i] << 1 | carry)).nonzeroBitCount
                            carry = words[i] >> 63
                        }
                        out[row] = Int32(truncatingIfNeeded: count)
                    }
                }
            }
            filled = rows
        }
    }

    private static func fill(
        _ grid: BitGrid, _ first: [Int32], _ starts: SharedBuffer<Int32>, _ ends: SharedBuffer<Int32>
    ) {
        let perRow = grid.wordsPerRow
        parallelFor(grid.size.z) { z in
            grid.words.withUnsafeBufferPointer { words in
                for row in (z * grid.size.y)..<((z + 1) * grid.size.y) where first[row] < first[row + 1] {
                    var (next, last) = (Int(first[row]), Int(first[row]))
                    var before: UInt64 = 0
                    for i in 0..<perRow {
                        let word = words[row * perRow + i]
                        let after = i + 1 < perRow ? words[row * perRow + i + 1] & 1 : 0
                        forEachBit(of: word & ~(word << 1 | before)) {
                            starts[next] = Int32(truncatingIfNeeded: 64 * i + $0)
                            next += 1
                        }
                        forEachBit(of: word & ~(word >> 1 | after << 63)) {
                            ends[last] = Int32(truncatingIfNeeded: 64 * i + $0 + 1)
                            last += 1
                        }
                        before = word >> 63
                    }
                }
            }
        }
    }
}

/// Calls `body` with the place of each set bit, lowest first.
@inlinable @inline(__always) public func forEachBit(of word: UInt64, _ body: (Int) -> Void) {
    var rest = word
    while rest != 0 {
        body(rest.trailingZeroBitCount)
        rest &= rest &- 1
    }
}
