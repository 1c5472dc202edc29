import Imaging

/// Gives back to the vertebrae what ribs' fronts took beyond their joints: sheets of cortex, and processes.
///
/// A rib is thicker than two cortices. What of a rib's bone is a thin sheet upon a vertebra is that vertebra's own
/// cortex, and so is what hangs on a vertebra but not on the rib's shaft.
struct RibCortex {
    let size: GridSize
    /// Voxel sizes, mm.
    let spacing: (Double, Double, Double)

    /// Sheets up to twice as thick are cortex; the shaft of the thinnest rib measures 5 mm, mm.
    static let radius = 1.5
    /// Looked at round the vertebrae, mm; a rib's shaft runs out of there, or has at least a core of that volume, mm³.
    static let margin = 8.0, leastShaft = 100.0
    /// Of an island's faces on bone, so many must lie on one vertebra, and of its faces on anything so many on bone.
    static let fewestTouching = 0.5, leastContact = 0.15

    /// - Parameters:
    ///   - pieces: 1…`pieces` are vertebrae and sacrum.
    ///   - bounds: where they lie.
    func giveBack(_ paint: inout [UInt8], pieces: Int, _ bounds: [VoxelBounds?]) {
        guard let box = box(bounds[1...pieces].compactMap { $0 }) else { return }
        var ribs = LocalMask(box, margin: (0, 0, 0))
        for id in Paint.firstRib..<Paint.pelvis where bounds[Int(id)] != nil { ribs.read(paint, id, size) }
        guard ribs.values.contains(1) else { return }
        let shafts = shafts(of: ribs)
        var loose = ribs
        for i in loose.values.indices where shafts.values[i] == 1 { loose.values[i] = 0 }
        for island in loose.islands() { settle(island, loose, pieces, &paint) }
    }

    /// What holds all pieces, with a margin within the image.
    private func box(_ all: [VoxelBounds]) -> VoxelBounds? {
        guard var b = all.first else { return nil }
        for o in all {
            b.low = (min(b.low.x, o.low.x), min(b.low.y, o.low.y), min(b.low.z, o.low.z))
            b.high = (max(b.high.x, o.high.x), max(b.high.y, o.high.y), max(b.high.z, o.high.z))
        }
        let (x, y, z) = (Int(Self.margin / spacing.0), Int(Self.margin / spacing.1), Int(Self.margin / spacing.2))
        b.low = (max(0, b.low.x - x), max(0, b.low.y - y), max(0, b.low.z - z))
        b.high = (min(size.x - 1, b.high.x + x), min(size.y - 1, b.high.y + y), min(size.z - 1, b.high.z + z))
        return b
    }

    /// What is thicker than a sheet, and runs out of the box or is large.
    private func shafts(of ribs: LocalMask) -> LocalMask {
        var core = ribs.spread(LocalMask.ball(Self.radius, spacing), from: 0)
        let fewest = Self.leastShaft / (spacing.0 * spacing.1 * spacing.2)
        for island in core.islands() where Double(island.count) < fewest && !island.contains(where: core.isAtBorder) {
            for i in island { core.values[i] = 0 }
        }
        let step = 1.01 * min(spacing.0, spacing.1, spacing.2)
        var wide = core.spread(LocalMask.ball(Self.radius + step, spacing), from: 1)
        for i in wide.values.indices where ribs.values[i] == 0 { wide.values[i] = 0 }
        return wide
    }

    /// An island becomes that vertebra's on which most of its faces on bone lie, if any.
    private func settle(_ island: [Int], _ loose: LocalMask, _ pieces: Int, _ paint: inout [UInt8]) {
        var faces = [Int](repeating: 0, count: 256)
        for i in island {
            loose.forEachNeighbour(i) { j in
                if loose.values[j] == 0, let o = loose.imageOffset(j, size) { faces[Int(paint[o])] += 1 }
            }
        }
        let bony = (1...Int(Paint.pelvis)).reduce(0) { $0 + faces[$1] }
        guard let best = (1...pieces).max(by: { faces[$0] < faces[$1] }), faces[best] > 0,
            Double(faces[best]) >= Self.fewestTouching * Double(bony),
            Double(faces[best]) >= Self.leastContact * Double(faces.reduce(0, +))
        else { return }
        for i in island { if let o = loose.imageOffset(i, size) { paint[o] = UInt8(best) } }
    }
}

extension LocalMask {
    /// Offsets within a ball.
    static func ball(_ radius: Double, _ spacing: (Double, Double, Double)) -> [(Int, Int, Int)] {
        let (sx, sy, sz) = (Int(radius / spacing.0), Int(radius / spacing.1), Int(radius / spacing.2))
        return (-sz...sz).flatMap { z in
            (-sy...sy).flatMap { y in
                (-sx...sx).compactMap { x in
                    let (a, b, c) = (Double(x) * spacing.0, Double(y) * spacing.1, Double(z) * spacing.2)
                    return a * a + b * b + c * c <= radius * radius ? (x, y, z) : nil
                }
            }
        }
    }

    func isAtBorder(_ i: Int) -> Bool {
        let (row, x) = i.quotientAndRemainder(dividingBy: nx)
        let (z, y) = row.quotientAndRemainder(dividingBy: ny)
        return x == 0 || y == 0 || z == 0 || x == nx - 1 || y == ny - 1 || z == nz - 1
    }

    /// Visits the elements beyond the six faces.
    @inline(__always) func forEachNeighbour(_ i: Int, _ visit: (Int) -> Void) {
        let (row, x) = i.quotientAndRemainder(dividingBy: nx)
        let (z, y) = row.quotientAndRemainder(dividingBy: ny)
        if x > 0 { visit(i - 1) }
        if x + 1 < nx { visit(i + 1) }
        if y > 0 { visit(i - nx) }
        if y + 1 < ny { visit(i + nx) }
        if z > 0 { visit(i - nx * ny) }
        if z + 1 < nz { visit(i + nx * ny) }
    }

    /// The elements of each part connected over faces.
    func islands() -> [[Int]] {
        var seen = values.map { $0 == 0 }, stack: [Int] = [], result: [[Int]] = []
        for start in seen.indices where !seen[start] {
            var island: [Int] = []
            seen[start] = true
            stack.append(start)
            while let i = stack.popLast() {
                island.append(i)
                forEachNeighbour(i) { j in
                    if !seen[j] { seen[j] = true; stack.append(j) }
                }
            }
            result.append(island)
        }
        return result
    }
}
