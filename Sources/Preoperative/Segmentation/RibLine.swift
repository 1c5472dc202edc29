import Frames

/// The line midway between a rib's neck and the transverse process behind it, in a body's axial plane.
///
/// A rib's neck runs from beside the body to the process's tip. Both point backwards as much as to the side at the
/// middle of the chest, and nearly straight to the side at its top, where the bodies become as shallow as the neck's.
struct RibLine: Sendable {
    /// Where the line begins beside the canal's middle, mm.
    static let aside = 15.0, back = -2.0
    /// Its slope at the top of the chest and at its middle (11° and 46° from the side).
    static let slopeAtTop = 0.2, slopeAtMiddle = 1.05

    private let slopes: [Double]

    init(_ column: ColumnDepth) {
        slopes = column.halfDepths.map { half in
            let size = (half - ColumnDepth.smallest) / (ColumnDepth.largest - ColumnDepth.smallest)
            return Self.slopeAtTop + (Self.slopeAtMiddle - Self.slopeAtTop) * size * size
        }
    }

    /// How far behind the line a point lies at a place of the curve, mm; negative in front of it.
    @inline(__always) func distance(_ place: Int, aside: Double, back: Double) -> Double {
        back - (Self.back + (aside - Self.aside) * slopes[place])
    }
}
