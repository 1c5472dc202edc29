import Frames
import Glibc

/// How far slices lie beside the normal through the first one: they do where the gantry was tilted.
struct SliceShear: Equatable {
    /// For each slice, by how many pixels its first pixel lies beside the grid's first column (x) and row (y); not
    /// below 0.
    var offsets: [SIMD2<Double>]
    /// Columns and rows that the grid needs beyond those of a slice.
    var extraColumns = 0
    var extraRows = 0
    /// Columns and rows by which the grid starts before the first slice.
    var lead = SIMD2<Double>(0, 0)
    /// Angle between the slices' normal and the line that they march along.
    var degrees = 0.0
    /// Slices further from that line than rounding explains, and the largest of these distances, mm.
    var beside: [Int] = []
    var furthest = 0.0

    /// Whether slices must be moved at all.
    var isSheared: Bool { extraColumns > 0 || extraRows > 0 }

    init(_ slices: [DICOMSlice], _ places: [Double]) {
        offsets = [SIMD2<Double>](repeating: SIMD2(0, 0), count: slices.count)
        guard slices.count > 1, let first = slices.first, let start = first.position, let low = places.first,
            let high = places.last, high - low > SliceStack.samePlace
        else { return }
        // In the plane of the slices, mm.
        let ways = slices.map { slice -> SIMD2<Double> in
            let way = (slice.position ?? start) - start
            return SIMD2(dot(way, first.rowDirection), dot(way, first.columnDirection))
        }
        let most = ways.map { ($0 * $0).sum().squareRoot() }.max() ?? 0
        let slope = SliceShear.slope(ways, places.map { $0 - low })
        let slant = atan((slope * slope).sum().squareRoot()) * 180 / .pi
        guard most > SliceStack.sidewaysTolerance || (slant > 1 && most > 1e-3) else { return }
        degrees = slant
        let residuals = zip(ways, places).map { way, place in
            let off = way - slope * (place - low)
            return (off * off).sum().squareRoot()
        }
        beside = residuals.indices.filter { residuals[$0] > SliceStack.sidewaysTolerance }
        furthest = residuals.max() ?? 0
        place(ways.map { $0 / SIMD2(first.columnSpacing, first.rowSpacing) })
    }

    /// The least-squares line through the first slice.
    private static func slope(_ ways: [SIMD2<Double>], _ heights: [Double]) -> SIMD2<Double> {
        var (sum, squares) = (SIMD2<Double>(0, 0), 0.0)
        for (way, height) in zip(ways, heights) {
            sum += way * height
            squares += height * height
        }
        return squares > 0 ? sum / squares : SIMD2(0, 0)
    }

    /// Offsets from a grid that holds every slice whole and starts at whole pixels from the first one.
    private mutating func place(_ shifts: [SIMD2<Double>]) {
        var (low, high) = (SIMD2<Double>(0, 0), SIMD2<Double>(0, 0))
        for shift in shifts {
            low = pointwiseMin(low, shift)
            high = pointwiseMax(high, shift)
        }
        lead = low.rounded(.down)
        let extra = (high.rounded(.up) - lead).clamped(
            lowerBound: SIMD2(repeating: 0), upperBound: SIMD2(repeating: 1e6))
        (extraColumns, extraRows) = (Int(extra.x), Int(extra.y))
        offsets = shifts.map { $0 - lead }
    }
}
