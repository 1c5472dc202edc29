import Foundation
import Synchronization

/// A person's Ctrl-C or a polite end: it sets a flag, so that what moves can be stopped before the program ends.
enum Signals {
    private static let asked = Atomic<Bool>(false)

    /// From now on SIGINT, SIGTERM and SIGHUP only set `isAsked`; a second one ends the program as ever.
    static func listen() {
        for number in [SIGINT, SIGTERM, SIGHUP] {
            signal(number) { number in
                Signals.asked.store(true, ordering: .relaxed)
                signal(number, SIG_DFL)
            }
        }
        signal(SIGPIPE, SIG_IGN)
    }

    static var isAsked: Bool { asked.load(ordering: .relaxed) }

    /// Returns when a signal came or `seconds` are over.
    static func wait(seconds: Double?) {
        listen()
        let deadline = seconds.map { ContinuousClock.now + .seconds($0) }
        while !isAsked {
            if let deadline, ContinuousClock.now >= deadline { return }
            usleep(10_000)
        }
    }
}
