import Frames

/// What became of a plan: each item added, removed or changed, and whose approvals came or went.
///
/// Items are matched by their identifier, never by their place: a screw that was renamed is one removed and one added.
///
/// ```swift
/// let change = PlanComparison(from: before, to: after)
/// change.items.filter { $0.change != .same }
/// ```
public struct PlanComparison: Equatable, Sendable {
    public enum Change: String, CaseIterable, Sendable {
        case same, changed, added, removed
    }

    /// How far an end of an item went, seen from the axis that it had.
    public struct Shift: Equatable, Sendable {
        public let displacement: Displacement<CT>
        /// Towards the target, mm.
        public let along: Double
        /// At right angles to the axis, mm.
        public let across: Double

        public var distance: Double { displacement.length }

        init(_ displacement: Displacement<CT>, axis: Direction<CT>?) {
            self.displacement = displacement
            along = axis.map { displacement.along($0) } ?? 0
            across = axis.map { (displacement - $0 * displacement.along($0)).length } ?? displacement.length
        }
    }

    /// A metric whose value is not what it was; `nil` where one plan has none.
    public struct MetricChange: Equatable, Sendable {
        public let key: String
        public let before: JSONValue?
        public let after: JSONValue?

        /// After less before, in the key's unit.
        public var difference: Double? { after?.number.flatMap { a in before?.number.map { a - $0 } } }
    }

    /// What is set beside geometry and metrics.
    public enum Attribute: String, CaseIterable, Sendable { case kind, level, side, other }

    public struct Item: Equatable, Sendable {
        public let id: String
        public let change: Change
        /// `nil` for one added.
        public let before: PlanItem?
        /// `nil` for one removed.
        public let after: PlanItem?
        /// `nil` unless both plans have the item.
        public let entry: Shift?
        public let target: Shift?
        /// Between the axes, rad; 0 where one has none.
        public let angle: Double
        /// After less before, mm.
        public let diameterChange: Double
        public let lengthChange: Double
        public let attributes: [Attribute]
        /// In the order of `MetricKey.sorted`.
        public let metrics: [MetricChange]

        /// Whether the line itself moved by more than `PlanComparison.stillness`.
        public var isMoved: Bool {
            max(entry?.distance ?? 0, target?.distance ?? 0) > PlanComparison.stillness
        }
        public var isResized: Bool { max(abs(diameterChange), abs(lengthChange)) > PlanComparison.stillness }
    }

    /// Movements below this are rounding, mm.
    public static let stillness = 1e-3

    /// Those of the plan before, in its order, then those added.
    public let items: [Item]
    /// False where the plans were made on different images: then places cannot be compared at all.
    public let isSameImage: Bool
    public let approvalsAdded: [PlanApproval]
    public let approvalsRemoved: [PlanApproval]
    /// Approvals that stand in both plans though what they signed has changed: they hold for the former at most.
    public let approvalsCarriedOver: [PlanApproval]
    /// Whether the bytes that an approval signs are the same.
    public let isSameContent: Bool

    public var isUnchanged: Bool { isSameContent && approvalsAdded.isEmpty && approvalsRemoved.isEmpty }

    public init(from before: PlanFile, to after: PlanFile) {
        var ids: Set<String> = []
        let (old, new) = (Self.byIdentifier(before), Self.byIdentifier(after))
        items = (before.items + after.items).filter { ids.insert($0.id).inserted }.map {
            Self.compare($0.id, old[$0.id], new[$0.id])
        }
        isSameImage = before.image.sha256 == after.image.sha256
        isSameContent = before.canonicalBytes == after.canonicalBytes
        approvalsAdded = after.approvals.filter { !before.approvals.contains($0) }
        approvalsRemoved = before.approvals.filter { !after.approvals.contains($0) }
        approvalsCarriedOver = isSameContent ? [] : after.approvals.filter { before.approvals.contains($0) }
    }

    private static func byIdentifier(_ plan: PlanFile) -> [String: PlanItem] {
        Dictionary(plan.items.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    static func compare(_ id: String, _ before: PlanItem?, _ after: PlanItem?) -> Item {
        guard let before, let after else {
            return Item(
                id: id, change: before == nil ? .added : .removed, before: before, after: after, entry: nil,
                target: nil, angle: 0, diameterChange: 0, lengthChange: 0, attributes: [], metrics: [])
        }
        let axis = (before.target - before.entry).direction
        let metrics = MetricKey.sorted(Set(before.metrics.keys).union(after.metrics.keys)).compactMap { key in
            before.metrics[key] == after.metrics[key]
                ? nil : MetricChange(key: key, before: before.metrics[key], after: after.metrics[key])
        }
        let turned = axis.flatMap { a in (after.target - after.entry).direction.map(a.angle(to:)) }
        return Item(
            id: id, change: before == after ? .same : .changed, before: before, after: after,
            entry: Shift(after.entry - before.entry, axis: axis),
            target: Shift(after.target - before.target, axis: axis),
            angle: turned ?? 0, diameterChange: after.diameter - before.diameter,
            lengthChange: after.length - before.length, attributes: attributes(before, after), metrics: metrics)
    }

    private static func attributes(_ a: PlanItem, _ b: PlanItem) -> [Attribute] {
        var found: [Attribute] = []
        if a.kind != b.kind { found.append(.kind) }
        if a.level != b.level { found.append(.level) }
        if a.side != b.side { found.append(.side) }
        if a.others != b.others { found.append(.other) }
        return found
    }
}
