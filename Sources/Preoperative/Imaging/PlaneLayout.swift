/// The even grid of planes on which slices at given places lie, or to which they must be brought.
struct PlaneLayout: Equatable {
    /// The plane of each slice among the planes that are decoded.
    var planes: [Int]
    /// Planes that are decoded, holes included.
    var count: Int
    /// Distance between planes of the final grid, mm; `nil` for a single slice.
    var spacing: Double?
    /// Slices after which one or more are missing, and how many are missing in all.
    var holes: [Int] = []
    var missing = 0
    /// Places that are on no even grid.
    var uneven: Uneven?

    struct Uneven: Equatable {
        var smallest: Double
        var largest: Double
        /// Slices after which the distance differs from the usual one.
        var slices: [Int]
        /// Planes of the even grid, `spacing` apart, that starts at the first slice.
        var count: Int
        /// Whether the distances differ so little that the even grid is as good as any scan's.
        var isHarmless: Bool { largest <= PlaneLayout.mostJitter * smallest }
    }

    /// Distances between slices may differ by this factor before the image is no longer one even scan.
    static let mostJitter = 1.25

    /// - Parameter places: along the normal, ascending, mm.
    init(_ places: [Double]) {
        planes = Array(places.indices)
        count = places.count
        guard places.count > 1, let first = places.first, let last = places.last else { return }
        let gaps = zip(places.dropFirst(), places).map(-)
        let even = (last - first) / Double(places.count - 1)
        spacing = even
        if PlaneLayout.fits(places, planes, even) { return }
        if places.count > 2, let filled = PlaneLayout.filling(gaps), let end = filled.last, end + 1 > places.count,
            PlaneLayout.fits(places, filled, (last - first) / Double(end))
        {
            (planes, count, spacing) = (filled, end + 1, (last - first) / Double(end))
            holes = gaps.indices.filter { filled[$0 + 1] - filled[$0] > 1 }
            missing = count - places.count
            return
        }
        uneven = PlaneLayout.evened(gaps)
        if let uneven { spacing = uneven.isHarmless ? even : (last - first) / Double(uneven.count - 1) }
    }

    /// An even grid for uneven gaps: as many planes as slices where the gaps hardly differ, else planes at the usual gap.
    private static func evened(_ gaps: [Double]) -> Uneven {
        let usual = gaps.sorted()[(gaps.count - 1) / 2]
        let whole = gaps.reduce(0, +)
        let odd = gaps.indices.filter { abs(gaps[$0] - usual) > SliceStack.placeTolerance }
        var found = Uneven(
            smallest: gaps.min() ?? 0, largest: gaps.max() ?? 0, slices: odd.isEmpty ? Array(gaps.indices) : odd,
            count: gaps.count + 1)
        if !found.isHarmless { found.count = Int(min((whole / usual).rounded(), 1e6)) + 1 }
        return found
    }

    /// Whether every slice lies on its plane, to the tolerance.
    private static func fits(_ places: [Double], _ planes: [Int], _ spacing: Double) -> Bool {
        places.indices.allSatisfy {
            abs(places[$0] - places[0] - Double(planes[$0]) * spacing) <= SliceStack.placeTolerance
        }
    }

    /// Planes such that gaps of about k times the usual one leave out k − 1; `nil` where some gap is no such multiple.
    private static func filling(_ gaps: [Double]) -> [Int]? {
        let usual = gaps.sorted()[gaps.count / 2]
        guard usual > SliceStack.samePlace else { return nil }
        var planes = [0]
        for gap in gaps {
            let steps = (gap / usual).rounded()
            guard steps >= 1, steps < 1000, abs(gap - steps * usual) < 0.1 * usual else { return nil }
            planes.append((planes.last ?? 0) + Int(steps))
        }
        guard let last = planes.last, last <= 4 * gaps.count + 4 else { return nil }
        return planes
    }
}
