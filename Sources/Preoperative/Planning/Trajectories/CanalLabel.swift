import Frames
import Imaging
import Meshing

/// A map in which a path into a vertebra meets its canal.
struct CanalKnown {
    let labels: LabelVolume
    /// A vertebra's canal is neither labelled nor shown by its bone: no path into it can be judged.
    let isMissing: Bool

    /// - Parameter items: paths into vertebrae or through them.
    init(_ labels: LabelVolume, for items: [PlanItem], ct: Volume<Int16>) {
        do throws(PlanningError) {
            self.labels = try labels.withCanal(of: Self.vertebrae(of: items, in: labels), ct: ct)
            isMissing = false
        } catch {
            self.labels = labels
            isMissing = true
        }
    }

    private static func vertebrae(of items: [PlanItem], in labels: LabelVolume) -> Set<AnatomicalLabel> {
        let survey = LabelSurvey(labels)
        return items.reduce(into: []) { found, item in
            if let own = survey.label(at: item.target, in: labels) { found.insert(own) }
            found.formUnion(item.labels("through_labels"))
        }
    }

    /// Whether a path's target lies in a vertebra, or it is let through one.
    func concerns(_ item: PlanItem) -> Bool {
        guard isMissing else { return false }
        let i = labels.geometry.nearest(item.target)
        let own: Set<AnatomicalLabel> = labels.size.contains(i) ? [labels[label: i]] : []
        return own.union(item.labels("through_labels")).contains { $0.isVertebra || $0 == .sacrum }
    }
}

extension Volume where Voxel == UInt8 {
    /// The map with the spinal canal of some vertebrae in it, where it has none: a path into a vertebra must not lead through
    /// its canal because nobody labelled it. The canal is the space that the vertebra's own body and arch leave.
    ///
    /// - Throws: `PlanningError.vertebra`, `.distance` where a vertebra does not show its canal.
    func withCanal(of levels: Set<AnatomicalLabel>, ct: Volume<Int16>) throws(PlanningError) -> LabelVolume {
        let wanted = levels.filter { $0.isVertebra || $0 == .sacrum }.sorted()
        guard !wanted.isEmpty else { return self }
        let survey = LabelSurvey(self)
        guard survey[.spinalCanal] == nil else { return self }
        var painted = self
        for level in wanted where survey[level] != nil {
            let canal = try VertebraAnatomy(level, in: self, ct: ct, survey).canal
            guard let region = survey.region(of: level, margin: 12) else { continue }
            painted.paint(canal.field, as: .spinalCanal, in: region)
        }
        return painted
    }

    /// Voxels within a surface, but bone.
    private mutating func paint(_ field: SignedDistanceField, as label: AnatomicalLabel, in box: VoxelBox) {
        for z in box.lower.z..<box.upper.z {
            for y in box.lower.y..<box.upper.y {
                for x in box.lower.x..<box.upper.x {
                    let i = VoxelIndex(x, y, z)
                    guard !TissueTable.bones.contains(self[label: i]) else { continue }
                    if field.distance(at: geometry.point(i)) < 0 { self[i] = label.number }
                }
            }
        }
    }
}
