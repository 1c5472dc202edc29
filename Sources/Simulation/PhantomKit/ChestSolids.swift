import Frames
import Imaging

/// Bones of the chest beside spine and ribs: sternum, scapulae and collar bones, label 100.
struct ChestSolids: Sendable {
    let cage: RibCage

    var solids: [BoneSolid] {
        [sternum] + Side.allCases.flatMap { [scapula($0), clavicle($0)] }
    }

    private func solid(_ rods: [EllipticTube]) -> BoneSolid {
        BoneSolid(
            label: .otherBone, pose: Pose(rotation: .identity(), translation: .zero),
            rods: rods)
    }

    /// Where the sternum lies at the height at which ribs `i` reach it.
    func front(_ i: Int) -> Vector3 {
        let ring = cage.rings[min(i, cage.rings.count - 1)]
        let z = ring.ends.reduce(0) { $0 + $1.z } / Double(max(ring.ends.count, 1))
        let top = cage.rings[0].ends.first?.z ?? z
        // The lower ribs' cartilages climb to it.
        return Vector3(ring.centre.x, ring.centre.y - ring.half.y - 2, top + (z - top) * 0.72)
    }

    private var sternum: BoneSolid {
        let (top, angle, low) = (front(0) + Vector3(0, 2, 12), front(1), front(6))
        return solid([
            EllipticTube(
                from: top, to: angle, upright: Vector3(0, 1, 0.2), radii: [SIMD2(28, 6), SIMD2(18, 6)], end: 5,
                fillet: 3),
            EllipticTube(
                from: angle + Vector3(0, 0, -3), to: low, upright: Vector3(0, 1, 0.2),
                radii: [SIMD2(15, 6), SIMD2(18, 6), SIMD2(13, 5)], end: 5, fillet: 3),
        ])
    }

    private func scapula(_ side: Side) -> BoneSolid {
        func at(_ ring: Int, _ angle: Double, out: Double) -> Vector3 {
            cage.around(cage.rings[min(ring, cage.rings.count - 1)].z + 36, degrees: angle, side, out: out)
        }
        let (upper, middle, low) = (at(1, 42, out: 26), at(3, 40, out: 17), at(6, 44, out: 14))
        let glenoid = at(1, 84, out: 34)
        let outward = Vector3(side.sign * 0.6, 0.8, 0)
        return solid([
            EllipticTube(
                from: upper, to: low, upright: outward, radii: [SIMD2(11, 2), SIMD2(17, 2), SIMD2(9, 3)], end: 3,
                fillet: 4),
            EllipticTube(
                from: low, to: glenoid, upright: outward, radii: [SIMD2(7, 3.2), SIMD2(11, 3), SIMD2(12, 7)], end: 6,
                fillet: 4),
            EllipticTube(
                from: middle + outward * 3, to: glenoid + Vector3(side.sign * 8, 14, 22), upright: Vector3(0, 0, 1),
                radii: [SIMD2(2.5, 3), SIMD2(7, 3.5), SIMD2(9, 6)], end: 4, fillet: 4),
        ])
    }

    private func clavicle(_ side: Side) -> BoneSolid {
        let start = front(0) + Vector3(side.sign * 26, 3, 20)
        let bow = start + Vector3(side.sign * 50, 8, 14)
        let end = start + Vector3(side.sign * 118, 58, 22)
        return solid([
            EllipticTube(from: start, to: bow, radii: [SIMD2(8, 9), SIMD2(6, 6)], fillet: 3),
            EllipticTube(from: bow, to: end, radii: [SIMD2(6, 6), SIMD2(6, 5)], fillet: 3),
        ])
    }
}
