/// The even grid of planes on which slices at given places lie.
struct PlaneLayout: Equatable {
    /// The plane of each slice.
    var planes: [Int]
    /// Planes of the grid.
    var count: Int
    /// Distance between planes, mm; `nil` for a single slice.
    var spacing: Double?
    var irregularities: [Irregularity] = []

    /// - Parameter places: along the normal, ascending, mm.
    init(_ places: [Double]) {
        planes = Array(places.indices)
        count = places.count
        guard places.count > 1, let first = places.first, let last = places.last else { return }
        let gaps = zip(places.dropFirst(), places).map(-)
        spacing = (last - first) / Double(places.count - 1)
        if places.count > 2, let filled = PlaneLayout.filling(gaps), (filled.last ?? 0) + 1 > places.count {
            let even = (last - first) / Double(filled.last ?? 1)
            if PlaneLayout.misplaced(places, filled, even).isEmpty {
                (planes, count, spacing) = (filled, (filled.last ?? 0) + 1, even)
                let holes = gaps.indices.filter { planes[$0 + 1] - planes[$0] > 1 }
                irregularities = [
                    Irregularity(
                        .missingSlices(after: holes.map { planes[$0] }, count: count - places.count), .forbidsPlanning)
                ]
                return
            }
        }
        reportUneven(places, gaps)
    }

    private mutating func reportUneven(_ places: [Double], _ gaps: [Double]) {
        guard let spacing, let least = gaps.min(), let most = gaps.max() else { return }
        let wrong = PlaneLayout.misplaced(places, planes, spacing)
        guard !wrong.isEmpty else { return }
        irregularities = [
            Irregularity(.unevenSpacing(smallest: least, largest: most, slices: wrong), .forbidsPlanning)
        ]
    }

    /// Slices that lie further from their plane than the tolerance.
    private static func misplaced(_ places: [Double], _ planes: [Int], _ spacing: Double) -> [Int] {
        places.indices.filter {
            abs(places[$0] - places[0] - Double(planes[$0]) * spacing) > SliceStack.placeTolerance
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
