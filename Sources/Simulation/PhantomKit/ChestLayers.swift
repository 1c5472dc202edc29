import Frames
import Imaging

/// Lungs, heart, great vessels and what lies under the diaphragm. Loosely placed; only the vessels are in the truth.
struct ChestLayers: Sendable {
    typealias Layer = SoftTissue.Layer
    let definition: PhantomDefinition
    let canal: CanalLine
    let cage: RibCage
    /// Middle of the chest at the height of the heart, and under the domes of the diaphragm.
    let heart, belly: Vector3

    init(_ definition: PhantomDefinition, _ canal: CanalLine, _ cage: RibCage) {
        (self.definition, self.canal, self.cage) = (definition, canal, cage)
        func middle(_ ring: Int) -> Vector3 {
            let r = cage.rings[min(ring, cage.rings.count - 1)]
            return Vector3(r.centre.x, r.centre.y, r.z)
        }
        heart = middle(5) + Vector3(18, -26, 14)
        belly = middle(9)
    }

    var layers: [Layer] { chest + underDiaphragm + vessels + airways + cartilage }

    private func ball(_ at: Vector3, _ radii: Vector3, _ hu: Double, _ label: AnatomicalLabel = .softTissue) -> Layer {
        Layer(shape: .ellipsoid(centre: at, radii: radii), hu: hu, label: label)
    }

    private func tube(
        _ a: Vector3, _ b: Vector3, _ r: Double, _ hu: Double, _ label: AnatomicalLabel = .softTissue
    ) -> Layer {
        Layer(shape: .tube(EllipticTube(from: a, to: b, radii: [SIMD2(r, r)])), hu: hu, label: label)
    }

    private var chest: [Layer] {
        let t = definition.tissue
        return [Layer(shape: .chest, hu: t.fat * 0.6, label: .softTissue)]
            + Side.allCases.map { Layer(shape: .lung($0), hu: t.lung, label: .softTissue) } + lungVessels
            + [
                ball(heart, Vector3(48, 40, 50), t.muscle),
                ball(heart + Vector3(8, -4, -2), Vector3(28, 24, 32), t.blood),
                ball(heart + Vector3(-30, 2, 18), Vector3(20, 22, 28), t.blood * 0.9),
            ]
    }

    /// Branches from each hilum outwards, the same in every such phantom.
    private var lungVessels: [Layer] {
        var random = SeededGenerator(seed: 0x1A6)
        return Side.allCases.flatMap { side -> [Layer] in
            let hilum = Vector3(heart.x - 18 + side.sign * 34, heart.y + 32, heart.z + 30)
            return (0..<16).flatMap { i -> [Layer] in
                let turn = Double(i) * 2.4
                let rise = random.uniform() * 2 - 1
                let out = Vector3(side.sign * (0.6 + 0.3 * cosine(turn)), 0.8 * sine(turn), rise * 0.9)
                let knee = hilum + out * (22 + 14 * random.uniform())
                let end = knee + (out + random.normal3() * 0.35) * (26 + 14 * random.uniform())
                return [
                    tube(hilum, knee, 3.2, definition.tissue.muscle), tube(knee, end, 1.6, definition.tissue.muscle),
                ]
            }
        }
    }

    private var underDiaphragm: [Layer] {
        let t = definition.tissue
        return Side.allCases.map { Layer(shape: .dome($0), hu: t.fat, label: .softTissue) } + [
            ball(belly + Vector3(-52, -16, 2), Vector3(78, 74, 66), t.organ),
            ball(belly + Vector3(62, -34, -4), Vector3(50, 46, 50), t.bowel),
            ball(belly + Vector3(64, -52, 8), Vector3(34, 22, 30), t.gas),
            ball(belly + Vector3(84, 34, -14), Vector3(28, 34, 44), t.organ - 8),
        ]
    }

    private func column(
        _ left: Double, _ back: Double, _ r: Double, _ from: Double, _ to: Double, _ hu: Double,
        _ label: AnatomicalLabel
    ) -> Layer {
        Layer(
            shape: .column(left: left, back: back, halfWidth: r, halfDepth: r, from: from, to: to, cover: nil), hu: hu,
            label: label)
    }

    /// The station of a ring's height, and of the end of the canal's line.
    private func station(_ ring: Int) -> Double {
        let r = cage.rings[min(ring, cage.rings.count - 1)]
        return canal.coordinates(Vector3(r.centre.x, r.centre.y + r.half.y, r.z + r.drop * 0.45)).along
    }

    private var front: Double {
        let level = definition.levels[definition.levels.count / 2]
        return -(level.canal.depth / 2 + level.body.meanDepth)
    }

    private var vessels: [Layer] {
        let (blood, end) = (definition.tissue.blood, Double(canal.stations.count) + 40)
        let arch = station(3)
        let top = canal.stations[min(max(Int(arch), 0), canal.stations.count - 1)]
        let behind = top.centre + top.left * 16 + top.back * (front - 6)
        let before = behind + Vector3(-26, -48, -8)
        let crown = (behind + before) / 2 + Vector3(-2, 0, 16)
        return [
            column(16, front - 4, 11.5, arch, end, blood, .vessel),
            tube(behind, crown, 12, blood, .vessel), tube(crown, before, 13, blood, .vessel),
            tube(before, before + Vector3(2, 12, -46), 14.5, blood, .vessel),
            tube(before + Vector3(-16, 12, 46), before + Vector3(-26, 14, -40), 9, blood * 0.9, .vessel),
            tube(crown + Vector3(0, 4, 8), crown + Vector3(12, 6, 80), 5, blood, .vessel),
            tube(crown + Vector3(-10, -6, 8), crown + Vector3(-24, 0, 80), 5.5, blood, .vessel),
        ]
    }

    private var airways: [Layer] {
        let (t, fork) = (definition.tissue, station(4))
        let at = canal.stations[min(max(Int(fork), 0), canal.stations.count - 1)]
        let carina = at.centre + at.back * (front - 22)
        return [column(4, front - 6, 6, -60, station(10), t.muscle, .softTissue)] + [
            column(0, front - 22, 10.5, -60, fork, t.muscle, .softTissue),
            column(0, front - 22, 8.5, -60, fork, t.gas, .softTissue),
        ]
            + Side.allCases.map { tube(carina, carina + Vector3($0.sign * 34, 4, -26), 6, t.gas) }
    }

    /// From each of the first ten ribs to the sternum, or to the cartilage above.
    private var cartilage: [Layer] {
        let bones = ChestSolids(cage: cage)
        return cage.rings.prefix(10).enumerated().flatMap { i, ring in
            ring.ends.map { end in
                let side = end.x > ring.centre.x ? 1.0 : -1.0
                let goal =
                    bones.front(min(i, 6)) + Vector3(side * (i < 7 ? 18 : 40 + Double(i - 7) * 14), 4, i < 7 ? 0 : -14)
                return Layer(
                    shape: .tube(EllipticTube(from: end, to: goal, radii: [SIMD2(3.6, 6)])),
                    hu: definition.tissue.cartilage,
                    label: .softTissue)
            }
        }
    }
}
