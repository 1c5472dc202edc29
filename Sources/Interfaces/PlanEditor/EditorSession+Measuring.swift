import Imaging
import Planning

extension EditorSession {
    func prepare() {
        let items = draft.plan.items
        let levels = items.filter(\.kind.isScrew).compactMap(\.level)
        let first = focus.flatMap { levels.contains($0) ? $0 : nil }
        bench.prepare((first.map { [$0] } ?? []) + levels, labels: draft.labels)
        paths.prepare(items, labels: draft.labels)
    }

    /// A person turns to a level: where it is not measured yet it comes first.
    func turn(to level: AnatomicalLabel?) {
        focus = level
        prepare()
    }

    /// Takes in finished work of the background, and begins what waits.
    ///
    /// - Parameter time: s, by a clock that never goes back.
    /// - Returns: whether anything is new.
    public func collect(at time: Double) -> Bool {
        let isMeasured = bench.collect(at: time, labels: draft.labels)
        let isFound = paths.collect(at: time, items: draft.plan.items, labels: draft.labels)
        if isMeasured || isFound { measure() }
        return isMeasured || isFound
    }

    public var isMeasuring: Bool { bench.isWorking || paths.isWorking }

    /// Whether the item's numbers are being worked out.
    func isMeasuring(_ item: PlanItem) -> Bool {
        item.kind.isScrew ? bench.isWorking(on: item.level) : paths.isWorking
    }

    /// Measures every item that has no numbers, where it can be measured, and how near the electrodes are to each other.
    func measure() {
        for i in draft.plan.items.indices {
            let item = draft.plan.items[i]
            if item.kind.isScrew {
                guard item.screwMetrics == nil, let metrics = bench.metrics(of: item) else {
                    continue
                }
                draft.plan.items[i].state(metrics)
            } else if let found = paths.measured(item, among: draft.plan.items) {
                let isWhole = item.trajectoryMetrics != nil
                if isWhole { draft.plan.items[i].stateSpacing(found) } else { draft.plan.items[i].state(found) }
            }
        }
    }

    /// The item with what is measured of it as it lies; as it is while that is being worked out.
    func measured(_ item: PlanItem) -> PlanItem {
        var item = item
        if let metrics = bench.metrics(of: item) {
            item.state(metrics)
        } else if let found = paths.measured(item, among: draft.plan.items) {
            item.state(found)
        }
        return item
    }

    /// What is measured of a screw as it lies; `nil` while its level is being worked out, or where it cannot be.
    public func metrics(of item: PlanItem) -> ScrewMetrics? { bench.metrics(of: item) }

    public func anatomy(of item: PlanItem) -> VertebraAnatomy? { bench.measures(item.level)?.screws.anatomy }

    /// Why a level cannot be measured.
    public func refusal(of level: AnatomicalLabel?) -> PlanningError? {
        if let level, case .refused(let error) = bench[level] { error } else { nil }
    }
}
