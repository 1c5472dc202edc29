import Imaging
import Planning

/// Measures straight paths while they are moved: what they share is worked out in the background, when first needed and
/// again when labels change.
final class PathBench {
    private enum State { case none, waiting, working, ready, refused }

    private let ct: Volume<Int16>
    private var state = State.none
    private var version = 0
    private var evaluator: PathEvaluator?
    private var known: [String: Known] = [:]
    private let answers = Inbox<(version: Int, found: Found)>()
    private var quiet = Quiet()
    private let isImmediate: Bool

    /// A path as it lay when it was measured.
    private struct Known: Sendable {
        let item: PlanItem
        let measured: PathEvaluator.Measured

        func isOf(_ other: PlanItem) -> Bool {
            (item.entry, item.target, item.diameter, item.kind)
                == (other.entry, other.target, other.diameter, other.kind)
        }
    }

    private struct Found: Sendable {
        let evaluator: PathEvaluator?
        var known: [String: Known] = [:]
    }

    init(ct: Volume<Int16>, isImmediate: Bool) { (self.ct, self.isImmediate) = (ct, isImmediate) }

    var isWorking: Bool { state == .waiting || state == .working }
    var isRefused: Bool { state == .refused }
    /// Where lines leave the skin; `nil` while that is worked out.
    var ready: PathEvaluator? { state == .ready ? evaluator : nil }

    /// Puts down that the plan has paths to be measured.
    func prepare(_ items: [PlanItem], labels: LabelVolume) {
        let paths = items.filter { !$0.kind.isScrew }
        guard !paths.isEmpty, state == .none || (isImmediate && state == .waiting) else { return }
        state = .waiting
        if isImmediate { take(Self.work(paths, labels, ct)) }
    }

    /// Labels have changed: every path is measured anew.
    func forget() {
        version += 1
        known = [:]
        if state != .none { state = .waiting }
        quiet.disturb()
    }

    func collect(at time: Double, items: [PlanItem], labels: LabelVolume) -> Bool {
        var isNew = false
        for answer in answers.takeAll() where answer.version == version {
            take(answer.found)
            isNew = true
        }
        if state == .waiting, quiet.lasts(at: time) { begin(items.filter { !$0.kind.isScrew }, labels) }
        return isNew
    }

    private func begin(_ paths: [PlanItem], _ labels: LabelVolume) {
        state = .working
        let (number, ct) = (version, ct)
        Background.run { [answers] in answers.put((number, Self.work(paths, labels, ct))) }
    }

    private func take(_ found: Found) {
        (evaluator, state) = (found.evaluator, found.evaluator == nil ? .refused : .ready)
        known.merge(found.known) { $1 }
    }

    private static func work(_ paths: [PlanItem], _ labels: LabelVolume, _ ct: Volume<Int16>) -> Found {
        guard let evaluator = try? PathEvaluator(for: paths, labels: labels, ct: ct) else {
            return Found(evaluator: nil)
        }
        let found = parallelMap(paths.count) { k in
            evaluator.measured(paths[k]).map { Known(item: paths[k], measured: $0) }
        }
        let pairs = found.compactMap(\.self).map { ($0.item.id, $0) }
        return Found(evaluator: evaluator, known: Dictionary(pairs, uniquingKeysWith: { a, _ in a }))
    }

    /// What was measured of a path where it lies now, against the others where these lie now; `nil` while it is worked out.
    func measured(_ item: PlanItem, among others: [PlanItem]) -> PathEvaluator.Measured? {
        guard let evaluator = ready, !item.kind.isScrew else { return nil }
        if let one = known[item.id], one.isOf(item) { return evaluator.crowded(one.measured, item, among: others) }
        guard evaluator.covers(item) else {
            // Into another bone: what may be crossed is another thing now.
            (state, version) = (.waiting, version + 1)
            return nil
        }
        guard let found = evaluator.measured(item) else { return nil }
        known[item.id] = Known(item: item, measured: found)
        return evaluator.crowded(found, item, among: others)
    }
}
