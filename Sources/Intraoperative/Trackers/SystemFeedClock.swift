import Glibc
import SerialPorts

/// CLOCK_MONOTONIC, and waits in which the thread sleeps.
public struct SystemFeedClock: FeedClock {
    public init() {}

    public var now: Double { MonotonicClock.seconds }

    public func pause(_ seconds: Double) {
        let seconds = max(seconds, 0)
        var rest = timespec(tv_sec: Int(seconds), tv_nsec: Int((seconds - seconds.rounded(.down)) * 1e9))
        nanosleep(&rest, nil)
    }
}
