import Foundation

/// Work that takes longer than a person waits, beside the thread that answers keys and after it where both want a core.
enum Background {
    /// Linux gives each thread a niceness of its own.
    private static let niceness: Int32 = 10

    static func run(_ work: @escaping @Sendable () -> Void) {
        let thread = Thread {
            setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, niceness)
            work()
        }
        thread.stackSize = 8 << 20
        thread.start()
    }
}
