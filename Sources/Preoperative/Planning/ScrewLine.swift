import Frames
import Glibc
import Imaging

/// Where a pedicle's screws may run: the lines through the plane of its isthmus.
///
/// A line has four parameters: two offsets in that plane (to the side and up, mm) and two angles in the vertebra's
/// frame (convergence and tilt, rad). The entry is where the line leaves the bone backwards.
struct ScrewLines {
    let anatomy: VertebraAnatomy
    let side: Side
    let isthmus: PedicleIsthmus
    private static let longestWayBack = 40.0
    /// An entry further in front of the canal's middle, mm, is no place that a surgeon reaches: it lies in the foramen, or
    /// the label has lost the bone behind it.
    static let furthestFront = 2.0

    /// `nil` where the line misses the pedicle, or meets no entry behind it.
    func line(_ p: [Double]) -> ScrewLine? {
        let frame = anatomy.X_CTVertebra.rotation.matrix
        let axis = anatomy.axis(convergence: p[2], tilt: p[3], side: side)
        guard let across = normalized(cross(frame.columns.2, isthmus.axis.vector)) else { return nil }
        let upwards = cross(isthmus.axis.vector, across)
        let middle = Point<CT>(isthmus.centre.coordinates + across * p[0] + upwards * p[1])
        guard anatomy.shape.depth(middle) > 0 else { return nil }
        let back = anatomy.shape.wayOut(from: middle, along: -axis, limit: Self.longestWayBack)
        let forward = -dot(axis, frame.columns.1)
        guard back < Self.longestWayBack, forward > 0.4 else { return nil }
        let ahead = anatomy.shape.wayOut(from: middle, along: axis, limit: 90)
        let entry = Point<CT>(middle.coordinates - axis * back)
        let behind = behindCanal(entry)
        guard behind > -Self.furthestFront else { return nil }
        return ScrewLine(
            entry: entry, axis: axis, depth: back + ahead, behindCanal: behind,
            fractionAtEntry: anatomy.bodyDepthFraction(entry),
            fractionPerLength: forward / (anatomy.bodyBack + anatomy.bodyFront))
    }

    /// How far a place lies behind the canal's middle at this level, mm.
    func behindCanal(_ p: Point<CT>) -> Double {
        let toVertebra = anatomy.X_CTVertebra.inverse
        return (toVertebra * p).y - (toVertebra * anatomy.canalCentre).y
    }
}

/// A line through a pedicle, from its entry on.
struct ScrewLine {
    let entry: Point<CT>
    let axis: Vector3
    /// From the entry to the end of the bone ahead, mm.
    let depth: Double
    /// How far the entry lies behind the canal's middle, mm.
    let behindCanal: Double
    let fractionAtEntry, fractionPerLength: Double

    /// How far into the body a screw of this length reaches: 0 at its posterior wall, 1 at its anterior one.
    func bodyDepthFraction(length: Double) -> Double { fractionAtEntry + length * fractionPerLength }

    /// The length of a screw that reaches so far into the body, mm.
    func length(bodyDepthFraction: Double) -> Double { (bodyDepthFraction - fractionAtEntry) / fractionPerLength }

    func screw(diameter: Double, length: Double) -> ScrewCylinder? {
        ScrewCylinder(entry: entry, tip: Point(entry.coordinates + axis * length), diameter: diameter)
    }
}
