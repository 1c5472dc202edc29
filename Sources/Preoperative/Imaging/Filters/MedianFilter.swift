extension Volume where Voxel == Int16 {
    /// The median of each voxel's 3×3×3 neighbourhood; the outermost voxels are repeated outwards.
    public func medianFiltered(progress: ProgressReport? = nil) -> Volume<Int16> {
        let size = size
        let done = ProgressCounter(total: size.z, report: progress)
        let values = withVoxels { voxels in
            let source = SharedReadBuffer(voxels)
            return [Int16](unsafeUninitializedCapacity: size.count) { buffer, filled in
                let out = SharedBuffer(buffer)
                parallelFor(size.z) { z in
                    if let from = source.pointer.baseAddress, let to = out.pointer.baseAddress {
                        MedianFilter(size: size, source: from, target: to).filter(slice: z)
                    }
                    done.advance()
                }
                filled = size.count
            }
        }
        return Volume(geometry: geometry, voxels: values)
    }
}

/// Medians of 27 by sorting what neighbours share once: three voxels of a stack, nine of a wall (three stacks), and
/// then only what may be the middle of three sorted walls. 96 minima and maxima a voxel, many voxels at a time.
///
/// Every row of the scratch begins `Scratch.pitch` after the one before: constant distances tell the compiler that they
/// do not overlap.
struct MedianFilter {
    let size: GridSize
    let source: UnsafePointer<Int16>
    let target: UnsafeMutablePointer<Int16>

    private enum Scratch {
        /// Voxels of a row that are filtered at once, and the samples between two rows.
        static let block = 128, pitch = 160
        /// Three rows of input, a ring of three sorted stacks, nine sorted walls, the result.
        static let input = 0, stacks = 3, walls = 12, result = 21, rows = 22
    }

    func filter(slice z: Int) {
        withUnsafeTemporaryAllocation(of: Int16.self, capacity: Scratch.rows * Scratch.pitch) { scratch in
            guard let base = scratch.baseAddress else { return }
            scratch.initialize(repeating: 0)
            for first in stride(from: 0, to: size.x, by: Scratch.block) {
                let width = min(Scratch.block, size.x - first)
                for y in -1...size.y {
                    load(first, width, min(max(y, 0), size.y - 1), z, into: base)
                    Self.sortStacks(base, ring: (y + 3) % 3)
                    guard y >= 1 else { continue }
                    Self.sortWalls(base)
                    Self.findMedians(base)
                    let to = target + ((z * size.y + y - 1) * size.x + first)
                    to.update(from: base + Scratch.result * Scratch.pitch, count: width)
                }
            }
        }
    }

    /// Copies a row of this slice and its neighbours, with one more voxel at each end.
    private func load(_ first: Int, _ width: Int, _ y: Int, _ z: Int, into base: UnsafeMutablePointer<Int16>) {
        for k in -1...1 {
            let from = source + (min(max(z + k, 0), size.z - 1) * size.y + y) * size.x
            let row = base + (Scratch.input + k + 1) * Scratch.pitch
            row[0] = from[max(first - 1, 0)]
            (row + 1).update(from: from + first, count: width)
            row[width + 1] = from[min(first + width, size.x - 1)]
        }
    }

    /// Sorts the three voxels of each stack.
    private static func sortStacks(_ base: UnsafeMutablePointer<Int16>, ring: Int) {
        let (input, out) = (base, base + (Scratch.stacks + 3 * ring) * Scratch.pitch)
        for x in 0..<Scratch.pitch {
            let (a, b, c) = sorted(input[x], input[x &+ Scratch.pitch], input[x &+ 2 &* Scratch.pitch])
            out[x] = a
            out[x &+ Scratch.pitch] = b
            out[x &+ 2 &* Scratch.pitch] = c
        }
    }

