/// A tracker that was lost, since when, and what was done about it.
public struct LostTracker: Sendable {
    /// When that was found, s of the feed's clock.
    public let since: Double
    /// How often it was tried to connect anew.
    public internal(set) var attempts = 0
    /// Why it was lost.
    public let reason: any Error
    /// Why it could not be connected anew the last time.
    public internal(set) var hindrance: (any Error)?
}

/// A tracker that is connected anew when it is lost: at once, then after waits that double, up to five seconds.
///
/// While it is lost `next` gives nothing and `lost` says so. It counts as found again only when samples come: one that takes
/// the connection and says nothing, or ends it again, is still lost, and the waits go on growing.
public struct ReconnectingFeed<Feed: TrackerFeed & Sendable>: TrackerFeed, Sendable {
    public private(set) var lost: LostTracker?
    /// How often it was lost.
    public private(set) var losses = 0
    public var damaged: Int { damagedBefore + (feed?.damaged ?? 0) }
    private var damagedBefore = 0
    private var feed: Feed?
    private var wait = 0.0
    private var nextTry = 0.0
    private let waits: (first: Double, longest: Double)
    private let clock: any FeedClock
    private let isPassing: @Sendable (Feed.Failure) -> Bool
    private let open: @Sendable () throws(Feed.Failure) -> Feed

    /// Opens it; the first time a failure is thrown, since a name may be wrong.
    ///
    /// - Parameters:
    ///   - waits: the first after an attempt that failed, and the longest, s.
    ///   - isPassing: whether it may help to try again after this failure; else it is thrown.
    ///   - open: connects and starts.
    /// - Throws: what `open` throws.
    public init(
        clock: any FeedClock, waits: (first: Double, longest: Double) = (0.25, 5),
        isPassing: @escaping @Sendable (Feed.Failure) -> Bool,
        open: @escaping @Sendable () throws(Feed.Failure) -> Feed
    ) throws(Feed.Failure) {
        (self.clock, self.waits, self.isPassing, self.open) = (clock, waits, isPassing, open)
        feed = try open()
    }

    public mutating func next(within seconds: Double) throws(Feed.Failure) -> [TrackedBody] {
        if feed == nil {
            guard try isConnectedAnew(within: seconds) else { return [] }
        }
        do throws(Feed.Failure) {
            let bodies = try feed?.next(within: seconds) ?? []
            if !bodies.isEmpty { (lost, wait) = (nil, 0) }
            return bodies
        } catch {
            guard isPassing(error) else { throw error }
            leave(error)
            return []
        }
    }

    /// Lets go of the port or the connection, or it could not be opened again.
    private mutating func leave(_ error: Feed.Failure) {
        damagedBefore += feed?.damaged ?? 0
        feed = nil
        if lost == nil {
            losses += 1
            lost = LostTracker(since: clock.now, reason: error)
        } else {
            lost?.hindrance = error
        }
        nextTry = clock.now + wait
        wait = wait == 0 ? waits.first : min(2 * wait, waits.longest)
    }

    private mutating func isConnectedAnew(within seconds: Double) throws(Feed.Failure) -> Bool {
        let left = nextTry - clock.now
        if left > 0 { clock.pause(min(left, seconds)) }
        guard clock.now >= nextTry else { return false }
        lost?.attempts += 1
        do throws(Feed.Failure) {
            feed = try open()
            return true
        } catch {
            guard isPassing(error) else { throw error }
            leave(error)
            return false
        }
    }
}

/// A clock that a feed goes by, and that can wait.
public protocol FeedClock: Sendable {
    /// s.
    var now: Double { get }
    func pause(_ seconds: Double)
}
