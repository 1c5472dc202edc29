import Imaging
import Planning

/// Measures screws while they are moved: a measurement of each level, made in the background when the level is first
/// needed, and again when its labels change.
final class LevelBench {
    enum State: Sendable {
        case waiting, working
        case ready(LevelMeasures)
        case refused(PlanningError)
    }

    private let ct: Volume<Int16>
    private var states: [AnatomicalLabel: State] = [:]
    /// Levels that are waited for, the most wanted first.
    private var queue: [AnatomicalLabel] = []
    /// Counts the labels' versions: an answer for an older one is thrown away.
    private var version: [AnatomicalLabel: Int] = [:]
    private let answers = Inbox<(level: AnatomicalLabel, version: Int, state: State)>()
    private var running = 0
    private var quiet = Quiet()
    /// Tests work without other threads.
    private let isImmediate: Bool

    init(ct: Volume<Int16>, isImmediate: Bool = false) { (self.ct, self.isImmediate) = (ct, isImmediate) }

    var isWorking: Bool { running > 0 || !queue.isEmpty }

    subscript(level: AnatomicalLabel) -> State? { states[level] }

    /// Whether the level is being worked out, or waits for that.
    func isWorking(on level: AnatomicalLabel?) -> Bool {
        switch level.flatMap({ states[$0] }) {
        case .waiting, .working: true
        default: false
        }
    }

    func measures(_ level: AnatomicalLabel?) -> LevelMeasures? {
        if let level, case .ready(let found) = states[level] { found } else { nil }
    }

    /// What is measured of a screw as it lies; `nil` while its level is being worked out, or where it cannot be.
    func metrics(of item: PlanItem) -> ScrewMetrics? {
        guard let level = item.level, let measures = measures(level), let cylinder = item.cylinder else { return nil }
        let place = Place(cylinder: cylinder, side: item.side, kind: item.kind)
        if let known = memory[level]?.last(where: { $0.place == place }) { return known.metrics }
        guard let found = measures.metrics(of: item) else { return nil }
        memory[level, default: []].append((place, found))
        if memory[level]?.count ?? 0 > Self.mostRemembered { memory[level]?.removeFirst() }
        return found
    }

    /// Screws of a level that were measured last: undo and redo need not measure again.
    private var memory: [AnatomicalLabel: [(place: Place, metrics: ScrewMetrics)]] = [:]
    private static let mostRemembered = 200

    private struct Place: Equatable {
        let cylinder: ScrewCylinder
        let side: Side?
        let kind: PlanItem.Kind
    }

    /// Puts down the levels that have no measurement, in this order.
    func prepare(_ levels: [AnatomicalLabel], labels: LabelVolume) {
        queue = levels.filter { level in
            switch states[level] {
            case nil, .waiting: true
            default: false
            }
        }.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
        for level in queue { states[level] = isImmediate ? LevelMeasures.state(level, labels, ct) : .waiting }
        if isImmediate { queue = [] }
    }

    /// What is known of these labels holds no longer.
    func forget(_ numbers: Set<UInt8>) {
        for level in states.keys.filter({ $0.isMeasured(by: numbers) }) {
            (states[level], memory[level]) = (nil, nil)
            version[level, default: 0] += 1
        }
        quiet.disturb()
    }

    /// Takes in what other threads have finished, and begins the next where a person has paused.
    /// - Returns: whether a level is new.
    func collect(at time: Double, labels: LabelVolume) -> Bool {
        let done = answers.takeAll()
        running -= done.count
        let fresh = done.filter { $0.version == version[$0.level, default: 0] }
        for answer in fresh { states[answer.level] = answer.state }
        // One after the other: each uses all cores, and the one that is looked at is to be first.
        if running == 0, !queue.isEmpty, quiet.lasts(at: time) { begin(queue.removeFirst(), labels) }
        return !fresh.isEmpty
    }

    private func begin(_ level: AnatomicalLabel, _ labels: LabelVolume) {
        let (number, ct) = (version[level, default: 0], ct)
        states[level] = .working
        running += 1
        Background.run { [answers] in answers.put((level, number, LevelMeasures.state(level, labels, ct))) }
    }
}

/// What measures the screws of one level.
struct LevelMeasures: Sendable {
    let screws: ScrewEvaluator
    /// Of the sacrum: screws that go on into the ilium.
    let intoIlium: [Side: AlarIliacEvaluator]

    static func state(_ level: AnatomicalLabel, _ labels: LabelVolume, _ ct: Volume<Int16>) -> LevelBench.State {
        do throws(PlanningError) {
            let screws = try ScrewEvaluator(level: level, labels: labels, ct: ct)
            var intoIlium: [Side: AlarIliacEvaluator] = [:]
            if level == .sacrum {
                for side in Side.allCases {
                    intoIlium[side] = try? AlarIliacEvaluator(
                        anatomy: screws.anatomy, side: side, labels: labels, ct: ct)
                }
            }
            return .ready(LevelMeasures(screws: screws, intoIlium: intoIlium))
        } catch {
            return .refused(error)
        }
    }

    func metrics(of item: PlanItem) -> ScrewMetrics? {
        guard let side = item.side, let cylinder = item.cylinder, item.kind.isScrew else { return nil }
        if item.kind == .alarIliacScrew { return intoIlium[side]?.metrics(cylinder) }
        return screws.metrics(cylinder, side: side, kind: item.kind)
    }
}
