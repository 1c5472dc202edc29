import Frames
import Imaging

/// Airway, gullet, great vessels and muscles of the neck, along the spine. Only the vessels are in the truth.
struct NeckLayers: Sendable {
    typealias Layer = SoftTissue.Layer
    let definition: PhantomDefinition
    let canal: CanalLine

    init(_ definition: PhantomDefinition, _ canal: CanalLine) {
        (self.definition, self.canal) = (definition, canal)
    }

    var layers: [Layer] { muscles + throat + vessels }

    /// Columns end below a skull.
    private var top: Double { definition.head == nil ? -60 : 10 }

    /// Front of the vertebral bodies, from the canal's centre.
    private var front: Double {
        let level = definition.levels[definition.levels.count / 2]
        return -(level.canal.depth / 2 + level.body.meanDepth)
    }

    private func station(_ label: Int) -> Double {
        guard let i = definition.levels.firstIndex(where: { Int($0.label.number) == label }) else {
            return Double(canal.stations.count) + 60
        }
        return Double(canal.controls[min(i + 1, canal.controls.count - 1)])
    }

    private func column(
        _ left: Double, _ back: Double, _ wide: Double, _ deep: Double, _ from: Double, _ to: Double, _ hu: Double,
        _ label: AnatomicalLabel = .softTissue
    ) -> Layer {
        Layer(
            shape: .column(
                left: left, back: back, halfWidth: wide, halfDepth: deep, from: from, to: to,
                cover: definition.torso.skinThickness + 4),
            hu: hu, label: label)
    }

    /// Fat between the muscles, which are left over around it.
    private var muscles: [Layer] {
        let (t, end) = (definition.tissue, Double(canal.stations.count) + 60)
        return [column(0, front - 26, 46, 26, max(-40, top), end, t.fat)]
            + Side.allCases.flatMap { side -> [Layer] in
                let s = side.sign
                return [
                    column(s * 33, 6, 6, 24, max(-40, top), end, t.fat), column(s * 12, 34, 5, 12, 10, end, t.fat),
                    column(s * 8, front - 4, 8, 4, max(-20, top), end, t.muscle),
                    column(s * 38, front - 6, 10, 14, max(-40, top), end, t.muscle),
                    column(s * 22, front + 3, 7, 8, 20, end, t.muscle),
                ]
            }
    }

    private var throat: [Layer] {
        let (t, end, glottis) = (definition.tissue, Double(canal.stations.count) + 60, station(5))
        let gland = station(7)
        return [
            column(0, front - 14, 18, 7, max(-40, top), glottis + 6, t.muscle),
            column(0, front - 17, 11, 3.5, top, glottis, t.gas),
            column(0, front - 26, 19, 16, glottis - 22, glottis + 22, t.cartilage),
            column(0, front - 25, 15, 13, glottis - 24, glottis + 24, t.muscle),
            column(0, front - 24, 5, 10, glottis - 24, glottis + 24, t.gas),
            column(-19, front - 22, 9, 12, gland - 24, gland + 16, t.organ + 60),
            column(19, front - 22, 9, 12, gland - 24, gland + 16, t.organ + 60),
            column(0, front - 22, 11.5, 11, glottis + 18, end, t.cartilage),
            column(0, front - 22, 9, 8.5, glottis + 10, end, t.gas),
            column(3, front - 8, 7, 4.5, glottis + 10, end, t.muscle),
        ]
    }

    private var vessels: [Layer] {
        let (blood, end) = (definition.tissue.blood, Double(canal.stations.count) + 60)
        return Side.allCases.flatMap { side -> [Layer] in
            let s = side.sign
            return [
                column(s * 26, front - 12, 3.4, 3.4, top, end, blood, .vessel),
                column(s * 34, front - 10, 5.5, 6.5, top, end, blood * 0.8, .vessel),
            ]
        }
    }
}
