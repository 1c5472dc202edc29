import Imaging
import Synchronization

/// Counts finished pieces of work from any thread and reports the fraction.
final class ProgressCount: Sendable {
    private let finished = Atomic(0)
    private let total: Int
    private let report: ProgressReport?

    init(of total: Int, _ report: ProgressReport?) {
        self.total = total
        self.report = report
    }

    func one() {
        let now = finished.add(1, ordering: .relaxed).newValue
        report?(Double(now) / Double(max(total, 1)))
    }
}
