import Frames
import Imaging

/// The shapes of the neck's vertebrae, which differ from those below: C1 is a ring without a body, C2 bears the dens,
/// and from C3 on pillars stand beside the canal and arteries run through the transverse processes.
extension VertebraAnatomy {
    var isCervical: Bool { level.label.number <= 7 }
    var isAtlas: Bool { level.label.number == 1 }
    var isAxis: Bool { level.label.number == 2 }

    private var wide: Double { level.canal.width / 2 }
    private var half: Double { level.body.height / 2 }

    /// Where a vertebral artery passes a transverse process.
    func arteryHole(_ side: Side) -> Vector3 {
        let x = isAtlas ? wide + 15 : isAxis ? wide + 7 : level.body.meanWidth / 2 + 7.5
        return Vector3(side.sign * x, isAtlas ? 1 : isAxis ? backWall - 2 : 0, 0)
    }

    /// Of C1 the middle of the lateral mass, through which its screws go.
    func cervicalIsthmus(_ side: Side) -> Point<Vertebra> {
        if isAtlas { return Point(side.sign * (wide + 6.5), -1, 0) }
        let convergence = radians(degrees: level.pedicle.convergence)
        let x = wide + width(side) / 2 / cosine(convergence)
        return Point(side.sign * x, backWall + level.canal.depth * 0.25, half - level.pedicle.height / 2 - 1.5)
    }

    func cervicalSolid(pose: Pose<CT, Vertebra>) -> BoneSolid {
        let holes = Side.allCases.map { side in
            let at = arteryHole(side)
            let reach = Vector3(0, 0, half + 8)
            return EllipticTube(from: at - reach, to: at + reach, radii: [SIMD2(3.1, 3.1)])
        }
        if isAtlas {
            return BoneSolid(label: level.label, pose: pose, rods: Side.allCases.flatMap(atlas), holes: holes)
        }
        let rods = Side.allCases.flatMap { pillar($0) + lamina($0) + transverseBars($0) } + spinousRods
        return BoneSolid(
            label: level.label, pose: pose, bodies: [(.identity(), bodySolid)],
            rods: rods + (isAxis ? dens : Side.allCases.map(uncinate)), holes: holes)
    }

    private func atlas(_ side: Side) -> [EllipticTube] {
        let (s, p) = (side.sign, level.processes)
        let mass = Vector3(s * (wide + 6.5), -1, 0)
        let (arch, r) = (level.body.meanDepth / 2 + 5, SIMD2(2.8, 5))
        let back = canalBack + p.laminaThickness / 2
        let bow = Vector3(s * wide * 0.78, back - 7, -1)
        let r2 = SIMD2(p.laminaThickness / 2, p.laminaHeight / 2)
        return [
            EllipticTube(
                from: mass + Vector3(s * 1, 0, half - 4), to: mass - Vector3(-s * 1, 0, half - 4),
                upright: Vector3(0, 1, 0),
                radii: [SIMD2(6.5, 9.5), SIMD2(6, 8.5), SIMD2(7, 8.5)], end: 4, fillet: fillet),
            EllipticTube(
                from: mass + Vector3(-s * 2, -6, 0), to: Vector3(s * 9, -arch + 2, 0), radii: [r], end: 2.8,
                fillet: fillet),
            EllipticTube(
                from: Vector3(s * 9, -arch + 2, 0), to: Vector3(0, -arch, 0), radii: [r], end: 2.8, fillet: fillet),
            EllipticTube(from: mass + Vector3(0, 6, 1), to: bow, radii: [r2], end: r2.x, fillet: fillet),
            EllipticTube(from: bow, to: Vector3(0, back, -1), radii: [r2, r2 * 1.15], end: r2.x, fillet: fillet),
            EllipticTube(
                from: mass + Vector3(s * 4, 3, -1),
                to: Vector3(s * (p.transverseSpan / 2 - 4), backWall + p.transverseBack, -2),
                radii: [SIMD2(5, 4.5), SIMD2(4, 4)], end: 4, fillet: fillet),
            EllipticTube(
                from: mass + Vector3(s * 4, -5, -1),
                to: Vector3(s * (p.transverseSpan / 2 - 5), backWall + p.transverseBack - 2, -2),
                radii: [SIMD2(2.6, 3)], end: 2.6, fillet: fillet),
        ]
    }

