import Frames

/// A vertebral body in its own frame: an oval column with a waist, a flatter back, concave and wedged endplates.
struct BodySolid: Sendable {
    let height: Double
    let upper, lower, waist: SIMD2<Double>
    /// Tangent of each endplate's slope in the sagittal plane: the front is higher where positive.
    let slope: Double
    let concavity: Double
    let rim: Double
    let reach: Double

    /// - Parameters:
    ///   - upper: Width and depth of the upper endplate, mm; `lower` likewise.
    ///   - waistDepth: How far the side wall is drawn in at half height, mm.
    ///   - wedge: The angle between both endplates, radians, positive where the front is higher.
    init(
        height: Double, upper: SIMD2<Double>, lower: SIMD2<Double>, waistDepth: Double, wedge: Double,
        concavity: Double,
        rim: Double = 2.5
    ) {
        self.height = height
        self.upper = upper / 2
        self.lower = lower / 2
        waist = (upper + lower) / 4 - SIMD2(waistDepth, waistDepth * 0.6)
        slope = tangent(wedge / 2)
        self.concavity = concavity
        self.rim = rim
        reach = 2 * max(upper.max(), lower.max(), height)
    }

    /// Height of the upper endplate's surface over the body's centre, mm.
    func upperEndplate(x: Double, y: Double) -> Double { height / 2 - slope * y - concavity * bowl(x, y, upper) }
    func lowerEndplate(x: Double, y: Double) -> Double { -height / 2 + slope * y + concavity * bowl(x, y, lower) }

    @inline(__always) private func bowl(_ x: Double, _ y: Double, _ r: SIMD2<Double>) -> Double {
        let q = SIMD2(x, y) / r
        return max(0, 1 - (q * q).sum())
    }

    @inline(__always) func distance(_ p: Vector3) -> Double {
        let t = min(max(2 * p.z / height, -1.15), 1.15)
        let r = waist + ((t > 0 ? upper : lower) - waist) * (t * t)
        let side = ovalDistance(p.x, p.y, r.x, r.y, squareness: p.y > 0 ? 0.75 : 0.15)
        let cap = max(p.z - upperEndplate(x: p.x, y: p.y), lowerEndplate(x: p.x, y: p.y) - p.z)
        return smoothMaximum(side, cap, rim)
    }
}
