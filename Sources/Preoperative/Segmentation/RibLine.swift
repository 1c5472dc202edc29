import Frames

/// The line midway between a rib's neck and the transverse process behind it, in a body's axial plane.
///
/// A rib's neck runs from beside the body to the process's tip. Both point backwards as much as to the side at the
/// middle of the chest, and more to the side at its top. The image tells where there is a dark gap with bone in front
/// of it and behind; elsewhere the depth of the bodies does, which are as shallow as the neck's at the chest's top.
struct RibLine: Sendable {
    /// Where the line usually begins beside the canal's middle, mm.
    static let aside = 15.0, back = -2.0
    /// Its slope at the top of the chest and at its middle (11° and 46° from the side).
    static let slopeAtTop = 0.2, slopeAtMiddle = 1.05

    /// Of one side of one place along the curve.
    private struct Line {
        var slope: Double, back = RibLine.back
    }

    /// By place; left, right.
    private var lines: [[Line]]

    /// - Parameters:
    ///   - halfDepths: of the bodies, by place along the curve, mm.
    ///   - smooth: the blurred grid without its metal.
    init(_ halfDepths: [Double], _ curve: SpineCurve, _ segments: [SpineSegment], _ smooth: ScalarGrid) {
        lines = halfDepths.map { half in
            let size = (half - ColumnDepth.smallest) / (ColumnDepth.largest - ColumnDepth.smallest)
            let slope = Self.slopeAtTop + (Self.slopeAtMiddle - Self.slopeAtTop) * size * size
            return [Line(slope: slope), Line(slope: slope)]
        }
        let height = SpineSegment.typicalHeight(segments)
        for segment in segments where segment.kind == .vertebra {
            let low = segment.lower?.s ?? (segment.upper?.s ?? 0) - height
            let high = segment.upper?.s ?? low + height
            // A disc's place may lie beyond the curve's ends.
            let first = min(max(Int(low), 0), lines.count)
            let places = first..<min(max(Int(high), first), lines.count)
            guard places.count > 6 else { continue }
            for side in 0...1 {
                let usual = lines[places.lowerBound + places.count / 2][side]
                if let seen = Self.seen(places, side == 0 ? 1 : -1, usual, curve, smooth) {
                    for s in places { lines[s][side] = seen }
                }
            }
        }
    }

    /// How far behind the line a point lies at a place of the curve, mm; negative in front of it.
    @inline(__always) func distance(_ place: Int, left: Double, back: Double) -> Double {
        let line = lines[place][left > 0 ? 0 : 1]
        return back - (line.back + (abs(left) - Self.aside) * line.slope)
    }

    /// Where a gap is looked for beside the canal's middle, and bone in front of it and behind, mm.
    private static let along = stride(from: 19.0, through: 37, by: 3), across = stride(from: 1.5, through: 7.5, by: 1.5)
    /// What the gap must be darker than the fainter of its sides on the mean, HU.
    static let faintest = 40.0
    /// Lines that are tried.
    private static let slopes = stride(from: 0.0, through: 1.3, by: 0.13), backs = stride(from: -8.0, through: 2, by: 2)
    /// What a usual deviation from the usual line weighs, HU, and those deviations of slope and of place, mm.
    private static let weight = 10.0, usualSlope = 0.4, usualBack = 3.0

    private static func seen(
        _ places: Range<Int>, _ side: Double, _ usual: Line, _ curve: SpineCurve, _ smooth: ScalarGrid
    ) -> Line? {
        var found: Line?, top = -Double.infinity
        // A rib's neck lies beside the upper part of its vertebra.
        let heights = [0.45, 0.6, 0.75, 0.9].map { places.lowerBound + Int($0 * Double(places.count)) }
        for slope in slopes {
            for back in backs {
                let line = Line(slope: slope, back: back)
                let gap = heights.reduce(0) { $0 + Self.gap(line, side, curve.frames[$1], smooth) } / 4
                let (a, b) = ((slope - usual.slope) / usualSlope, (back - usual.back) / usualBack)
                let score = gap - weight * (a * a + b * b)
                if gap > faintest, score > top { (found, top) = (line, score) }
            }
        }
        return found
    }

    /// How much darker a line is than the fainter of its sides, on the mean, HU.
    private static func gap(_ line: Line, _ side: Double, _ frame: SpineFrame, _ smooth: ScalarGrid) -> Double {
        func value(_ aside: Double, _ back: Double) -> Double {
            min(max(Double(smooth.sample(frame.point(left: side * aside, back: back))), 0), 500)
        }
        let norm = (1 + line.slope * line.slope).squareRoot()
        var sum = 0.0, count = 0.0
        for u in along {
            let v = line.back + (u - aside) * line.slope
            func beside(_ sign: Double) -> Double {
                across.reduce(0) { $0 + value(u - sign * $1 * line.slope / norm, v + sign * $1 / norm) } / 5
            }
            sum += min(beside(1), beside(-1)) - value(u, v)
            count += 1
        }
        return sum / count
    }
}