    /// The dens, and the shoulders of C2 that carry C1.
    private var dens: [EllipticTube] {
        let tip = half + 16
        return [
            EllipticTube(
                from: Vector3(0, 0, half - 4), to: Vector3(0, 0.5, tip - 5), upright: Vector3(0, 1, 0),
                radii: [SIMD2(5.4, 5.6), SIMD2(4.6, 5.2), SIMD2(5, 5.4)], end: 5, fillet: fillet)
        ]
            + Side.allCases.map { side in
                EllipticTube(
                    from: Vector3(side.sign * 7, 1, half - 6), to: Vector3(side.sign * (wide + 5), 0, half - 4.5),
                    upright: Vector3(0, 1, 0.2), radii: [SIMD2(5, 7), SIMD2(4, 8)], end: 5, fillet: fillet)
            }
    }

    private func uncinate(_ side: Side) -> EllipticTube {
        let (s, b) = (side.sign, level.body)
        return EllipticTube(
            from: Vector3(s * (b.upperWidth / 2 - 1.8), -b.upperDepth * 0.2, half - 0.5),
            to: Vector3(s * (b.upperWidth / 2 - 1.2), b.upperDepth * 0.32, half + 1.6), radii: [SIMD2(1.8, 2.6)],
            end: 2,
            fillet: fillet)
    }

    /// The pedicle, and the pillar whose slanting ends are the facets.
    private func pillar(_ side: Side) -> [EllipticTube] {
        let (s, p, r) = (side.sign, level.processes, level.processes.articularRadius)
        let (centre, axis) = (cervicalIsthmus(side).coordinates, axis(side).vector)
        let size = SIMD2(width(side) / 2, level.pedicle.height / 2)
        let reach = level.body.meanDepth * 0.5
        let x = wide + r * 1.05
        let y = canalCentre - 0.5
        let top =
            isAxis
            ? Vector3(s * (wide + 4), 3, half - 6) : Vector3(s * x, y - 4, half + p.superiorArticularReach - r * 0.7)
        let bottom = Vector3(s * x, y + 4.5, -half - p.inferiorArticularReach + r * 0.7)
        return [
            EllipticTube(
                from: centre - axis * reach * 0.6, to: centre + axis * reach, radii: [size * 1.1, size, size * 1.2],
                end: size.min(), fillet: fillet),
            EllipticTube(
                from: top, to: bottom, upright: Vector3(0, 1, 0),
                radii: [SIMD2(r, r * 0.8), SIMD2(r * 1.05, r), SIMD2(r, r * 0.8)],
                end: r * 0.7, fillet: fillet),
        ]
    }

    private func lamina(_ side: Side) -> [EllipticTube] {
        let (s, p) = (side.sign, level.processes)
        let r = SIMD2(p.laminaThickness / 2, p.laminaHeight / 2)
        return [
            EllipticTube(
                from: Vector3(s * (wide + 3), canalCentre + level.canal.depth * 0.25, -2),
                to: Vector3(0, canalBack + p.laminaThickness * 0.6 + 1, -4), radii: [r * SIMD2(1, 0.9), r], end: r.x,
                fillet: fillet)
        ]
    }

    /// The bars before and behind the artery.
    private func transverseBars(_ side: Side) -> [EllipticTube] {
        let (s, p, b) = (side.sign, level.processes, level.body)
        let tip = transverseTip(side)
        let r = SIMD2(p.transverseHeight * 0.22, p.transverseHeight * 0.3)
        return [
            EllipticTube(
                from: Vector3(s * b.meanWidth * 0.42, isAxis ? backWall - 6 : -3.5, -1),
                to: tip + Vector3(-s * 1, -2.5, 0), radii: [r], end: r.x,
                fillet: fillet),
            EllipticTube(
                from: Vector3(s * (wide + 5), canalCentre - 5, -1), to: tip, radii: [r * 1.3, r], end: r.x,
                fillet: fillet),
        ]
    }

    /// One process down to C1; from C2 to C6 its end is split.
    private var spinousRods: [EllipticTube] {
        let p = level.processes
        let r = SIMD2(p.spinousThickness / 2, p.spinousHeight / 2)
        let down = radians(degrees: p.spinousDrop ?? 10)
        let start = Vector3(0, canalBack + p.laminaThickness * 0.6, -4)
        let tip = start + Vector3(0, cosine(down), -sine(down)) * (p.spinousLength - r.x)
        let shaft = EllipticTube(from: start, to: tip, radii: [r, r * SIMD2(0.9, 0.9), r], end: r.x, fillet: fillet)
        guard level.label.number < 7 else { return [shaft] }
        return [shaft]
            + Side.allCases.map {
                EllipticTube(
                    from: tip - Vector3(0, 3, 0), to: tip + Vector3($0.sign * 4.5, 2.5, -1), radii: [SIMD2(2.4, 3)],
                    end: 2.4,
                    fillet: fillet)
            }
    }
}
