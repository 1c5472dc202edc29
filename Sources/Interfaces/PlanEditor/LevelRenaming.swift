import Imaging
import Planning

/// Other names for levels: one alone, or a run of them by one place, as after a miscount.
public struct LevelRenaming: Equatable, Sendable {
    /// Old and new numbers, by rising old number; each number once on either side.
    public let pairs: [Pair]

    public struct Pair: Equatable, Sendable {
        public let old, new: AnatomicalLabel
        public init(old: AnatomicalLabel, new: AnatomicalLabel) { (self.old, self.new) = (old, new) }
    }

    /// `nil` where a name would stand for two levels, or is none of a level.
    public init?(_ pairs: [Pair]) {
        let sorted = pairs.sorted { $0.old < $1.old }
        guard !sorted.isEmpty, Set(sorted.map(\.old)).count == sorted.count,
            Set(sorted.map(\.new)).count == sorted.count,
            sorted.allSatisfy({ ($0.old.isVertebra || $0.old == .sacrum) && ($0.new.isVertebra || $0.new == .sacrum) })
        else { return nil }
        self.pairs = sorted
    }

    /// T13 and L6 are no step of the common count.
    private static let commonCount = AnatomicalLabel.craniocaudal.filter { $0.isVertebra && $0 != .t13 && $0 != .l6 }

    /// Every vertebra of the map gets the name of the next one, or of the one before; `nil` where one of them has none.
    ///
    /// - Parameter steps: 1 towards the feet, −1 towards the head.
    public static func shift(_ present: Set<AnatomicalLabel>, by steps: Int) -> LevelRenaming? {
        var pairs: [Pair] = []
        for old in present where old.isVertebra {
            guard let place = commonCount.firstIndex(of: old), commonCount.indices.contains(place + steps) else {
                return nil
            }
            pairs.append(Pair(old: old, new: commonCount[place + steps]))
        }
        return LevelRenaming(pairs)
    }

    /// The vertebra that stands in a shift's way, having no next name: the one nearest to the feet (1) or to the head (−1).
    static func last(of present: Set<AnatomicalLabel>, towards steps: Int) -> AnatomicalLabel? {
        let stuck = AnatomicalLabel.craniocaudal.filter { level in
            guard present.contains(level), level.isVertebra else { return false }
            return commonCount.firstIndex(of: level).map { !commonCount.indices.contains($0 + steps) } ?? true
        }
        return steps > 0 ? stuck.last : stuck.first
    }

    /// Labels and items get the new names, or nothing changes.
    func apply(to draft: inout PlanDraft) throws(EditRefusal) -> LabelPatch? {
        let present = Self.levels(in: draft.extents).union(draft.plan.items.compactMap(\.level))
        let moved = Set(pairs.map(\.old))
        if let missing = pairs.first(where: { !present.contains($0.old) }) { throw .noSuchLevel(missing.old) }
        if let taken = pairs.first(where: { present.contains($0.new) && !moved.contains($0.new) }) {
            throw .nameTaken(taken.new)
        }
        var renamed = draft.plan
        apply(to: &renamed)
        let names = renamed.items.map(\.id)
        if let twice = names.first(where: { id in names.filter { $0 == id }.count > 1 }) {
            throw .identifierTaken(twice)
        }
        draft.plan = renamed
        let patch = patch(draft.labels, draft.extents)
        guard !patch.isEmpty else { return nil }
        draft.apply(patch)
        return patch
    }

    /// The levels that have a voxel.
    static func levels(in extents: LabelExtents) -> Set<AnatomicalLabel> {
        let found = extents.counts.indices.filter { extents.counts[$0] > 0 }.map { AnatomicalLabel(UInt8($0)) }
        return Set(found.filter { $0.isVertebra || $0 == .sacrum })
    }

    /// The voxels of the renamed levels.
    private func patch(_ labels: LabelVolume, _ extents: LabelExtents) -> LabelPatch {
        let size = labels.size
        let parts = parallelMap(pairs.count) { k -> LabelPatch in
            var patch = LabelPatch()
            let (old, new) = (pairs[k].old.number, pairs[k].new.number)
            guard let box = extents.box(pairs[k].old) else { return patch }
            labels.withVoxels { v in
                for z in box.lower.z..<box.upper.z {
                    for y in box.lower.y..<box.upper.y {
                        let row = (z * size.y + y) * size.x
                        for x in box.lower.x..<box.upper.x where v[row + x] == old {
                            patch.set(row + x, from: old, to: new)
                        }
                    }
                }
            }
            return patch
        }
        return parts.reduce(into: LabelPatch()) { $0.append($1) }
    }

    private func apply(to plan: inout PlanFile) {
        let names = Dictionary(uniqueKeysWithValues: pairs.map { ($0.old, $0.new) })
        for i in plan.items.indices {
            guard let old = plan.items[i].level, let new = names[old] else { continue }
            plan.items[i].level = new
            // Only an identifier that carries the old name follows it.
            if let side = plan.items[i].side, plan.items[i].id == PlanItem.screwIdentifier(old, side) {
                plan.items[i].id = PlanItem.screwIdentifier(new, side)
            }
            plan.items[i].metrics["level_is_certain"] = .bool(true)
            plan.items[i].metrics["level_named_by_person"] = .bool(true)
        }
    }
}