    /// Sorts the nine voxels of three neighbouring stacks: the columns of a 3×3 matrix with sorted rows, then the seven
    /// between its corners.
    private static func sortWalls(_ base: UnsafeMutablePointer<Int16>) {
        let (s, out, p) = (base + Scratch.stacks * Scratch.pitch, base + Scratch.walls * Scratch.pitch, Scratch.pitch)
        for x in 0..<Scratch.pitch {
            let (a0, a1, a2) = sorted(s[x], s[x &+ 3 &* p], s[x &+ 6 &* p])
            let (b0, b1, b2) = sorted(s[x &+ p], s[x &+ 4 &* p], s[x &+ 7 &* p])
            let (c0, c1, c2) = sorted(s[x &+ 2 &* p], s[x &+ 5 &* p], s[x &+ 8 &* p])
            let (rank1, low) = ordered(a1, b0)
            let (high, rank7) = ordered(b2, c1)
            let (u, v) = ordered(a2, c0)
            let (rank2, lower) = ordered(low, u)
            let (upper, rank6) = ordered(high, v)
            let (rank3, t) = ordered(lower, b1)
            let (rank4, rank5) = ordered(t, upper)
            out[x] = a0
            out[x &+ p] = rank1
            out[x &+ 2 &* p] = rank2
            out[x &+ 3 &* p] = rank3
            out[x &+ 4 &* p] = rank4
            out[x &+ 5 &* p] = rank5
            out[x &+ 6 &* p] = rank6
            out[x &+ 7 &* p] = rank7
            out[x &+ 8 &* p] = c2
        }
    }

    /// The 14th of three sorted nines. With their equal ranks sorted as well, element (i, j) has (i + 1)(j + 1) − 1
    /// others that are no larger and (3 − i)(9 − j) − 1 that are no smaller: 13 are left that may be the middle, in
    /// sorted rows of four, five and four.
    private static func findMedians(_ base: UnsafeMutablePointer<Int16>) {
        let (w, out, p) = (base + Scratch.walls * Scratch.pitch, base + Scratch.result * Scratch.pitch, Scratch.pitch)
        for x in 0..<Scratch.block {
            @inline(__always) func column(_ j: Int) -> (Int16, Int16, Int16) {
                let at = x &+ j &* p
                return sorted(w[at], w[at &+ 1], w[at &+ 2])
            }
            let (h0, h1) = (column(0).2, column(1).2)
            let ((_, m2, h2), (_, m3, h3)) = (column(2), column(3))
            let m4 = column(4).1
            let ((l5, m5, _), (l6, m6, _)) = (column(5), column(6))
            let (l7, l8) = (column(7).0, column(8).0)
            let (_, s2, s3, s4, s5, s6, s7, _) = merged((l5, l6, l7, l8), (h0, h1, h2, h3))
            // the 7th of eight and five
            let first = min(max(s2, m6), max(s3, m5))
            let second = min(max(s4, m4), max(s5, m3))
            out[x] = min(min(first, second), min(max(s6, m2), s7))
        }
    }

    private typealias Four = (Int16, Int16, Int16, Int16)

    /// Batcher's odd–even merge of two sorted fours (1968).
    @inline(__always) private static func merged(
        _ a: Four, _ c: Four
    ) -> (Int16, Int16, Int16, Int16, Int16, Int16, Int16, Int16) {
        let (even0, even1, even2, even3) = merged((a.0, a.2), (c.0, c.2))
        let (odd0, odd1, odd2, odd3) = merged((a.1, a.3), (c.1, c.3))
        let ((b, d), (e, f), (g, h)) = (ordered(odd0, even1), ordered(odd1, even2), ordered(odd2, even3))
        return (even0, b, d, e, f, g, h, odd3)
    }

    @inline(__always) private static func merged(_ a: (Int16, Int16), _ c: (Int16, Int16)) -> Four {
        let ((first, s), (t, last)) = (ordered(a.0, c.0), ordered(a.1, c.1))
        let (second, third) = ordered(s, t)
        return (first, second, third, last)
    }

    @inline(__always) private static func ordered(_ a: Int16, _ b: Int16) -> (Int16, Int16) { (min(a, b), max(a, b)) }

    @inline(__always) private static func sorted(_ a: Int16, _ b: Int16, _ c: Int16) -> (Int16, Int16, Int16) {
        let (low, high) = ordered(a, b)
        let (middle, top) = ordered(high, c)
        let (bottom, between) = ordered(low, middle)
        return (bottom, between, top)
    }
}
