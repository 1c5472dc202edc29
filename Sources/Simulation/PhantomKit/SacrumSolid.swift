import Frames
import Imaging

/// The sacrum from S1 to S3 in the frame of S1's body: fused bodies, alae, a crest, and foramina.
struct SacrumAnatomy: Sendable {
    let sacrum: PhantomDefinition.Sacrum
    let fillet: Double
    /// S2 and S3 in the frame of S1.
    let segments: [Pose<Vertebra, Vertebra>]
    /// Of the upper endplate of S1, mm.
    static let concavity = 1.5

    init(_ sacrum: PhantomDefinition.Sacrum, fillet: Double, poses: [Pose<CT, Vertebra>]) {
        self.sacrum = sacrum
        self.fillet = fillet
        let first = poses.first?.inverse ?? .identity()
        segments = poses.dropFirst().map { first * $0 }
    }

    /// Depth of each segment's body, which the canal follows.
    static func depth(_ sacrum: PhantomDefinition.Sacrum, segment: Int) -> Double {
        sacrum.upperDepth * [0.92, 0.68, 0.5][segment]
    }

    /// Centre of the canal behind each segment's body.
    static func canalCentre(_ sacrum: PhantomDefinition.Sacrum, segment: Int) -> Double {
        depth(sacrum, segment: segment) / 2 + canalDepth(sacrum, segment: segment) / 2 - 0.5
    }

    static func canalDepth(_ sacrum: PhantomDefinition.Sacrum, segment: Int) -> Double {
        sacrum.canalDepth * [1, 0.75, 0.55][segment]
    }
    static func canalWidth(_ sacrum: PhantomDefinition.Sacrum, segment: Int) -> Double {
        sacrum.canalWidth * [1, 0.8, 0.6][segment]
    }

    /// The S1 pedicle joins body and ala beside the canal.
    func isthmus(_ side: Side) -> Point<Vertebra> {
        let convergence = radians(degrees: sacrum.pedicle.convergence)
        let x = sacrum.canalWidth / 2 + sacrum.pedicle.width / 2 / cosine(convergence)
        return Point(side.sign * x, sacrum.upperDepth * 0.46 + 3, 0)
    }

    func axis(_ side: Side) -> Direction<Vertebra> {
        let (a, t) = (radians(degrees: sacrum.pedicle.convergence), radians(degrees: sacrum.pedicle.cranialTilt))
        return Direction(Vector3(-side.sign * sine(a) * cosine(t), -cosine(a) * cosine(t), sine(t))) ?? -.y
    }

    func solid(pose: Pose<CT, Vertebra>) -> BoneSolid {
        let (w, d, h) = (sacrum.upperWidth, sacrum.upperDepth, sacrum.bodyHeight)
        let places = [Pose<Vertebra, Vertebra>.identity()] + segments
        let bodies = places.indices.map { i -> (Pose<Vertebra, Vertebra>, BodySolid) in
            let scale = [SIMD2(1.0, 1.0), SIMD2(0.86, 0.75), SIMD2(0.74, 0.55), SIMD2(0.64, 0.45)]
            let solid = BodySolid(
                height: h + (i == 0 ? 0 : 3), upper: SIMD2(w, d) * scale[i], lower: SIMD2(w, d) * scale[i + 1],
                waistDepth: 0,
                wedge: 0, concavity: i == 0 ? Self.concavity : 0)
            return (
                i == 0 ? places[0] : places[i] * Pose(rotation: .identity(), translation: Vector3(0, 0, 1.5)), solid
            )
        }
        let rods = Side.allCases.flatMap { wing($0) + back($0) + [articular($0)] } + crest
        return BoneSolid(label: .sacrum, pose: pose, bodies: bodies, rods: rods, holes: Side.allCases.flatMap(foramina))
    }

    private func inSegment(_ i: Int, _ x: Double, _ y: Double, _ z: Double) -> Vector3 {
        (segments[i - 1] * Point(x, y, z)).coordinates
    }

