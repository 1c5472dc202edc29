import Imaging

/// Gives a bone what it encloses that is brighter than any soft tissue, whatever shape it has: the marrow of articular
/// and transverse processes, which thin cortex leaves open to the side, and pits that an edge's noise leaves in bone.
///
/// Bone's blurred rim is as bright, but soft tissue lies beside it. So marrow begins where all 26 neighbours are bone or
/// bright themselves, and regions of that stay only where the bone surrounds most of them.
struct BrightMarrow: Sendable {
    let size: GridSize
    /// Voxel sizes, mm.
    let spacing: (Double, Double, Double)

    /// Muscle lies at 40–60 HU; the mean over a voxel and those beside it in its slice is brighter than it by more than
    /// noise, and the voxel itself is not darker by more than noise.
    static let leastMeanHU = 110, leastHU = 70
    /// The marrow of one process, mm³.
    static let largest = 3000.0
    /// The part of a region's outline at the bone itself.
    static let leastOwn = 0.5

    private enum Kind {
        static let none: UInt8 = 0, own: UInt8 = 1, bright: UInt8 = 2, other: UInt8 = 3, marrow: UInt8 = 4
    }

    /// - Returns: offsets of the voxels of no structure that `value` encloses.
    func enclosed(
        _ paint: UnsafeBufferPointer<UInt8>, _ value: UInt8, _ b: VoxelBounds, _ hu: UnsafeBufferPointer<Int16>
    )
        -> [Int]
    {
        var box = KindBox(around: b, margin: 3, size)
        guard box.nx > 2, box.ny > 2, box.nz > 2 else { return [] }
        box.forEach { i, o in
            let label = paint[o]
            guard label != value else { return box.kinds[i] = Kind.own }
            let isFree = label == Paint.body || label == Paint.bone || label == Paint.nothing || label == Paint.stray
            if !isFree { box.kinds[i] = Kind.other } else if isBright(o, hu) { box.kinds[i] = Kind.bright }
        }
        let core = box.core()
        for region in box.regions(of: core) where isMarrow(region, core, box) {
            for i in region { box.kinds[i] = Kind.marrow }
        }
        box.closePits()
        return box.offsets(of: Kind.marrow)
    }

    private func isBright(_ o: Int, _ hu: UnsafeBufferPointer<Int16>) -> Bool {
        guard hu[o] > Self.leastHU else { return false }
        var sum = 0
        for row in [o - size.x, o, o + size.x] { for j in (row - 1)...(row + 1) { sum += Int(hu[j]) } }
        return sum > 9 * Self.leastMeanHU
    }

    private func isMarrow(_ region: [Int], _ core: [Bool], _ box: KindBox) -> Bool {
        guard Double(region.count) * spacing.0 * spacing.1 * spacing.2 <= Self.largest else { return false }
        var rim: Set<Int> = []
        for i in region { for j in box.around(i) where !core[j] { rim.insert(j) } }
        return Double(rim.count { box.kinds[$0] == Kind.own }) >= Self.leastOwn * Double(rim.count)
    }

    /// A box of the image and what each of its voxels is; the outermost layer of the image stays out of it.
    private struct KindBox {
        let low: (x: Int, y: Int, z: Int)
        let nx, ny, nz: Int
        let size: GridSize
        var kinds: [UInt8]

        init(around b: VoxelBounds, margin: Int, _ size: GridSize) {
            func range(_ low: Int, _ high: Int, _ count: Int) -> (Int, Int) {
                let first = max(low - margin, 1)
                return (first, max(min(high + margin, count - 2) - first + 1, 0))
            }
            let (x, y) = (range(b.low.x, b.high.x, size.x), range(b.low.y, b.high.y, size.y))
            let z = range(b.low.z, b.high.z, size.z)
            (low, nx, ny, nz, self.size) = ((x.0, y.0, z.0), x.1, y.1, z.1, size)
            kinds = [UInt8](repeating: Kind.none, count: nx * ny * nz)
        }

        func offset(_ i: Int) -> Int {
            let (row, x) = i.quotientAndRemainder(dividingBy: nx)
            let (z, y) = row.quotientAndRemainder(dividingBy: ny)
            return ((z + low.z) * size.y + y + low.y) * size.x + x + low.x
        }

        func forEach(_ body: (Int, Int) -> Void) { for i in 0..<(nx * ny * nz) { body(i, offset(i)) } }

        func offsets(of kind: UInt8) -> [Int] { kinds.indices.filter { kinds[$0] == kind }.map(offset) }

        /// Indices of the box's inner voxels that hold `kind`.
        private func inner(_ reach: Int, _ kind: UInt8) -> [Int] {
            guard nx > 2 * reach, ny > 2 * reach, nz > 2 * reach else { return [] }
            var found: [Int] = []
            for z in reach..<(nz - reach) {
                for y in reach..<(ny - reach) {
                    let row = (z * ny + y) * nx
                    for x in reach..<(nx - reach) where kinds[row + x] == kind { found.append(row + x) }
                }
            }
            return found
        }

        /// The 26 neighbours of an inner voxel.
        func around(_ i: Int) -> [Int] {
            var list: [Int] = []
            list.reserveCapacity(26)
            for z in [-nx * ny, 0, nx * ny] {
                for y in [-nx, 0, nx] {
                    for x in [-1, 0, 1] where x != 0 || y != 0 || z != 0 { list.append(i + x + y + z) }
                }
            }
            return list
        }

        /// What is bright, has nothing but bone and what is bright about it, and no other structure within two steps.
        func core() -> [Bool] {
            var core = [Bool](repeating: false, count: kinds.count)
            let steps = [-1, 1, -nx, nx, -nx * ny, nx * ny]
            for i in inner(2, Kind.bright) {
                core[i] =
                    around(i).allSatisfy { kinds[$0] == Kind.own || kinds[$0] == Kind.bright }
                    && steps.allSatisfy { kinds[i + 2 * $0] != Kind.other }
            }
            return core
        }

        func regions(of core: [Bool]) -> [[Int]] {
            var open = core, found: [[Int]] = [], stack: [Int] = []
            for start in open.indices where open[start] {
                var region: [Int] = []
                open[start] = false
                stack.append(start)
                while let i = stack.popLast() {
                    region.append(i)
                    for j in around(i) where open[j] { open[j] = false; stack.append(j) }
                }
                found.append(region)
            }
            return found
        }

        /// What is bright between the bone and its marrow joins them, where four of six neighbours belong to them and none
        /// to another structure.
        mutating func closePits() {
            let steps = [-1, 1, -nx, nx, -nx * ny, nx * ny]
            for _ in 0..<2 {
                let joining = inner(1, Kind.bright).filter { i in
                    steps.allSatisfy { kinds[i + $0] != Kind.other }
                        && steps.count { kinds[i + $0] == Kind.own || kinds[i + $0] == Kind.marrow } >= 4
                }
                for i in joining { kinds[i] = Kind.marrow }
            }
        }
    }
}
