import Frames
import Imaging

#if canImport(Glibc)
    import Glibc
#endif

/// The plane of a facet joint of the loin: a dark sheet between two dense subchondral plates, where such joints stand.
///
/// Marrow lies in dark sheets too, but between a plate and thinner cortex; so a sheet counts by the fainter of its
/// sides.
struct FacetJoint: Sendable {
    let centre: Vector3
    /// Unit vectors: backwards to the inferior articular process, outwards within the plane, and up.
    let normal, along, up: Vector3
    /// How much darker the sheet is than the fainter of its sides, HU.
    let evidence: Double

    /// Half of what articular processes measure within the plane and across it, mm; read off CTs.
    static let halfLength = 10.0, halfHeight = 11.0, reach = 12.0
    /// Least of `evidence`, HU: in a torso joints that are seen had 90–150, planes without one below 30.
    static let faintest = 60.0

    /// Where the joint is about to be expected in the canal's normal plane beside the disc (mm), and its angle to the
    /// sagittal plane (degrees), which grows downwards. By disc, from the one on the sacrum; a weak prior, read off CTs.
    private static let usual: [(aside: Double, back: Double, angle: Double)] = [
        (20, 7, 50), (18, 7, 45), (16, 7, 40), (14, 7, 32), (13, 7, 28),
    ]

    /// The joints beside the five discs above a sacrum, both sides, where the image shows them; `nil` elsewhere.
    ///
    /// - Parameters:
    ///   - smooth: the blurred grid, without its metal.
    ///   - sharp: the grid as it is: beside metal dark streaks look like joints.
    static func find(
        _ segments: [SpineSegment], _ curve: SpineCurve, _ smooth: ScalarGrid, sharp: ScalarGrid
    ) -> [FacetJoint] {
        guard segments[0].kind == .sacrum else { return [] }
        var result: [FacetJoint] = []
        for (k, segment) in segments.prefix(usual.count).enumerated() {
            guard let disc = segment.upper else { continue }
            for side in [-1.0, 1] {
                if let joint = best(disc, side, usual[k], curve, smooth), joint.evidence > faintest,
                    !joint.isBesideMetal(sharp)
                {
                    result.append(joint)
                }
            }
        }
        return result
    }

    /// Angles and heights that are tried, degrees and mm.
    private static let turns = stride(from: -24.0, through: 24, by: 8).flatMap { turn in
        [-6.0, -3, 0, 3].map { (turn, $0) }
    }

    private static func best(
        _ disc: DiscPlane, _ side: Double, _ usual: (aside: Double, back: Double, angle: Double), _ curve: SpineCurve,
        _ smooth: ScalarGrid
    ) -> FacetJoint? {
        guard let place = curve.frames.lastIndex(where: { disc.height($0.centre) < 0 }) else { return nil }
        let f = curve.frames[place]
        var found: FacetJoint?, top = -Double.infinity
        for aside in stride(from: -6.0, through: 6, by: 1.5) {
            for back in stride(from: -6.0, through: 6, by: 1.5) {
                for (turn, rise) in turns {
                    let a = radians(degrees: usual.angle + turn)
                    let out = f.left * side
                    let along = out * sin(a) + f.back * cos(a), normal = f.back * sin(a) - out * cos(a)
                    let centre = f.point(left: side * (usual.aside + aside), back: usual.back + back, up: rise)
                    let evidence = sheet(centre, normal, along, f.up, smooth)
                    // One usual deviation of place (4 mm) or angle (12°) weighs as much as 20 HU.
                    let score =
                        evidence - 20 * ((aside * aside + back * back) / 16 + turn * turn / 144)
                    guard score > top else { continue }
                    top = score
                    found = FacetJoint(centre: centre, normal: normal, along: along, up: f.up, evidence: evidence)
                }
            }
        }
        return found
    }

    /// Mean over a patch of how much darker it is than the fainter of both sides, HU.
    private static func sheet(
        _ centre: Vector3, _ normal: Vector3, _ along: Vector3, _ up: Vector3, _ smooth: ScalarGrid
    ) -> Double {
        var sum = 0.0, count = 0.0
        for t in stride(from: -6.0, through: 6, by: 2) {
            for h in stride(from: -6.0, through: 6, by: 3) {
                let p = centre + along * t + up * h
                func side(_ sign: Double) -> Double {
                    max(
                        Double(smooth.sample(p + normal * (sign * 1.8))),
                        Double(smooth.sample(p + normal * (sign * 2.8))))
                }
                sum += min(max(min(side(1), side(-1)) - Double(smooth.sample(p)), -150), 300)
                count += 1
            }
        }
        return sum / count
    }

    private func isBesideMetal(_ sharp: ScalarGrid) -> Bool {
        let steps = stride(from: -10.0, through: 10, by: 2)
        return steps.contains { t in
            steps.contains { n in
                steps.contains { h in
                    sharp.sample(centre + along * t + normal * n + up * h) > BoneThreshold.metalHU
                }
            }
        }
    }

    /// How far behind the joint a point lies, mm; `nil` where it is not beside it.
    @inline(__always) func behind(_ p: Vector3) -> Double? {
        let d = p - centre
        guard squaredLength(d) < 400, abs(dot(d, along)) < Self.halfLength, abs(dot(d, up)) < Self.halfHeight else {
            return nil
        }
        let behind = dot(d, normal)
        return abs(behind) < Self.reach ? behind : nil
    }
}
