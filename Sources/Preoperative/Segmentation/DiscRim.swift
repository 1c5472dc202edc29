import Frames
import Imaging

#if canImport(Glibc)
    import Glibc
#endif

/// The outline of a disc: what lies between the rims of the bodies above and below.
struct DiscRim: Sendable {
    let disc: DiscPlane
    let left, back: Vector3
    /// Distance of the outline from the disc's middle by azimuth, mm; empty where no body beside it is whole.
    private let reach: [Double]
    /// How far the space down to the body below may reach beyond its endplate's ridge, mm; the sacrum's surface is not
    /// known, so there it ends at the ridge.
    private let below: Double
    /// And up to the body above: nor is the axis's.
    private let above: Double
    static let azimuths = 48

    init(_ disc: DiscPlane, _ curve: SpineCurve, _ segments: [SpineSegment], _ surfaces: [BodySurface?]) {
        self.disc = disc
        let axes = disc.axes(curve)
        (left, back) = axes
        below = segments.contains { $0.kind == .sacrum && $0.upper?.s == disc.s } ? -0.5 : 3.5
        above = segments.contains { $0.kind == .axis && $0.lower?.s == disc.s } ? -0.5 : 3.5
        var sums = [Double](repeating: 0, count: Self.azimuths), count = 0.0
        for (segment, surface) in zip(segments, surfaces) {
            guard let surface, segment.lower?.s == disc.s || segment.upper?.s == disc.s else { continue }
            let side = segment.lower?.s == disc.s ? 1.0 : -1
            count += 1
            for k in sums.indices { sums[k] += Self.rim(surface, disc, axes, side, k) }
        }
        reach = count > 0 ? sums.map { $0 / count } : []
    }

    /// How far a body's surface reaches out 3–6 mm beyond the endplate.
    private static func rim(
        _ surface: BodySurface, _ disc: DiscPlane, _ axes: (left: Vector3, back: Vector3), _ side: Double, _ k: Int
    ) -> Double {
        let a = 2 * Double.pi * Double(k) / Double(azimuths)
        let out = axes.left * cos(a) + axes.back * sin(a)
        let start = disc.centre + disc.normal * (side * (disc.halfThickness + 4.5))
        var r = 4.0
        while r < 34, surface.depth(start + out * r) > 0 { r += 0.5 }
        return r
    }

    @inline(__always) func contains(_ p: Vector3) -> Bool {
        guard !reach.isEmpty else { return false }
        let d = p - disc.centre
        let h = dot(d, disc.normal)
        guard h < disc.halfThickness + above, h > -disc.halfThickness - below else { return false }
        let u = dot(d, left), w = dot(d, back)
        let r = (u * u + w * w).squareRoot()
        guard r < 36 else { return false }
        var turn = atan2(w, u) / (2 * .pi) * Double(Self.azimuths)
        if turn < 0 { turn += Double(Self.azimuths) }
        return r < reach[Int(turn) % Self.azimuths]
    }
}