    private func wing(_ side: Side) -> [EllipticTube] {
        let (s, h) = (side.sign, sacrum.bodyHeight)
        let (x, half) = (sacrum.alarSpan / 2, sacrum.upperWidth / 2)
        let front = Vector3(s * half * 0.55, -1, -1)
        let end = Vector3(s * (x - 6), 9, -h * 0.42)
        let low = inSegment(2, s * sacrum.upperWidth * 0.38, sacrum.upperDepth * 0.18, 0)
        let lift = Vector3(0, -1, 0.3)
        return [
            EllipticTube(
                from: front, to: end, upright: lift, radii: [SIMD2(h * 0.42, 13), SIMD2(h * 0.56, 14)], end: 8,
                fillet: fillet * 1.6),
            EllipticTube(
                from: Vector3(s * (x - 14), 9, -h * 0.4), to: low, upright: Vector3(s, 0, 0),
                radii: [SIMD2(12, 13), SIMD2(9, 12), SIMD2(6, 7)], fillet: fillet * 1.6),
        ]
    }

    /// The wall behind the canal, and the lateral mass that carries it.
    private func back(_ side: Side) -> [EllipticTube] {
        let s = side.sign
        func ridge(_ i: Int) -> (Vector3, Vector3) {
            let y = Self.canalCentre(sacrum, segment: i) + Self.canalDepth(sacrum, segment: i) / 2 + 3.8
            let x = Self.canalWidth(sacrum, segment: i) / 2 + 3.8
            let z = i == 0 ? -sacrum.bodyHeight * 0.3 : 0
            let lateral = Vector3(s * (x + 3), y - 6, z)
            return i == 0
                ? (lateral, Vector3(0, y, z - 2))
                : (inSegment(i, lateral.x, lateral.y, lateral.z), inSegment(i, 0, y, z))
        }
        let r = SIMD2(3.2, sacrum.bodyHeight * 0.4)
        var rods = (0..<3).map { i in
            EllipticTube(
                from: ridge(i).0, to: ridge(i).1, radii: [r, r * SIMD2(1, i == 0 ? 0.7 : 1)], end: 3.2, fillet: fillet)
        }
        let pedicle = isthmus(side).coordinates
        let axis = axis(side).vector
        let size = SIMD2(sacrum.pedicle.width / 2, sacrum.pedicle.height / 2)
        rods.append(
            EllipticTube(from: pedicle - axis * 6, to: pedicle + axis * 12, radii: [size], end: 6, fillet: fillet))
        rods.append(
            EllipticTube(
                from: ridge(0).0, to: ridge(2).0, upright: Vector3(0, 1, 0), radii: [SIMD2(8, 7), SIMD2(5, 5)],
                fillet: fillet))
        return rods
    }

    private var crest: [EllipticTube] {
        func place(_ i: Int) -> Double {
            Self.canalCentre(sacrum, segment: i) + Self.canalDepth(sacrum, segment: i) / 2 + 7
        }
        return [
            EllipticTube(
                from: Vector3(0, place(0), -sacrum.bodyHeight * 0.35), to: inSegment(2, 0, place(2) - 2, -2),
                upright: Vector3(0, 1, 0), radii: [SIMD2(2.5, 7), SIMD2(3, 6), SIMD2(2.5, 4)], fillet: fillet)
        ]
    }

    private func articular(_ side: Side) -> EllipticTube {
        let (s, r, wide) = (side.sign, sacrum.articularRadius, sacrum.canalWidth / 2)
        let y = Self.canalCentre(sacrum, segment: 0)
        return EllipticTube(
            from: Vector3(s * (wide + r), y + 1, -2),
            to: Vector3(s * (wide + r * 1.3), y + 3, sacrum.bodyHeight / 2 + sacrum.superiorArticularReach - r * 0.6),
            upright: Vector3(0, 1, 0), radii: [SIMD2(r * 1.2, r * 1.1), SIMD2(r * 0.9, r * 0.85)], fillet: fillet)
    }

    /// Holes between the segments, through which the sacral nerves leave, front and back.
    private func foramina(_ side: Side) -> [EllipticTube] {
        (1...2).map { i in
            let x = side.sign * (sacrum.upperWidth * [0, 0.33, 0.28][i] + 3)
            let y = Self.depth(sacrum, segment: i) / 2
            let z = sacrum.bodyHeight / 2
            let r = SIMD2(4.5, 5.0) * (i == 1 ? 1 : 0.85)
            return EllipticTube(
                from: inSegment(i, x * 1.1, -30, z), to: inSegment(i, x * 0.85, y + 40, z),
                radii: [r * 1.3, r, r * 0.7])
        }
    }
}
