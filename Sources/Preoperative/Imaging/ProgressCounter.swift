import Synchronization

/// Counts finished pieces of work from any thread and reports the fraction, about a hundred times in all.
public final class ProgressCounter: Sendable {
    private let finished = Atomic(0)
    private let total: Int
    private let share: Double
    private let report: ProgressReport?

    /// - Parameter share: The part of the whole that these pieces are, 0…1.
    public init(total: Int, share: Double = 1, report: ProgressReport?) {
        self.total = max(total, 1)
        self.share = share
        self.report = report
    }

    public func advance() {
        let count = finished.add(1, ordering: .relaxed).newValue
        guard let report, count == total || count.isMultiple(of: max(total / 100, 1)) else { return }
        report(share * Double(count) / Double(total))
    }
}
