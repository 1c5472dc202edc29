import Frames
import Imaging

/// Skull, jaw and air spaces, from a head's sizes; points in the head's frame (see `Cranium`).
struct HeadAnatomy: Sendable {
    let head: PhantomDefinition.Head
    let cranium: Cranium
    /// The head's frame in the CT.
    let pose: Pose<CT, Vertebra>
    let toHead: Pose<Vertebra, CT>
    let fillet: Double

    /// Stands on the atlas: the condyles on its lateral masses, the foramen magnum over its canal.
    init(_ head: PhantomDefinition.Head, atlas: VertebraAnatomy, pose atlasPose: Pose<CT, Vertebra>, fillet: Double) {
        self.head = head
        cranium = Cranium(head)
        let up = atlas.level.body.height / 2 + 2 - Self.condyles
        pose =
            atlasPose * Pose(rotation: .identity(), translation: Vector3(0, atlas.canalCentre - Self.foramen, up))
        toHead = pose.inverse
        self.fillet = fillet
    }

    /// Lowest point of the condyles, and where the foramen magnum's middle lies behind the origin.
    static let condyles = -67.0
    static let foramen = 20.0

    /// Jaw, cheeks, chin, nose and ears.
    static let faceSkin = [
        ball(Vector3(0, -38, -62), Vector3(73, 56, 58)), ball(Vector3(0, -34, -98), Vector3(62, 52, 42)),
        ball(Vector3(0, -66, -118), Vector3(36, 31, 24)), ball(Vector3(0, -102, -62), Vector3(12, 14, 20)),
        ball(Vector3(78, 14, -48), Vector3(5, 15, 27)), ball(Vector3(-78, 14, -48), Vector3(5, 15, 27)),
    ]

    func ct(_ q: Vector3) -> Vector3 { (pose * Point<Vertebra>(q)).coordinates }

    /// An ellipsoid, made as a rod of no length.
    static func ball(_ c: Vector3, _ r: Vector3) -> EllipticTube {
        let small = Vector3(0, 0, 0.01)
        return EllipticTube(
            from: c - small, to: c + small, upright: Vector3(0, 1, 0), radii: [SIMD2(r.x, r.y)], end: r.z)
    }

    static func rod(
        _ a: Vector3, _ b: Vector3, _ r: [SIMD2<Double>], upright: Vector3 = Vector3(0, 0, 1), end: Double? = nil
    ) -> EllipticTube { EllipticTube(from: a, to: b, upright: upright, radii: r, end: end, fillet: 4) }

    var bones: [BoneSolid] {
        let sides = Side.allCases
        let face = sides.flatMap(faceRods) + middleRods
        let holes = (airSpaces + orbits).map { Self.ball($0.centre, $0.radii) } + sides.flatMap(canals)
        return [
            BoneSolid(label: .skull, pose: pose, rods: face, holes: holes, cranium: cranium),
            BoneSolid(label: .skull, pose: pose, rods: sides.flatMap(jaw)),
        ]
    }

    private func faceRods(_ side: Side) -> [EllipticTube] {
        let s = side.sign
        func v(_ x: Double, _ y: Double, _ z: Double) -> Vector3 { Vector3(s * x, y, z) }
        typealias R = SIMD2<Double>
        return [
            Self.rod(v(0, -87, -27), v(30, -84, -28), [R(6, 6.5)]),
            Self.rod(v(30, -84, -28), v(52, -66, -32), [R(6, 5.5)]),
            Self.rod(v(52, -65, -34), v(48, -64, -64), [R(4, 5), R(3.5, 4), R(6, 6)]),
            Self.ball(v(45, -66, -66), Vector3(11, 8, 9)), Self.ball(v(25, -68, -74), Vector3(21, 20, 20)),
            Self.rod(v(27, -50, -94), v(17, -76, -94), [R(5.5, 8)]),
            Self.rod(v(17, -76, -94), v(0, -85, -94), [R(5, 8)]),
            Self.rod(v(13, -32, -50), v(14, -36, -88), [R(2.5, 7)], upright: Vector3(0, 1, 0)),
            Self.rod(v(14, -4, -52), v(56, 12, -52), [R(9, 9), R(9, 9), R(12, 10)]),
            Self.ball(v(54, 24, -64), Vector3(10, 14, 17)),
            Self.rod(v(50, -60, -64), v(66, -30, -59), [R(3, 5)]),
            Self.rod(v(66, -30, -59), v(62, -4, -53), [R(3, 4.5)]),
            Self.rod(v(18, 12, Self.condyles + 5), v(14, 24, Self.condyles + 4), [R(5, 5)]),
            Self.rod(v(40, -42, -42), v(50, -58, -44), [R(2.5, 15)]),
            Self.rod(v(2, -87, -30), v(3, -97, -47), [R(4, 2.2)], upright: Vector3(0, 1, 0)),
            Self.rod(v(18, -48, -30), v(40, -40, -34), [R(6, 4)]),
        ]
    }

