import Frames
import Imaging

/// Fourteen teeth in each jaw, and metal fillings in the last lower ones.
extension HeadAnatomy {
    /// Enamel, HU.
    static let enamel = 2400.0
    static let amalgam = 12000.0

    /// From the first incisor backwards on one side: to the side, back, and half sizes across and along the arch.
    private static let arch: [(x: Double, y: Double, wide: Double, deep: Double)] = [
        (4.2, -86, 3.8, 3), (11, -83.5, 3, 3), (16.5, -78.5, 3.4, 3.6), (20, -72, 3.2, 3.8), (22.5, -65.5, 3.4, 4),
        (25, -57.5, 4.6, 4.6), (27, -48, 4.6, 4.6),
    ]

    var teeth: [Implant] {
        Side.allCases.flatMap { side in
            Self.arch.flatMap { place in
                [tooth(side, place, from: -95, to: -106.4, 1), tooth(side, place, from: -121, to: -109, 0.92)]
            }
        } + fillings
    }

    private func tooth(
        _ side: Side, _ place: (x: Double, y: Double, wide: Double, deep: Double), from root: Double, to crown: Double,
        _ scale: Double
    ) -> Implant {
        let (a, b) = (
            Vector3(side.sign * place.x * scale, place.y, root), Vector3(side.sign * place.x * scale, place.y, crown)
        )
        let r = SIMD2(place.wide, place.deep) * scale
        let upright = ct(Vector3(0, 1, 0)) - ct(.zero)
        return Implant(
            kind: .tooth, level: .skull, side: side, start: Point(ct(a)), end: Point(ct(b)), diameter: 2 * r.x,
            shape: .rods([
                EllipticTube(from: ct(a), to: ct(b), upright: upright, radii: [r * 0.55, r * 0.8, r * 0.95], end: 1.5)
            ]), hu: Self.enamel)
    }

    private var fillings: [Implant] {
        (0..<head.fillings).map { i in
            let side: Side = i % 2 == 0 ? .left : .right
            let place = Self.arch[max(6 - i / 2, 0)]
            let (x, z) = (side.sign * place.x * 0.92, -110.5)
            let (a, b) = (ct(Vector3(x - 1.5, place.y, z)), ct(Vector3(x + 1.5, place.y, z)))
            return Implant(
                kind: .filling, level: .skull, side: side, start: Point(a), end: Point(b), diameter: 4,
                shape: .rods([EllipticTube(from: a, to: b, radii: [SIMD2(2, 1.6)])]), hu: Self.amalgam)
        }
    }
}
