/// Which neighbours of a voxel are connected to it: those that share a face (6), a face or an edge (18), or any (26).
public enum Connectivity: Sendable { case six, eighteen, twentySix }

/// The connected components of a mask, found run by run with a forest of disjoint sets (Rosenfeld and Pfaltz 1966;
/// runs after He, Chao and Suzuki 2008, IEEE TIP 17:749), slabs of slices at a time on all cores.
///
/// ```swift
/// let bone = ConnectedComponents(of: BitGrid(ct, above: 200), connectivity: .twentySix, order: .bySize)
/// let largest = bone.mask(of: 1)
/// ```
public struct ConnectedComponents: Sendable {
    /// How components are numbered, always from 1: as their first voxels are stored, or from the largest (ties as
    /// stored).
    public enum Order: Sendable { case asStored, bySize }

    public let size: GridSize
    /// Voxels of component n at n − 1.
    public let voxelCounts: [Int]
    let runs: VoxelRuns
    /// The component of each run; 0 for one that is too small.
    let number: [Int32]

    /// - Parameter smallest: components of fewer voxels are left out.
    public init(of grid: BitGrid, connectivity: Connectivity, smallest: Int = 1, order: Order = .asStored) {
        size = grid.size
        runs = VoxelRuns(of: grid)
        var forest = RunForest(runs, size: grid.size, connectivity: connectivity)
        forest.link()
        (number, voxelCounts) = Self.numbered(forest.roots(), runs, smallest, order)
    }

    /// The number of each voxel's component, x fastest; 0 outside.
    public func map() -> [Int32] { painted(background: 0) { $0 } }

    /// One component alone: 1 within, 0 outside.
    public func mask(of wanted: Int) -> [UInt8] {
        let wanted = Int32(truncatingIfNeeded: wanted)
        return painted(background: 0) { $0 == wanted ? 1 : 0 }
    }

    /// A grid of values, one a component, given by its number.
    public func painted<Value: BitwiseCopyable & Sendable>(
        background: Value, _ value: @Sendable (Int32) -> Value
    ) -> [Value] {
        let layer = size.x * size.y
        return [Value](unsafeUninitializedCapacity: size.count) { buffer, filled in
            let out = SharedBuffer(buffer)
            parallelFor(size.z) { z in
                UnsafeMutableBufferPointer(rebasing: out.pointer[(z * layer)..<((z + 1) * layer)])
                    .initialize(repeating: background)
                for row in (z * size.y)..<((z + 1) * size.y) {
                    for run in Int(runs.first[row])..<Int(runs.first[row + 1]) where number[run] != 0 {
                        let own = value(number[run])
                        for x in Int(runs.start[run])..<Int(runs.end[run]) { out[row * size.x + x] = own }
                    }
                }
            }
            filled = size.count
        }
    }

    /// Numbers of the runs' components, and how many voxels each has. A root is its component's first run.
    private static func numbered(
        _ roots: [Int32], _ runs: VoxelRuns, _ smallest: Int, _ order: Order
    ) -> (number: [Int32], counts: [Int]) {
        var (first, counts): ([Int], [Int]) = ([], [])
        var place = [Int32](repeating: 0, count: roots.count)
        for run in roots.indices {
            let root = Int(roots[run])
            if root == run {
                place[run] = Int32(truncatingIfNeeded: counts.count)
                first.append(run)
                counts.append(0)
            } else {
                place[run] = place[root]
            }
            counts[Int(place[run])] += Int(runs.end[run] - runs.start[run])
        }
        var kept = counts.indices.filter { counts[$0] >= smallest }
        if order == .bySize { kept.sort { (counts[$1], $0) < (counts[$0], $1) } }
        var final = [Int32](repeating: 0, count: counts.count)
        for (i, old) in kept.enumerated() { final[old] = Int32(truncatingIfNeeded: i + 1) }
        return (place.map { final[Int($0)] }, kept.map { counts[$0] })
    }
}
