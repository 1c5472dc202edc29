import Frames

/// The centre line of the spinal canal with its oval section: a curve through each level's canal centre.
///
/// It also gives soft tissues their coordinates: how far along the spine, to the left and to the back a point lies.
struct CanalLine: Sendable {
    /// One place on the line, about each millimetre.
    struct Station: Sendable {
        var centre, tangent, left, back: Vector3
        var halfWidth, halfDepth: Double
    }

    /// A point in the curve's own coordinates, mm; `along` counts stations from the upper end.
    struct Coordinates: Sendable {
        var along, left, back: Double
        var halfWidth, halfDepth: Double
    }

    let stations: [Station]
    /// The stations nearest to the given control points.
    let controls: [Int]
    /// Whether a skull closes the canal at its first station.
    let isClosedAbove: Bool

    /// - Parameter controls: From head to tail: centre, direction to the left, half width and half depth.
    init(
        through controls: [(centre: Vector3, left: Vector3, halfWidth: Double, halfDepth: Double)],
        isClosedAbove: Bool = false
    ) {
        self.isClosedAbove = isClosedAbove
        var stations: [Station] = []
        var marks: [Int] = []
        for i in 0..<(controls.count - 1) {
            marks.append(stations.count)
            let (a, b) = (controls[i], controls[i + 1])
            let before = i > 0 ? controls[i - 1].centre : a.centre * 2 - b.centre
            let after = i + 2 < controls.count ? controls[i + 2].centre : b.centre * 2 - a.centre
            let steps = max(2, Int(length(b.centre - a.centre).rounded()))
            for k in 0..<steps + (i + 2 == controls.count ? 1 : 0) {
                let t = Double(k) / Double(steps)
                let (centre, slope) = Self.catmullRom(before, a.centre, b.centre, after, t)
                let tangent = normalized(slope) ?? Vector3(0, 0, -1)
                let mixed = a.left * (1 - t) + b.left * t
                let left = normalized(mixed - tangent * dot(mixed, tangent)) ?? perpendicular(to: tangent)
                stations.append(
                    Station(
                        centre: centre, tangent: tangent, left: left, back: cross(left, tangent),
                        halfWidth: a.halfWidth * (1 - t) + b.halfWidth * t,
                        halfDepth: a.halfDepth * (1 - t) + b.halfDepth * t))
            }
        }
        marks.append(stations.count - 1)
        self.stations = stations
        self.controls = marks
    }

    private static func catmullRom(_ a: Vector3, _ b: Vector3, _ c: Vector3, _ d: Vector3, _ t: Double) -> (
        Vector3, Vector3
    ) {
        let (p, q) = ((c - a) / 2, (d - b) / 2)
        let u = (b - c) * 2 + p + q
        let v = (c - b) * 3 - p * 2 - q
        return (((u * t + v) * t + p) * t + b, (u * (3 * t) + v * 2) * t + p)
    }

    /// The nearest station by a coarse look and ever finer steps, then straight on along its tangent.
    @inline(__always) func coordinates(_ p: Vector3) -> Coordinates {
        stations.withUnsafeBufferPointer { s in
            var best = 0
            var least = Double.infinity
            var i = 0
            while i < s.count {
                let d = squaredLength(p - s[i].centre)
                if d < least { (least, best) = (d, i) }
                i += 16
            }
            var step = 8
            while step > 0 {
                let (below, above) = (max(best - step, 0), min(best + step, s.count - 1))
                let (d, e) = (squaredLength(p - s[below].centre), squaredLength(p - s[above].centre))
                if d < least { (least, best) = (d, below) }
                if e < least { (least, best) = (e, above) }
                step /= 2
            }
            let q = p - s[best].centre
            return Coordinates(
                along: Double(best) + dot(q, s[best].tangent), left: dot(q, s[best].left), back: dot(q, s[best].back),
                halfWidth: s[best].halfWidth, halfDepth: s[best].halfDepth)
        }
    }

    /// Distance to the canal's wall, negative inside; the canal is open at its upper end and ends with its last
    /// station.
    @inline(__always) func distance(_ c: Coordinates) -> Double {
        let wall = ovalDistance(c.left, c.back, c.halfWidth, c.halfDepth, squareness: 0.6)
        let end = max(wall, c.along - Double(stations.count - 1))
        return isClosedAbove ? max(end, -c.along) : end
    }
}
