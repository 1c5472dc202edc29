import Frames
import Imaging
import Planning

/// One change that a person makes; the journal holds these, and undo takes them back.
public enum PlanEdit: Equatable, Sendable {
    /// The item of the same identifier as it is from now on.
    case replace(PlanItem)
    case add(PlanItem)
    case remove(id: String)
    /// Voxels near a path get or lose a label.
    case paint(BrushStroke)
    /// Levels get other names, labels and items alike.
    case rename(LevelRenaming)
    /// An alternative becomes the path that is carried out; the one that was becomes its alternative.
    case choose(id: String)
}

/// What the editor works on, and what saving writes.
public struct PlanDraft: Equatable, Sendable {
    public var plan: PlanFile
    public var labels: LabelVolume
    /// Where in `labels` each label is.
    var extents: LabelExtents

    public init(plan: PlanFile, labels: LabelVolume) {
        (self.plan, self.labels, extents) = (plan, labels, LabelExtents(labels))
    }

    /// What `extents` says follows from the labels, but for boxes that were larger once.
    public static func == (a: Self, b: Self) -> Bool { a.plan == b.plan && a.labels == b.labels }

    /// Makes the voxels of a patch what they became, or what they were.
    mutating func apply(_ patch: LabelPatch, backwards: Bool = false) {
        patch.apply(to: &labels, backwards: backwards)
        extents.follow(patch, backwards: backwards)
    }

    /// Makes the change, and gives what takes it back. Where it throws, nothing has changed.
    mutating func apply(_ edit: PlanEdit) throws(EditRefusal) -> EditReversal {
        let before = plan
        let patch = try change(edit)
        guard patch != nil || plan != before else { throw .nothingChanges }
        if let patch { forgetMetrics(near: patch.touched) }
        // What was signed is no longer there.
        plan.approvals = []
        return EditReversal(before: before, after: plan, patch: patch)
    }

    /// - Returns: what becomes of the labels, where the change is one of them.
    private mutating func change(_ edit: PlanEdit) throws(EditRefusal) -> LabelPatch? {
        switch edit {
        case .replace(let item): plan.items[try place(of: item.id)] = item
        case .add(let item):
            guard !plan.items.contains(where: { $0.id == item.id }) else { throw .identifierTaken(item.id) }
            guard plan.items.count < PlanFile.itemLimit else { throw .tooManyItems }
            plan.items.append(item)
        case .remove(let id): plan.items.remove(at: try place(of: id))
        case .paint(let stroke):
            guard stroke.isPossible else { throw .impossibleStroke }
            let patch = stroke.apply(to: &labels)
            if let patch { extents.follow(patch) }
            return patch
        case .rename(let renaming): return try renaming.apply(to: &self)
        case .choose(let id):
            do throws(PlanningError) { try plan.choose(id) } catch { throw .noSuchItem(id) }
        }
        return nil
    }

    /// What was measured on labels that have changed is measured again.
    private mutating func forgetMetrics(near touched: Set<UInt8>) {
        for i in plan.items.indices
        where !plan.items[i].kind.isScrew || plan.items[i].level?.isMeasured(by: touched) ?? false {
            plan.items[i].forgetMetrics()
        }
    }

    private func place(of id: String) throws(EditRefusal) -> Int {
        guard let i = plan.items.firstIndex(where: { $0.id == id }) else { throw .noSuchItem(id) }
        return i
    }
}

/// Why a change is not made.
public enum EditRefusal: Error, Equatable, Sendable {
    case nothingChanges
    case noSuchItem(String)
    case identifierTaken(String)
    case tooManyItems
    case impossibleStroke
    /// Another level has the name and keeps it.
    case nameTaken(AnatomicalLabel)
    /// No voxel and no item has this level.
    case noSuchLevel(AnatomicalLabel)
}

/// What takes a change back, and makes it again.
struct EditReversal: Equatable, Sendable {
    let before, after: PlanFile
    let patch: LabelPatch?
}

/// The voxels that a change touched, with what they were and what they became.
struct LabelPatch: Equatable, Sendable {
    var offsets: [Int32] = []
    var before: [UInt8] = []
    var after: [UInt8] = []

    mutating func set(_ offset: Int, from old: UInt8, to new: UInt8) {
        offsets.append(Int32(truncatingIfNeeded: offset))
        before.append(old)
        after.append(new)
    }

    mutating func append(_ other: LabelPatch) {
        offsets += other.offsets
        before += other.before
        after += other.after
    }

    var isEmpty: Bool { offsets.isEmpty }
    /// Every label that lost or gained voxels.
    var touched: Set<UInt8> {
        var seen = [Bool](repeating: false, count: 256)
        for value in before { seen[Int(value)] = true }
        for value in after { seen[Int(value)] = true }
        return Set((1...255).filter { seen[$0] }.map { UInt8($0) })
    }

    func apply(to labels: inout LabelVolume, backwards: Bool = false) {
        labels.withMutableVoxels { v in
            let values = backwards ? before : after
            for (i, offset) in offsets.enumerated() { v[Int(offset)] = values[i] }
        }
    }
}

extension AnatomicalLabel {
    /// Whether a change of these labels changes what is measured of this level: its own, its neighbours', whose joints
    /// and places count, and the canal.
    func isMeasured(by touched: Set<UInt8>) -> Bool {
        if touched.contains(number) || touched.contains(Self.spinalCanal.number) { return true }
        guard let place = Self.craniocaudal.firstIndex(of: self) else { return false }
        // T13 and L6 are absent in most people: two places on counts, too.
        return Self.craniocaudal[max(place - 2, 0)...].prefix(5).contains { touched.contains($0.number) }
    }
}
