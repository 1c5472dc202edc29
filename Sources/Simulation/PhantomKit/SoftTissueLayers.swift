import Frames
import Imaging

extension SoftTissue {
    /// Muscles, organs and vessels of a torso around the given spine; distances along it in stations of the canal's
    /// line.
    init(
        _ definition: PhantomDefinition, canal: CanalLine, discs: [DiscSolid], cage: RibCage?, head: HeadAnatomy?,
        arteries: [[Vector3]]
    ) {
        torso = definition.torso
        self.cage = cage
        self.head = head
        self.canal = canal
        self.discs = discs
        backReach = Self.backReach(definition, canal)
        layers =
            Self.walls(definition) + Self.inside(definition, canal, cage) + Self.muscles(definition, canal)
            + Self.spine(definition, canal, discs: discs.count)
            + Self.arteries(arteries, hu: definition.head?.arteryHU ?? definition.tissue.blood)
            + (head.map { HeadLayers($0, definition, arteries: arteries).layers } ?? [])
    }

    private static func arteries(_ courses: [[Vector3]], hu: Double) -> [Layer] {
        courses.flatMap { course in
            zip(course, course.dropFirst()).map {
                Layer(shape: .tube(EllipticTube(from: $0, to: $1, radii: [SIMD2(1.9, 1.9)])), hu: hu, label: .vessel)
            }
        }
    }

    private static func inside(_ definition: PhantomDefinition, _ canal: CanalLine, _ cage: RibCage?) -> [Layer] {
        switch definition.torso.interior {
        case .abdomen: organs(definition, canal) + abdominalVessels(definition, canal)
        case .chest: cage.map { ChestLayers(definition, canal, $0).layers } ?? []
        case .neck: NeckLayers(definition, canal).layers
        }
    }

    /// So far behind the canal's centre as the spinous process and what covers it, level by level and blended between.
    private static func backReach(_ d: PhantomDefinition, _ canal: CanalLine) -> [Double] {
        let levels = d.levels.map { level in
            let reach = level.processes.spinousLength * cosine(radians(degrees: level.processes.spinousDrop ?? 0))
            return level.canal.depth / 2 + reach + d.torso.backCover
        }
        let knots = zip(
            canal.controls.dropFirst(), levels + (d.sacrum == nil ? [levels.last ?? 40] : [levels.last ?? 40, 34, 30])
        ).map { (Double($0), $1) }
        return canal.stations.indices.map { i in
            let x = Double(i)
            guard let after = knots.first(where: { $0.0 >= x }) else { return knots.last?.1 ?? 40 }
            guard let before = knots.last(where: { $0.0 < x }) else { return after.1 }
            let t = (x - before.0) / (after.0 - before.0)
            return before.1 + (after.1 - before.1) * t * t * (3 - 2 * t)
        }
    }

    private static func walls(_ d: PhantomDefinition) -> [Layer] {
        let (t, torso) = (d.tissue, d.torso)
        let muscle = torso.skinThickness + torso.fatThickness
        return [
            Layer(shape: .belowSkin(0), hu: t.skin, label: .softTissue),
            Layer(shape: .belowSkin(torso.skinThickness), hu: t.fat, label: .softTissue),
            Layer(shape: .belowSkin(muscle), hu: t.muscle, label: .softTissue),
        ]
            + (torso.interior == .abdomen
                ? [Layer(shape: .belowSkin(muscle + torso.wallThickness), hu: t.fat, label: .softTissue)] : [])
    }

