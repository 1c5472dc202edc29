import Dispatch
import Imaging
import Planning

/// Measures items while they are moved: a measurement of each level, made in the background when the level is first
/// needed, and again when its labels change.
final class LevelBench {
    enum State: Sendable {
        case working
        case ready(ScrewEvaluator)
        case refused(PlanningError)
    }

    private let ct: Volume<Int16>
    private var states: [AnatomicalLabel: State] = [:]
    /// Counts the labels' versions: an answer for an older one is thrown away.
    private var version: [AnatomicalLabel: Int] = [:]
    private let answers = Inbox<(level: AnatomicalLabel, version: Int, state: State)>()
    /// Tests work without other threads.
    private let isImmediate: Bool

    init(ct: Volume<Int16>, isImmediate: Bool = false) { (self.ct, self.isImmediate) = (ct, isImmediate) }

    var isWorking: Bool { states.values.contains { if case .working = $0 { true } else { false } } }

    subscript(level: AnatomicalLabel) -> State? { states[level] }

    func evaluator(_ level: AnatomicalLabel?) -> ScrewEvaluator? {
        if let level, case .ready(let found) = states[level] { found } else { nil }
    }

    /// Begins the work for levels that have none.
    func prepare(_ levels: [AnatomicalLabel], labels: LabelVolume) {
        for level in levels where states[level] == nil { begin(level, labels) }
    }

    /// What is known of these labels holds no longer.
    func forget(_ numbers: Set<UInt8>) {
        let changed = states.keys.filter { $0.isMeasured(by: numbers) }
        for level in changed {
            states[level] = nil
            version[level, default: 0] += 1
        }
    }

    private func begin(_ level: AnatomicalLabel, _ labels: LabelVolume) {
        let (number, ct) = (version[level, default: 0], ct)
        guard !isImmediate else {
            states[level] = Self.measure(level, labels, ct)
            return
        }
        states[level] = .working
        DispatchQueue.global(qos: .userInitiated).async { [answers] in
            answers.put((level, number, Self.measure(level, labels, ct)))
        }
    }

    private static func measure(_ level: AnatomicalLabel, _ labels: LabelVolume, _ ct: Volume<Int16>) -> State {
        do throws(PlanningError) {
            return .ready(try ScrewEvaluator(level: level, labels: labels, ct: ct))
        } catch {
            return .refused(error)
        }
    }

    /// Takes in what other threads have finished.
    /// - Returns: the levels that are new.
    func collect() -> [AnatomicalLabel] {
        let fresh = answers.takeAll().filter { $0.version == version[$0.level, default: 0] }
        for answer in fresh { states[answer.level] = answer.state }
        return fresh.map(\.level)
    }
}
