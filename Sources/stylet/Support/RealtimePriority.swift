import Foundation

/// SCHED_FIFO for threads of this program beside the control loop's own, which asks for itself.
enum RealtimePriority {
    /// Runs `body` with `priority` (1…99) where the system grants it; threads that it starts take it over.
    static func with<R>(_ priority: Int32, _ body: () throws -> R) rethrows -> (result: R, isGranted: Bool) {
        var wish = sched_param(sched_priority: priority)
        let isGranted = sched_setscheduler(0, SCHED_FIFO, &wish) == 0
        defer {
            wish.sched_priority = 0
            if isGranted { sched_setscheduler(0, SCHED_OTHER, &wish) }
        }
        return (try body(), isGranted)
    }
}
