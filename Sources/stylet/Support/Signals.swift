import Foundation
import Synchronization

/// A person's Ctrl-C or a polite end: it sets a flag, so that what moves can be stopped before the program ends.
enum Signals {
    private static let asked = Atomic<Bool>(false)

    /// From now on SIGINT, SIGTERM and SIGHUP only set `isAsked`; a second one ends the program as ever.
    static func listen() {
        // Touched before a signal can come: the first use of a global makes it, which a handler must not.
        asked.store(false, ordering: .relaxed)
        for number in [SIGINT, SIGTERM, SIGHUP] {
            signal(number) { number in
                Signals.asked.store(true, ordering: .relaxed)
                signal(number, SIG_DFL)
            }
        }
        signal(SIGPIPE, SIG_IGN)
        endAsUsual()
    }

    /// Takes the three signals as they come: a parent may have left them blocked, and then nobody could end this politely.
    static func endAsUsual() {
        var wanted = sigset_t()
        sigemptyset(&wanted)
        for number in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&wanted, number) }
        pthread_sigmask(SIG_UNBLOCK, &wanted, nil)
    }

    static var isAsked: Bool { asked.load(ordering: .relaxed) }

    /// Returns when a signal came or `seconds` are over; until then calls `look` each `interval` seconds.
    static func wait(seconds: Double?, every interval: Double? = nil, look: () -> Void = {}) {
        listen()
        let deadline = seconds.map { ContinuousClock.now + .seconds($0) }
        let pause = min(interval ?? 0.01, 0.01)
        var next = ContinuousClock.now
        while !isAsked {
            let now = ContinuousClock.now
            if let deadline, now >= deadline { return }
            if let interval, now >= next {
                look()
                next = max(next + .seconds(interval), now)
            }
            usleep(UInt32(pause * 1e6))
        }
    }
}
