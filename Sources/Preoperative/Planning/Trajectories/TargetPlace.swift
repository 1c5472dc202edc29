import Frames
import Imaging

/// Where a target lies, and so how it is reached.
struct TargetPlace: Sendable {
    let label: AnatomicalLabel
    let approach: Approach
    /// Bone and organs that its paths may cross: what the person allows, and what it lies in; the lung where it lies in
    /// air-filled tissue, whatever its label.
    let through: Set<AnatomicalLabel>

    /// Below this there is air, HU.
    private static let airHU: Int16 = -300
    /// A target is in the head where at least so many of all directions meet the skull.
    private static let enclosedShare = 0.75

    /// Reads places from labels and CT.
    struct Reader {
        let ct: Volume<Int16>
        let labels: LabelVolume
        let survey: LabelSurvey
        let avoid: Set<AnatomicalLabel>

        /// - Throws: `PlanningError.trajectory` where nothing may be planned on it.
        func read(_ target: TrajectoryPlanner.Target, through: Set<AnatomicalLabel>) throws(PlanningError)
            -> TargetPlace
        {
            func refuse(_ fault: TargetFault) -> PlanningError { .trajectory(.target(target.id, target.point, fault)) }
            guard target.point.isFinite else { throw refuse(.notFinite) }
            let i = labels.geometry.nearest(target.point)
            guard labels.size.contains(i) else { throw refuse(.outsideImage) }
            let label = labels[label: i]
            let hu = ct[i]
            if label.number == 0 { throw refuse(.outsideBody) }
            if label == .vessel { throw refuse(.inVessel) }
            if label == .metal { throw refuse(.inMetal) }
            if avoid.contains(label) { throw refuse(.inForbidden(label)) }
            if label == .skull { throw refuse(.inBone(label)) }
            let approach = approach(target.point)
            if approach == .body, [.intracranial, .ventricle].contains(label) {
                throw .trajectory(.skullMissing(target: target.id))
            }
            if approach == .head {
                if hu < TargetPlace.airHU { throw refuse(.inAir(Double(hu))) }
                if TissueTable.bones.contains(label), !through.contains(label) { throw refuse(.inBone(label)) }
                return TargetPlace(label: label, approach: .head, through: through.subtracting([.skull]))
            }
            let isOwn = TissueTable.bones.contains(label) || AnatomicalLabel.organs.contains(label)
            let own: Set<AnatomicalLabel> = isOwn ? [label] : surroundings(of: target.point, label)
            return TargetPlace(label: label, approach: .body, through: through.union(own))
        }

        /// The organ that encloses a nodule, seen along many directions from where each leaves it; the lung also where
        /// there is air. Half of them must agree.
        private func surroundings(of p: Point<CT>, _ label: AnatomicalLabel) -> Set<AnatomicalLabel> {
            let n = 4
            var seen: [AnatomicalLabel: Int] = [:]
            for k in 0..<6 * n * n {
                let u = DirectionCells.direction(face: k / (n * n), k / n % n, k % n, n)
                if let organ = firstOrgan(p, u, beyond: label) { seen[organ, default: 0] += 1 }
            }
            return Set(seen.filter { $0.value * 2 >= 6 * n * n }.keys)
        }

        /// What a nodule borders on in one direction, a blurred rim left out.
        private func firstOrgan(
            _ p: Point<CT>, _ u: Vector3, beyond nodule: AnatomicalLabel
        ) -> AnatomicalLabel? {
            var left: Double?
            for s in stride(from: 0.0, to: 60, by: 0.5) {
                let i = labels.geometry.nearest(Point(p.coordinates + u * s))
                guard labels.size.contains(i) else { return nil }
                let here = labels[label: i]
                if nodule == .lesion, here == nodule { continue }
                if AnatomicalLabel.organs.contains(here) { return here }
                if ct[i] < TargetPlace.airHU { return here.number == 0 ? nil : .lung }
                let start = left ?? s
                left = start
                if s - start > 3 { return nil }
            }
            return nil
        }

        /// In the head where the skull closes most directions in.
        func approach(_ target: Point<CT>) -> Approach {
            guard survey[.skull] != nil else { return .body }
            let n = 6
            var met = 0
            for k in 0..<6 * n * n {
                let u = DirectionCells.direction(face: k / (n * n), k / n % n, k % n, n)
                if meetsSkull(target, u) { met += 1 }
            }
            return Double(met) >= TargetPlace.enclosedShare * Double(6 * n * n) ? .head : .body
        }

        private func meetsSkull(_ target: Point<CT>, _ u: Vector3) -> Bool {
            for s in stride(from: 0.0, to: 220, by: 1) {
                let i = labels.geometry.nearest(Point(target.coordinates + u * s))
                guard labels.size.contains(i) else { return false }
                if labels[label: i] == .skull { return true }
            }
            return false
        }
    }
}

extension TrajectoryPlanner {
    /// The deepest place of a label's largest piece: where a needle has most of it about its tip.
    ///
    /// - Throws: `PlanningError.trajectory(.labelMissing)`, `.distance`.
    public static func deepestPlace(of label: AnatomicalLabel, in labels: LabelVolume) throws(PlanningError) -> Point<
        CT
    > {
        guard let region = LabelSurvey(labels).region(of: label, margin: labels.geometry.spacing.max()) else {
            throw .trajectory(.labelMissing(label))
        }
        let mask = labels.mask(of: label, in: region)
        var table = [Bool](repeating: false, count: 256)
        table[1] = true
        let piece = ConnectedComponents(
            of: BitGrid(mask, where: table), connectivity: .twentySix, order: .bySize
        ).mask(of: 1)
        let grid = BitGrid(Volume(geometry: mask.geometry, voxels: piece), where: table)
        let depth = DistanceTransform.signed(grid, spacing: mask.geometry.spacing)
        let deepest = depth.indices.min { depth[$0] < depth[$1] } ?? 0
        return mask.geometry.point(mask.geometry.index(offset: deepest))
    }
}
