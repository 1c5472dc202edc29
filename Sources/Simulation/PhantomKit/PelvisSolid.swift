import Frames
import Imaging

/// Iliac wings: they are there so that levels can be named from what the image shows.
enum Pelvis {
    /// The wing of the ilium beside the sacrum: a curved plate from the sacroiliac joint to the front.
    static func ilium(_ side: Side, beside s1: Pose<CT, Vertebra>, alarSpan: Double) -> BoneSolid {
        let s = side.sign
        // Of S1's turns the ilium keeps those about Z and Y; a pelvis is not as steep as the sacrum's endplate.
        let left = (s1 * Direction<Vertebra>.x).vector
        let rotation = Rotation<CT, Vertebra>(z: .z, near: left) ?? .identity()
        let x = alarSpan / 2
        func point(_ dx: Double, _ y: Double, _ z: Double) -> Vector3 { Vector3(s * (x + dx), y, z) }
        let lean = Vector3(s * 0.35, -0.1, 1)
        let spine = point(-3, 44, -24)
        let joint = point(4, 20, -16)
        let wing = point(30, -26, -2)
        let front = point(54, -58, -14)
        let (back, thick, thin, end) = (SIMD2(8.0, 20), SIMD2(10.0, 32), SIMD2(5.0, 38), SIMD2(6.0, 24))
        let rods = [
            EllipticTube(from: spine, to: joint, upright: lean, radii: [back, thick], end: 10, fillet: 12),
            EllipticTube(
                from: joint, to: wing, upright: lean, radii: [thick, SIMD2(6.5, 37), thin], end: 14, fillet: 12),
            EllipticTube(from: wing, to: front, upright: lean, radii: [thin, SIMD2(5, 33), end], end: 14, fillet: 12),
        ]
        return BoneSolid(label: .pelvis, pose: Pose(rotation: rotation, translation: s1.translation), rods: rods)
    }
}