    /// Loosely placed: they make the image less than trivial for a threshold, and are no part of the truth but as
    /// vessels.
    private static func organs(_ d: PhantomDefinition, _ canal: CanalLine) -> [Layer] {
        let t = d.tissue
        let o = d.placement.position
        func blob(_ x: Double, _ y: Double, _ z: Double, _ rx: Double, _ ry: Double, _ rz: Double, _ hu: Double)
            -> Layer
        {
            Layer(
                shape: .ellipsoid(centre: o + Vector3(x, y, z), radii: Vector3(rx, ry, rz)), hu: hu, label: .softTissue)
        }
        return [
            blob(-78, -50, 105, 55, 60, 85, t.organ), blob(85, -20, 120, 32, 38, 55, t.organ - 10),
            blob(-62, 8, 35, 24, 22, 52, t.organ + 60), blob(66, 6, 48, 24, 22, 52, t.organ + 60),
            blob(30, -85, 20, 42, 24, 30, t.bowel), blob(34, -95, 24, 30, 10, 20, t.gas),
            blob(-35, -80, -40, 40, 26, 28, t.bowel), blob(-38, -90, -38, 26, 9, 16, t.gas),
            blob(40, -75, -60, 36, 25, 30, t.bowel + 15), blob(100, -40, -10, 18, 24, 80, t.bowel),
            blob(101, -48, -8, 11, 11, 60, t.gas), blob(-100, -36, -30, 20, 25, 60, t.bowel + 10),
            blob(-101, -46, -26, 12, 11, 36, t.gas), blob(2, -70, -130, 44, 40, 34, 8),
        ]
    }

    private static func muscles(_ d: PhantomDefinition, _ canal: CanalLine) -> [Layer] {
        let (end, marks) = (Double(canal.stations.count), canal.controls.map(Double.init))
        let (top, sacrum) = (-40.0, marks[max(marks.count - 4, 0)])
        func column(
            _ side: Side, _ left: Double, _ back: Double, _ w: Double, _ h: Double, _ from: Double, _ to: Double
        ) -> Layer {
            Layer(
                shape: .column(
                    left: side.sign * left, back: back, halfWidth: w, halfDepth: h, from: from, to: to,
                    cover: d.torso.skinThickness + 4),
                hu: d.tissue.muscle + (side == .left ? 2 : -2), label: .softTissue)
        }
        guard d.torso.interior == .abdomen else { return [] }
        return Side.allCases.flatMap { side in
            [
                column(side, 34, 27, 30, 21, top, end),
                column(side, 63, 4, 22, 9, top, sacrum - 10),
                column(side, 41, -17, 15, 20, marks[1] + 20, end),
            ]
        }
    }

    private static func abdominalVessels(_ d: PhantomDefinition, _ canal: CanalLine) -> [Layer] {
        let marks = canal.controls.map(Double.init)
        let fork = marks[max(marks.count - 5, 0)]
        let front = -(d.levels.last.map { $0.canal.depth / 2 + $0.body.meanDepth } ?? 45)
        func vessel(_ left: Double, _ back: Double, _ r: Double, _ from: Double, _ to: Double, _ hu: Double) -> Layer {
            Layer(
                shape: .column(left: left, back: back, halfWidth: r, halfDepth: r, from: from, to: to, cover: nil),
                hu: hu,
                label: AnatomicalLabel.vessel)
        }
        return [
            vessel(8, front - 12, 9, -40, fork + 12, d.tissue.blood),
            vessel(-17, front - 11, 10, -40, fork + 22, d.tissue.blood - 35),
            vessel(17, front - 8, 5.5, fork, fork + 70, d.tissue.blood),
            vessel(-14, front - 9, 5.5, fork, fork + 70, d.tissue.blood),
        ]
    }

    private static func spine(_ d: PhantomDefinition, _ canal: CanalLine, discs: Int) -> [Layer] {
        let disc = (0..<discs).map { Layer(shape: .disc($0), hu: d.tissue.disc, label: AnatomicalLabel.disc) }
        let inside = [
            Layer(shape: .canal(0), hu: d.tissue.fat * 0.6, label: AnatomicalLabel.spinalCanal),
            Layer(shape: .canal(2.2), hu: d.tissue.thecalSac, label: AnatomicalLabel.spinalCanal),
        ]
        return disc + inside
    }
}
