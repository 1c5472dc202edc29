import Imaging

/// Which vertebra carries a rib, from where the ribs' territory touches the vertebrae's.
enum RibContacts {
    /// For each piece of the spine: whether a rib ends at it.
    static func carriers(_ territories: Territories, pieces: Int, curve: SpineCurve) -> [Bool] {
        let grid = territories.owner
        var touching = [[Int]](repeating: [Int](repeating: 0, count: pieces), count: territories.ribs.count)
        let plane = grid.nx * grid.ny
        for i in 0..<(grid.count - plane) {
            let a = grid.values[i]
            guard a > 0 else { continue }
            for j in [i + 1, i + grid.nx, i + plane] where j < grid.count {
                let b = grid.values[j]
                guard b > 0, b != a else { continue }
                let (low, high) = a < b ? (a, b) : (b, a)
                guard low <= UInt8(pieces), high >= Territories.firstRib, high < Territories.pelvis else { continue }
                touching[Int(high - Territories.firstRib)][Int(low) - 1] += 1
            }
        }
        var result = [Bool](repeating: false, count: pieces)
        for (rib, counts) in touching.enumerated() where !isCutInside(Territories.firstRib + UInt8(rib), grid, curve) {
            guard let most = counts.max(), most >= 4 else {
                if let k = nearest(to: Territories.firstRib + UInt8(rib), grid, pieces, curve) { result[k] = true }
                continue
            }
            // A rib's head may lean on the body above as well, so it belongs to the lowest that it clearly touches.
            if let k = counts.firstIndex(where: { $0 * 4 >= most }) { result[k] = true }
        }
        return result
    }

    /// Whether a rib leaves the image above or below while still this near to the midline, so that its head is not
    /// seen, mm.
    static let headReach = 45.0

    private static func isCutInside(_ rib: UInt8, _ grid: MaskGrid, _ curve: SpineCurve) -> Bool {
        let plane = grid.nx * grid.ny, margin = max(1, Int(3 / grid.spacing))
        for z in [0..<min(margin, grid.nz), max(0, grid.nz - margin)..<grid.nz].joined() {
            let middle = curve.middle(at: grid.point(0, 0, z).z)
            for i in (z * plane)..<((z + 1) * plane) where grid.values[i] == rib {
                if abs(grid.point(offset: i).x - middle) < headReach { return true }
            }
        }
        return false
    }

    /// A rib's head may lie apart from its vertebra by a joint, mm.
    static let jointReach = 16.0

    /// The piece nearest to a rib's inner end; `nil` where none is within reach.
    private static func nearest(to rib: UInt8, _ grid: MaskGrid, _ pieces: Int, _ curve: SpineCurve) -> Int? {
        var inner = (aside: Double.infinity, offset: -1)
        for i in 0..<grid.count where grid.values[i] == rib {
            let p = grid.point(offset: i), aside = abs(p.x - curve.middle(at: p.z))
            if aside < inner.aside { inner = (aside, i) }
        }
        guard inner.offset >= 0 else { return nil }
        let (row, x) = inner.offset.quotientAndRemainder(dividingBy: grid.nx)
        let (z, y) = row.quotientAndRemainder(dividingBy: grid.ny)
        let reach = Int(jointReach / grid.spacing)
        var best = (distance: reach * reach + 1, piece: -1)
        for dz in -reach...reach {
            for dy in -reach...reach {
                for dx in -reach...reach where grid.contains(x + dx, y + dy, z + dz) {
                    let owner = grid.values[grid.offset(x + dx, y + dy, z + dz)]
                    guard owner > 0, owner <= UInt8(pieces) else { continue }
                    let distance = dx * dx + dy * dy + dz * dz
                    if distance < best.distance { best = (distance, Int(owner) - 1) }
                }
            }
        }
        return best.piece >= 0 ? best.piece : nil
    }
}
