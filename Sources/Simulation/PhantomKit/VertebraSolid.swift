import Frames
import Imaging

/// The places of a vertebra's parts in its own frame, from its dimensions.
struct VertebraAnatomy: Sendable {
    let level: PhantomDefinition.Level
    let fillet: Double

    var backWall: Double { level.body.meanDepth / 2 }
    var canalCentre: Double { backWall + level.canal.depth / 2 - 0.5 }
    var canalBack: Double { backWall + level.canal.depth - 0.5 }

    func width(_ side: Side) -> Double { level.pedicle.width * (1 + side.sign * level.pedicle.asymmetry) }

    /// The isthmus lies just behind the body's back wall, in its upper half, beside the canal.
    func isthmus(_ side: Side) -> Point<Vertebra> {
        if isCervical { return cervicalIsthmus(side) }
        let convergence = radians(degrees: level.pedicle.convergence)
        let x = level.canal.width / 2 + width(side) / 2 / cosine(convergence)
        let z = level.body.height / 2 - level.pedicle.height / 2 - 2
        return Point(side.sign * x, backWall + 4, z)
    }

    /// The pedicle's axis from back to front.
    func axis(_ side: Side) -> Direction<Vertebra> {
        let (a, t) = (radians(degrees: level.pedicle.convergence), radians(degrees: level.pedicle.cranialTilt))
        return Direction(Vector3(-side.sign * sine(a) * cosine(t), -cosine(a) * cosine(t), sine(t))) ?? -.y
    }

    var bodySolid: BodySolid {
        BodySolid(
            height: level.body.height, upper: SIMD2(level.body.upperWidth, level.body.upperDepth),
            lower: SIMD2(level.body.lowerWidth, level.body.lowerDepth), waistDepth: level.body.waistDepth,
            wedge: level.body.wedge, concavity: level.body.endplateConcavity)
    }

    func solid(pose: Pose<CT, Vertebra>) -> BoneSolid {
        if isCervical { return cervicalSolid(pose: pose) }
        let rods = Side.allCases.flatMap { pedicle($0) + arch($0) + articular($0) + [transverse($0)] } + [spinous]
        return BoneSolid(label: level.label, pose: pose, bodies: [(.identity(), bodySolid)], rods: rods)
    }

    private func pedicle(_ side: Side) -> [EllipticTube] {
        let (centre, axis) = (isthmus(side).coordinates, axis(side).vector)
        let r = SIMD2(width(side) / 2, level.pedicle.height / 2)
        let half = min(11, level.body.meanDepth * 0.34)
        return [
            EllipticTube(
                from: centre - axis * half, to: centre + axis * half,
                radii: [r * SIMD2(1.15, 1.1), r, r * SIMD2(1.25, 0.95)], end: r.min(),
                fillet: fillet)
        ]
    }

    private func arch(_ side: Side) -> [EllipticTube] {
        let (p, s) = (level.processes, side.sign)
        let half = SIMD2(p.laminaThickness / 2, p.laminaHeight / 2)
        let drop = -level.body.height * 0.22
        let pillar = level.canal.width / 2 + p.articularRadius * 0.7
        let lateral = Vector3(s * pillar, canalCentre + level.canal.depth * 0.18, drop + 4)
        let medial = Vector3(0, canalBack + p.laminaThickness / 2 + 1, drop - 2)
        let top = Vector3(s * (pillar + 1), canalCentre - 1, level.body.height * 0.18)
        let bottom = Vector3(s * (pillar - 1), canalCentre + level.canal.depth * 0.3, drop - 4)
        let thick = p.articularRadius
        return [
            EllipticTube(from: lateral, to: medial, radii: [half * SIMD2(1, 0.8), half], end: half.x, fillet: fillet),
            EllipticTube(
                from: top, to: bottom, upright: Vector3(0, 1, 0), radii: [SIMD2(thick, thick * 0.85)], fillet: fillet),
        ]
    }

    private func articular(_ side: Side) -> [EllipticTube] {
        let (p, s, r) = (level.processes, side.sign, level.processes.articularRadius)
        let (h, wide) = (level.body.height / 2, level.canal.width / 2)
        let low = Vector3(s * (wide + r * 0.9), canalCentre, h * 0.4)
        let high = Vector3(s * (wide + r * 1.3), canalCentre + 3, h + p.superiorArticularReach - r * 0.6)
        let root = Vector3(s * (wide * 0.85), canalBack - 0.5, -h * 0.5)
        let tip = Vector3(s * (wide * 0.85), canalBack + 0.5, -h - p.inferiorArticularReach + r * 0.6)
        return [
            EllipticTube(
                from: low, to: high, upright: Vector3(0, 1, 0), radii: [SIMD2(r, r), SIMD2(r * 0.9, r * 0.8)],
                fillet: fillet),
            EllipticTube(
                from: root, to: tip, upright: Vector3(0, 1, 0), radii: [SIMD2(r, r * 0.9), SIMD2(r, r * 0.8)],
                fillet: fillet),
        ]
    }

    /// The middle of the transverse process's rounded end.
    func transverseTip(_ side: Side) -> Vector3 {
        let p = level.processes
        let x = p.transverseSpan / 2 - p.transverseHeight * 0.3
        return Vector3(side.sign * x, backWall + p.transverseBack, isthmus(side).z + 1)
    }

    private func transverse(_ side: Side) -> EllipticTube {
        let (p, s) = (level.processes, side.sign)
        let start = isthmus(side).coordinates + Vector3(s * 1, 7, -2)
        let tip = transverseTip(side)
        let r = SIMD2(p.transverseHeight * 0.32, p.transverseHeight * 0.55)
        return EllipticTube(
            from: start, to: tip, radii: [r * SIMD2(1.3, 1.25), r * SIMD2(0.95, 0.85), r * SIMD2(0.85, 0.8)], end: r.x,
            fillet: fillet)
    }

    private var spinous: EllipticTube {
        let p = level.processes
        let drop = -level.body.height * 0.22
        let r = SIMD2(p.spinousThickness / 2, p.spinousHeight / 2)
        let start = Vector3(0, canalBack + p.laminaThickness, drop - 2)
        let way = p.spinousLength - r.x * 1.2
        let down = radians(degrees: p.spinousDrop ?? 0)
        let tip = Vector3(
            0, canalBack + way * cosine(down), p.spinousDrop == nil ? drop - 6 : drop - 2 - way * sine(down))
        return EllipticTube(
            from: start, to: tip, radii: [r * SIMD2(1.1, 0.9), r, r * SIMD2(1.35, 0.95)], end: r.x * 1.2, fillet: fillet
        )
    }
}
