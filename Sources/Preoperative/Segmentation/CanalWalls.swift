import Frames
import Imaging

/// Sheets of bone before and behind the canal, which its path does not go through: they stand out from what lies on both
/// sides of them, however dark the marrow behind is, and are thinner than the elements of the path's grid.
struct CanalWalls: Sendable {
    /// 1 where a sheet passes, on the path's grid.
    let sheets: MaskGrid

    /// What a path pays for going through a wall: as much as a dozen well ringed slices are worth.
    static let cost: Float = 4
    /// A sheet has at least this, and so much more than the canal on its one side and the marrow on its other, HU.
    static let leastHU: Float = 100, contrast = (canal: Float(60), marrow: Float(25))
    /// Elements that show thin cortex, mm, and from a sheet to what lies beside it.
    static let spacing = 1.0, beside = 4.0
    /// How far from a path its better course may lie: to the left and right, to the front and to the back, mm.
    static let reach = Vector3(14, 30, 0), back = Vector3(14, 44, 0)

    /// - Parameters:
    ///   - path: what may go through a wall; the region round it is looked at.
    ///   - coarse: the path's own grid.
    init?(_ ct: Volume<Int16>?, along path: [Vector3]?, like coarse: ScalarGrid) {
        guard let ct, let path, var low = path.first else { return nil }
        var high = low
        for p in path {
            low = pointwiseMin(low, p)
            high = pointwiseMax(high, p)
        }
        let box = PatientBox(low: low - Self.reach, high: high + Self.back).intersection(
            PatientBox(around: ct.geometry))
        let fine = ScalarGrid(ct, spacing: Self.spacing, box: box).blurred(sigma: 0.8)
        var found = MaskGrid(like: coarse, filledWith: 0)
        Self.forEachSheet(fine) { p in
            if let i = coarse.nearestOffset(p) { found.values[i] = 1 }
        }
        sheets = found
    }

    /// Elements brighter than both neighbours across the front, the height, or half way between.
    private static func forEachSheet(_ g: ScalarGrid, _ visit: (Vector3) -> Void) {
        let plane = g.nx * g.ny, reach = Int(beside / spacing), slant = Int(0.75 * beside / spacing)
        let steps = [reach * g.nx, reach * plane, slant * (g.nx + plane), slant * (g.nx - plane)]
        for z in reach..<max(reach, g.nz - reach) {
            for y in reach..<max(reach, g.ny - reach) {
                for x in 0..<g.nx {
                    let i = (z * g.ny + y) * g.nx + x, hu = g.values[i]
                    guard hu > leastHU else { continue }
                    for step in steps {
                        let (a, b) = (g.values[i + step], g.values[i - step])
                        guard hu > min(a, b) + contrast.canal, hu > max(a, b) + contrast.marrow else { continue }
                        visit(g.point(x, y, z))
                        break
                    }
                }
            }
        }
    }

    /// Whether a path from slice to slice goes through a sheet.
    func cross(_ path: [Vector3]) -> Bool {
        path.indices.dropFirst().contains { k in
            guard let i = sheets.nearestOffset(path[k]) else { return false }
            return cross(i, Int(((path[k - 1].y - path[k].y) / sheets.spacing).rounded()))
        }
    }

    /// Whether the step to element `i` from the slice below, `move` elements further back, goes through a sheet: it goes
    /// up first, and then to the front or back within its slice.
    @inline(__always) func cross(_ i: Int, _ move: Int) -> Bool {
        for step in min(0, move)...max(0, move) where sheets.values[i + step * sheets.nx] == 1 { return true }
        return false
    }
}
