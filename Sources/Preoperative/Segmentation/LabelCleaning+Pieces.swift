import Imaging

/// Pieces of a structure that hang together, and which of them stay.
extension LabelCleaner {
    /// HU that bone reaches and contrast in a kidney does not.
    static let certainBoneHU: Int16 = 280
    /// The same among streaks, which cortex alone outshines, HU.
    static let certainBesideMetalHU: Int16 = 500

    /// Keeps the largest connected piece of `value`, and others of at least `smallest` mm³ of which a fifth is surely
    /// bone (a transverse process may hang on by a bridge thinner than a voxel); the rest becomes `replacement`.
    func keepLargest(
        _ paint: inout [UInt8], _ value: UInt8, _ b: VoxelBounds, _ ct: Volume<Int16>, smallest: Double,
        replacement: UInt8, certainHU: Int16 = certainBoneHU
    ) {
        let m = mask(paint, value, b)
        let (map, list) = m.components()
        guard list.count > 1, let best = list.map(\.count).max() else { return }
        var dense = [Int](repeating: 0, count: list.count)
        forEachPiece(m, map, b) { number, i in if ct.voxels[i] > certainHU { dense[number] += 1 } }
        let voxel = spacing.0 * spacing.1 * spacing.2
        let keep = list.indices.map { k in
            list[k].count == best || (Double(list[k].count) * voxel >= smallest && dense[k] * 5 >= list[k].count)
        }
        forEachPiece(m, map, b) { number, i in if !keep[number] { paint[i] = replacement } }
    }

    /// Pieces of `value` smaller than `smallest` mm³ become `replacement`.
    func dropIslands(
        _ paint: inout [UInt8], _ value: UInt8, _ b: VoxelBounds, smallest: Double, replacement: UInt8
    ) {
        let m = mask(paint, value, b)
        let (map, list) = m.components()
        let voxel = spacing.0 * spacing.1 * spacing.2
        forEachPiece(m, map, b) { number, i in
            if Double(list[number].count) * voxel < smallest { paint[i] = replacement }
        }
    }

    /// Each voxel of a piece, with the piece's number from 0 and the voxel's offset in the image.
    private func forEachPiece(_ m: MaskGrid, _ map: [Int32], _ b: VoxelBounds, _ body: (Int, Int) -> Void) {
        forEachRow(b) { z, y, row in
            for x in b.low.x...b.high.x {
                let number = map[m.offset(x - b.low.x + 1, y - b.low.y + 1, z - b.low.z + 1)]
                if number > 0 { body(Int(number) - 1, row + x) }
            }
        }
    }
}
