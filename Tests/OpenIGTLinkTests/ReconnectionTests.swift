import Frames
import Glibc
import Testing
import Trackers

@testable import OpenIGTLink

/// A program that is lost in every way, and found again by the client. Judged by what arrives, not by when.
@Suite struct ReconnectionTests {
    typealias Feed = ReconnectingFeed<OpenIGTLinkFeed>

    static func feed(_ port: Int) throws -> Feed {
        try ReconnectingFeed(clock: SystemFeedClock(), waits: (0.02, 0.1), isPassing: \.isPassing) {
            () throws(OpenIGTLinkError) in
            try OpenIGTLinkFeed(
                host: OpenIGTLinkServer.loopback, port: port, device: nil, patience: 1, longestSilence: 0.3)
        }
    }

    /// Asks until it holds, ten seconds at most.
    static func ask(_ feed: inout Feed, until done: (Feed, [TrackedBody]) -> Bool) throws -> Bool {
        for _ in 0..<200 {
            let bodies = try feed.next(within: 0.05)
            if done(feed, bodies) { return true }
        }
        return false
    }

    private static func next(_ listening: Socket) -> Socket? {
        guard listening.wait(for: POLLIN, seconds: 5) else { return nil }
        return Socket(accept(listening.handle, nil, nil))
    }

    /// What the other side does when it is connected to, one after the other.
    private enum Conduct: CaseIterable {
        case cutsAMessage, hangs, sendsGarbage, works

        var bytes: [UInt8] {
            switch self {
            case .cutsAMessage: Array(PackedByPyigtl.transform.prefix(80))
            case .hangs: []
            case .sendsGarbage: Array(repeating: 0xEE, count: 300)
            case .works: PackedByPyigtl.transform
            }
        }
    }

    @Test func everyLossIsFound() throws {
        let (listening, port) = try Socket.listen(address: OpenIGTLinkServer.loopback, port: 0)
        var feed = try Self.feed(port)
        var client = Self.next(listening)
        _ = PackedByPyigtl.transform.withUnsafeBytes { client?.send($0) }
        #expect(try Self.ask(&feed) { _, bodies in bodies.count == 1 } && feed.lost == nil)
        for conduct in Conduct.allCases {
            let attempts = feed.lost?.attempts ?? 0
            // the connection before ends, if it had not yet
            client = nil
            #expect(try Self.ask(&feed) { feed, _ in (feed.lost?.attempts ?? 0) > attempts }, "\(conduct)")
            client = Self.next(listening)
            _ = conduct.bytes.withUnsafeBytes { client?.send($0) }
            if conduct == .cutsAMessage { client = nil }
            guard conduct != .works else { continue }
            let before = feed.lost?.attempts ?? 0
            #expect(try Self.ask(&feed) { feed, bodies in bodies.isEmpty && (feed.lost?.attempts ?? 0) > before })
            #expect(feed.lost?.reason as? OpenIGTLinkError == .lost && feed.losses == 1)
            // that attempt is waiting to be taken: it is sent away
            client = Self.next(listening)
        }
        #expect(try Self.ask(&feed) { feed, bodies in bodies.count == 1 && feed.lost == nil })
        withExtendedLifetime(client) {}
    }

    /// The server ends and begins anew at its port; in between nobody listens there.
    @Test func aServerThatIsStartedAnewIsFound() throws {
        let first = try OpenIGTLinkServer(port: 0)
        let port = first.port
        var feed = try Self.feed(port)
        #expect(ServerTests.wait { first.clients == 1 })
        first.send(.transform(ServerTests.pose(1), device: "Probe", time: nil))
        #expect(try Self.ask(&feed) { _, bodies in bodies.count == 1 })
        first.stop()
        #expect(try Self.ask(&feed) { feed, _ in feed.lost?.hindrance != nil })
        let second = try OpenIGTLinkServer(port: port)
        defer { second.stop() }
        #expect(
            try Self.ask(&feed) { _, bodies in
                second.send(.transform(ServerTests.pose(2), device: "Probe", time: nil))
                return bodies.first?.sample.pose?.translation.x == 2
            })
        #expect(feed.lost == nil && feed.losses == 1)
    }

    /// A side that takes the connection and says nothing is told after the silence that is allowed, and not before.
    @Test func silenceIsTold() throws {
        let server = try OpenIGTLinkServer(port: 0)
        defer { server.stop() }
        var feed = try OpenIGTLinkFeed(
            host: OpenIGTLinkServer.loopback, port: server.port, device: nil, longestSilence: 0.3)
        #expect(try feed.next(within: 0.1).isEmpty)
        #expect(throws: OpenIGTLinkError.silent(seconds: 0.3)) {
            for _ in 0..<50 { _ = try feed.next(within: 0.1) }
        }
    }
}
