/// A forest of disjoint sets over runs, each set's root its first run.
struct RunForest {
    private let runs: VoxelRuns
    private let size: GridSize
    private let connectivity: Connectivity
    private var parent: [Int32]

    init(_ runs: VoxelRuns, size: GridSize, connectivity: Connectivity) {
        (self.runs, self.size, self.connectivity) = (runs, size, connectivity)
        parent = (0..<Int32(truncatingIfNeeded: runs.count)).map(\.self)
    }

    /// Joins all runs that touch: slabs at once, then what touches across their borders.
    mutating func link() {
        let slabs = min(16, size.z)
        let (linker, depth) = (RunLinker(runs: runs, size: size, connectivity: connectivity), size.z)
        parent.withUnsafeMutableBufferPointer { buffer in
            let parent = SharedBuffer(buffer)
            parallelFor(slabs) { slab in
                let slices = (depth * slab / slabs)..<(depth * (slab + 1) / slabs)
                for z in slices {
                    linker.linkWithinSlice(z, parent)
                    if z > slices.lowerBound { linker.linkToSliceBelow(z, parent) }
                }
            }
            for slab in stride(from: 1, to: slabs, by: 1) { linker.linkToSliceBelow(depth * slab / slabs, parent) }
        }
    }

    /// The root of every run; never after the run itself.
    func roots() -> [Int32] {
        var roots = parent
        // a parent comes before its children
        for i in roots.indices { roots[i] = roots[Int(roots[i])] }
        return roots
    }
}

/// Finds the runs of neighbouring rows that touch.
struct RunLinker: Sendable {
    let runs: VoxelRuns
    let size: GridSize
    let connectivity: Connectivity

    func linkWithinSlice(_ z: Int, _ parent: SharedBuffer<Int32>) {
        for y in stride(from: 1, to: size.y, by: 1) {
            link(z * size.y + y, z * size.y + y - 1, reach: connectivity == .six ? 0 : 1, parent)
        }
    }

    func linkToSliceBelow(_ z: Int, _ parent: SharedBuffer<Int32>) {
        for y in 0..<size.y {
            let (row, below) = (z * size.y + y, (z - 1) * size.y + y)
            link(row, below, reach: connectivity == .six ? 0 : 1, parent)
            if connectivity == .six { continue }
            let reach: Int32 = connectivity == .twentySix ? 1 : 0
            if y > 0 { link(row, below - 1, reach: reach, parent) }
            if y + 1 < size.y { link(row, below + 1, reach: reach, parent) }
        }
    }

    /// Joins the runs of two rows that overlap, or miss each other by less than `reach` voxels.
    private func link(_ row: Int, _ other: Int, reach: Int32, _ parent: SharedBuffer<Int32>) {
        runs.first.withUnsafeBufferPointer { first in
            var (i, j) = (Int(first[row]), Int(first[other]))
            let (lastI, lastJ) = (Int(first[row + 1]), Int(first[other + 1]))
            guard i < lastI, j < lastJ else { return }
            runs.start.withUnsafeBufferPointer { start in
                runs.end.withUnsafeBufferPointer { end in
                    while i < lastI, j < lastJ {
                        if start[i] < end[j] &+ reach, start[j] < end[i] &+ reach { Self.join(i, j, parent) }
                        if end[i] < end[j] { i += 1 } else { j += 1 }
                    }
                }
            }
        }
    }

    private static func join(_ a: Int, _ b: Int, _ parent: SharedBuffer<Int32>) {
        let (p, q) = (root(a, parent), root(b, parent))
        if p != q { parent[Int(max(p, q))] = min(p, q) }
    }

    /// The root of a run; halves the path to it.
    @inline(__always) private static func root(_ run: Int, _ parent: SharedBuffer<Int32>) -> Int32 {
        var at = Int32(truncatingIfNeeded: run)
        while true {
            let up = parent[Int(at)]
            if up == at { return at }
            let above = parent[Int(up)]
            parent[Int(at)] = above
            at = above
        }
    }
}