    private var middleRods: [EllipticTube] {
        [
            Self.ball(Vector3(0, -58, -46), Vector3(14, 27, 17)), Self.ball(Vector3(0, -61, -88), Vector3(23, 25, 3.4)),
            Self.ball(Vector3(0, -22, -42), Vector3(18, 18, 13)),
            Self.rod(Vector3(0, -8, -40), Vector3(0, 8, -60), [SIMD2(12, 6)], upright: Vector3(0, 1, 0)),
        ]
    }

    private func jaw(_ side: Side) -> [EllipticTube] {
        let s = side.sign
        func v(_ x: Double, _ y: Double, _ z: Double) -> Vector3 { Vector3(s * x, y, z) }
        typealias R = SIMD2<Double>
        return [
            Self.ball(v(52, -8, -64), Vector3(9, 5, 5)),
            Self.rod(
                v(51, -9, -68), v(48, -14, -112), [R(3.5, 8), R(3.8, 14), R(4.5, 12)], upright: Vector3(0, 1, 0), end: 4
            ),
            Self.rod(v(49, -30, -68), v(48, -24, -96), [R(2.6, 5), R(3.5, 9)], upright: Vector3(0, 1, 0)),
            Self.rod(v(47, -16, -114), v(31, -58, -120), [R(5, 12)]),
            Self.rod(v(31, -58, -120), v(13, -80, -123), [R(5.5, 12)]),
            Self.rod(v(13, -80, -123), v(0, -84, -123), [R(5.5, 12), R(6, 12.5)]),
        ]
    }

    /// Carotid and jugular canals, ear canal and optic canal.
    private func canals(_ side: Side) -> [EllipticTube] {
        let s = side.sign
        func v(_ x: Double, _ y: Double, _ z: Double) -> Vector3 { Vector3(s * x, y, z) }
        let carotid = carotidCourse(side)
        return zip(carotid, carotid.dropFirst()).map { Self.rod($0, $1, [SIMD2(3.3, 3.3)]) } + [
            Self.rod(v(27, 16, -50), v(27, 14, -72), [SIMD2(4.5, 4.5)]),
            Self.rod(v(84, 6, -51), v(46, 4, -51), [SIMD2(3.4, 3.4)]),
            Self.rod(v(12, -24, -34), v(22, -44, -42), [SIMD2(2.6, 2.6)]),
        ]
    }

    /// The internal carotid artery from below the skull base to its fork.
    func carotidCourse(_ side: Side) -> [Vector3] {
        [
            (25.0, 2.0, -84.0), (25, 0, -70), (24, -4, -55), (13, -12, -49), (10, -22, -42), (10, -25, -34),
            (11, -15, -28),
        ].map {
            Vector3(side.sign * $0.0, $0.1, $0.2)
        }
    }

    typealias Ball = (centre: Vector3, radii: Vector3)

    var orbits: [Ball] {
        Side.allCases.flatMap { side -> [Ball] in
            let s = side.sign
            return [
                (Vector3(s * 32, -72, -46), Vector3(18.5, 24, 16)), (Vector3(s * 27, -52, -44), Vector3(12, 18, 12)),
            ]
        }
    }

    /// Paranasal sinuses, nose and mastoid cells.
    var airSpaces: [Ball] {
        var random = SeededGenerator(seed: 0xCE11)
        return Side.allCases.flatMap { side -> [Ball] in
            let s = side.sign
            var found: [Ball] = [
                (Vector3(s * 27, -66, -74), Vector3(14, 15, 14)), (Vector3(s * 8, -66, -71), Vector3(6.6, 28, 16)),
                (Vector3(s * 11, -86, -25), Vector3(8.5, 3.6, 8)), (Vector3(s * 7.5, -24, -43), Vector3(6.5, 11, 8.5)),
            ]
            for k in 0..<4 {
                found.append((Vector3(s * 6.2, -76 + Double(k) * 10.5, -44), Vector3(4.6, 4.7, 7)))
            }
            for k in 0..<12 {
                let at =
                    Vector3(54, 22, -60) + Vector3(random.normal() * 3, random.normal() * 5, Double(k % 5) * 4.5 - 13)
                found.append((Vector3(s * at.x, at.y, at.z), Vector3(2.6, 3, 2.6)))
            }
            return found
        }
    }
}
