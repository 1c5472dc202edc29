import Frames
import SimulatedRoom
import Synchronization
import Testing

@testable import Trackers

extension SimulatedLine: FeedClock {}

/// A tracker of NDI's that is lost in every way, in virtual time, and found again.
@Suite struct ReconnectingFeedTests {
    typealias Fixture = SimulatedNDITrackerTests

    static func feed(_ line: SimulatedLine) throws -> ReconnectingFeed<NDIFeed<SimulatedLine>> {
        try ReconnectingFeed(clock: line, isPassing: \.isPassing) { () throws(NDIError) in
            try NDIFeed(NDITracker(line: line), tools: Fixture.tools)
        }
    }

    /// Asks until so much time has passed, which is about 15 frames a second over this line; the samples that came.
    @discardableResult
    static func follow(
        _ feed: inout ReconnectingFeed<NDIFeed<SimulatedLine>>, _ line: SimulatedLine, seconds: Double
    ) throws -> (samples: Int, times: [Double]) {
        let end = line.now + seconds
        var times: [Double] = []
        while line.now < end {
            if let first = try feed.next(within: 0.1).first { times.append(first.sample.time) }
        }
        return (times.count, times)
    }

    /// The plug comes out after each count of bytes in turn, so also in the middle of a frame; the samples go on in time.
    @Test(arguments: [0, 1, 5, 6, 40, 101]) func unpluggedInTheMiddleOfAFrame(_ bytes: Int) throws {
        let line = SimulatedLine(Fixture.tracker())
        var feed = try Self.feed(line)
        let before = try Self.follow(&feed, line, seconds: 1)
        #expect(before.samples > 8 && feed.lost == nil)
        line.unplug(after: bytes)
        let during = try Self.follow(&feed, line, seconds: 3)
        #expect(during.samples <= 2)
        let lost = try #require(feed.lost)
        #expect(lost.reason as? NDIError == .lost && lost.attempts >= 3 && lost.attempts <= 6)
        #expect(abs(lost.since - (line.now - 3)) < 0.3)
        line.plugIn(isPoweredAnew: bytes % 2 == 0)
        let after = try Self.follow(&feed, line, seconds: 8)
        #expect(feed.lost == nil && feed.losses == 1 && after.samples > 30)
        let times = before.times + during.times + after.times
        #expect(zip(times, times.dropFirst()).allSatisfy { $0 < $1 })
    }

    /// It hangs: no byte comes. After two seconds it is lost; when it answers again it is found.
    @Test func aTrackerThatHangsIsLostAndFound() throws {
        let line = SimulatedLine(Fixture.tracker())
        var feed = try Self.feed(line)
        try Self.follow(&feed, line, seconds: 1)
        line.spoilReplies { _ in [] }
        let start = line.now
        while feed.lost == nil { _ = try feed.next(within: 0.1) }
        #expect(line.now - start > 1.5 && line.now - start < 3)
        let during = try Self.follow(&feed, line, seconds: 20)
        #expect(during.samples == 0 && feed.lost != nil)
        line.spoilReplies { $0 }
        #expect(try Self.follow(&feed, line, seconds: 20).samples > 30 && feed.lost == nil)
    }

    /// It sends noise in place of replies, while it is connected and while that is tried.
    @Test func aTrackerThatSendsGarbageIsLostAndFound() throws {
        let line = SimulatedLine(Fixture.tracker())
        var feed = try Self.feed(line)
        try Self.follow(&feed, line, seconds: 1)
        let random = Mutex(SeededGenerator(seed: 5))
        line.spoilReplies { reply in
            random.withLock { random in
                (0..<Int(random.next() % 300)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            }
        }
        let during = try Self.follow(&feed, line, seconds: 30)
        #expect(during.samples <= 1 && feed.lost != nil)
        line.spoilReplies { $0 }
        #expect(try Self.follow(&feed, line, seconds: 30).samples > 30 && feed.lost == nil && feed.damaged > 0)
    }

    /// The waits double up to five seconds, and begin anew once samples came.
    @Test func theWaitsDouble() throws {
        let line = SimulatedLine(Fixture.tracker())
        var feed = try Self.feed(line)
        try Self.follow(&feed, line, seconds: 1)
        line.unplug()
        var tries: [Double] = []
        var known = 0
        while tries.count < 9 {
            _ = try feed.next(within: 0.02)
            if let attempts = feed.lost?.attempts, attempts > known {
                known = attempts
                tries.append(line.now)
            }
        }
        let waits = zip(tries, tries.dropFirst()).map { $1 - $0 }
        for (wait, expected) in zip(waits, [0.25, 0.5, 1, 2, 4, 5, 5, 5]) { #expect(abs(wait - expected) < 0.05) }
        line.plugIn()
        try Self.follow(&feed, line, seconds: 8)
        line.unplug()
        while feed.lost == nil { _ = try feed.next(within: 0.02) }
        let again = line.now
        while feed.lost?.attempts ?? 0 < 1 { _ = try feed.next(within: 0.02) }
        #expect(line.now - again < 0.1 && feed.losses == 2)
    }

    /// What waiting does not mend is thrown, at the beginning and later.
    @Test func whatDoesNotPassIsThrown() throws {
        let line = SimulatedLine(Fixture.tracker())
        #expect(throws: NDIError.noTools) {
            _ = try ReconnectingFeed(clock: line, isPassing: \.isPassing) { () throws(NDIError) in
                try NDIFeed(NDITracker(line: line), tools: [])
            }
        }
        line.unplug()
        #expect(throws: NDIError.lost) { _ = try Self.feed(line) }
    }
}
