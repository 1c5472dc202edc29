import Imaging
import Synchronization

/// Counts finished parts from any thread and reports about a hundred times in all.
final class ProgressCounter: Sendable {
    private let done = Atomic<Int>(0)
    private let total: Int
    private let share: Double
    private let report: ProgressReport

    /// - Parameter share: The part of the whole that these parts are, 0…1.
    init(total: Int, share: Double, report: @escaping ProgressReport) {
        self.total = max(total, 1)
        self.share = share
        self.report = report
    }

    func advance() {
        let count = done.add(1, ordering: .relaxed).newValue
        if count == total || count.isMultiple(of: max(total / 100, 1)) { report(share * Double(count) / Double(total)) }
    }
}
