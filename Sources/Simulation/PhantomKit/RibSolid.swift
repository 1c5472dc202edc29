import Frames
import Imaging

/// The course of one rib: head beside the body, neck to the tubercle before the transverse process, then round the
/// chest on an oval, sinking towards the front.
///
/// Points are in a frame at the body's centre that stands upright in the CT and has the vertebra's direction to the
/// left, so that kyphosis does not tilt the ribs.
struct RibCourse: Sendable {
    let rib: PhantomDefinition.Rib
    let side: Side
    let upright: Pose<CT, Vertebra>
    /// Middle of the rib, from its head to the end of its bone.
    let points: [Vector3]
    /// The oval's centre.
    let cageCentre: Vector3

    init(_ rib: PhantomDefinition.Rib, _ side: Side, of anatomy: VertebraAnatomy, pose: Pose<CT, Vertebra>) {
        self.rib = rib
        self.side = side
        let rotation = Rotation<CT, Vertebra>(z: .z, near: (pose * Direction<Vertebra>.x).vector) ?? pose.rotation
        upright = Pose(rotation: rotation, translation: pose.translation)
        let toUpright = upright.inverse * pose
        let (head, tubercle) = Self.joints(side, anatomy)
        let (a, b) = (
            (toUpright * Point<Vertebra>(head)).coordinates, (toUpright * Point<Vertebra>(tubercle)).coordinates
        )
        cageCentre = Vector3(0, b.y + 8 - rib.cageDepth / 2, b.z)
        points = Self.course(rib, side, from: a, by: b, round: cageCentre)
    }

    /// The rib's head and tubercle in the vertebra's frame. From T2 to T9 the head lies beside the upper endplate.
    private static func joints(_ side: Side, _ anatomy: VertebraAnatomy) -> (Vector3, Vector3) {
        let (s, body) = (side.sign, anatomy.level.body)
        let beside = (9...16).contains(anatomy.level.label.number) ? body.height * 0.44 : body.height * 0.16
        let head = Vector3(s * (body.meanWidth * 0.46 + 5), anatomy.backWall - 4, beside)
        // The last two ribs meet no transverse process.
        guard anatomy.level.label.number < 18 else { return (head, head + Vector3(s * 17, 13, -4)) }
        let tip = anatomy.transverseTip(side)
        let tubercle = Vector3(tip.x - s * 1, tip.y - anatomy.level.processes.transverseHeight * 0.3 - 6, tip.z + 1)
        return (head, tubercle)
    }

    private static func course(
        _ rib: PhantomDefinition.Rib, _ side: Side, from head: Vector3, by tubercle: Vector3, round centre: Vector3
    ) -> [Vector3] {
        var points = [head, tubercle]
        var left = rib.length - length(tubercle - head)
        let way = max(rib.length - length(tubercle - head), 1)
        // Quick to the oval, and then along it in steps of 15°.
        var angle = min(abs(tubercle.x) / (rib.cageWidth / 2) * 1.15 + 0.25, 1.2)
        while left > 1, angle < 3 {
            let on = Vector3(
                side.sign * rib.cageWidth / 2 * sine(angle), centre.y + rib.cageDepth / 2 * cosine(angle),
                tubercle.z - rib.drop * (1 - left / way))
            let last = points[points.count - 1]
            let step = on - last
            let stretch = length(step)
            let sunk = Vector3(0, 0, -rib.drop * min(stretch, left) / way)
            points.append(last + Vector3(step.x, step.y, 0) * min(left / max(stretch, 1e-6), 1) + sunk)
            left -= stretch
            angle += 15 * .pi / 180
        }
        return points
    }

    /// Where the cartilage begins, CT coordinates.
    var end: Vector3 { (upright * Point<Vertebra>(points[points.count - 1])).coordinates }

    var solid: BoneSolid {
        // The first ribs lie flat; the others stand on edge.
        let flat = rib.cageDepth < 90
        let r = flat ? SIMD2(5.5, 2.8) : SIMD2(3.2, 5.6)
        let rods = zip(points, points.dropFirst()).enumerated().map { i, ends in
            let size = i == 0 ? [SIMD2(4.2, 4.6), SIMD2(3.2, 4.2)] : [i == 1 ? SIMD2(3.6, 4.4) : r, r]
            return EllipticTube(from: ends.0, to: ends.1, radii: size, fillet: 3)
        }
        return BoneSolid(label: .rib, pose: upright, rods: rods)
    }
}
