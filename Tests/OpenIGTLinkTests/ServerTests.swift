import Foundation
import Frames
import Glibc
import Imaging
import SerialPorts
import Testing

@testable import OpenIGTLink

/// Server and receiver over the loopback address. Judged by what arrives, not by when.
@Suite(.serialized) struct ServerTests {
    static func pose(_ x: Double) -> Pose<Tracker, Marker> {
        Pose(rotation: .identity(), translation: Vector3(x, 2, 3))
    }

    static func wait(_ done: () -> Bool) -> Bool {
        for _ in 0..<2000 {
            if done() { return true }
            usleep(5000)
        }
        return false
    }

    @Test func whatIsSentArrives() throws {
        let server = try OpenIGTLinkServer(port: 0)
        defer { server.stop() }
        var feed = try OpenIGTLinkFeed(host: OpenIGTLinkServer.loopback, port: server.port, device: "Probe")
        #expect(Self.wait { server.clients == 1 })
        for number in 1...50 {
            server.send(.transform(Self.pose(-1), device: "Other", time: Double(number)))
            server.send(.transform(Self.pose(Double(number)), device: "Probe", time: Double(number)))
            let bodies = try feed.next(within: 5)
            #expect(bodies.map(\.name) == ["Probe"])
            #expect(bodies.first?.sample.pose?.translation.x == Double(number))
        }
        server.send(.status(DeviceStatus(code: 13, name: "NotReady", message: "wait"), device: "Probe", time: nil))
        _ = try feed.next(within: 0.3)
        #expect(feed.status == DeviceStatus(code: 13, name: "NotReady", message: "wait"))
        server.stop()
        #expect(throws: OpenIGTLinkError.lost) { _ = try feed.next(within: 5) }
    }

    /// Who comes later learns how the devices do now, and nothing of how they did.
    @Test func aLaterReceiverGetsTheStates() throws {
        let server = try OpenIGTLinkServer(port: 0)
        defer { server.stop() }
        for code in [4, 1, 4] as [UInt16] {
            server.send(.status(DeviceStatus(code: code, name: "S", message: "\(code)"), device: "Probe", time: nil))
        }
        var first = try OpenIGTLinkFeed(host: OpenIGTLinkServer.loopback, port: server.port, device: nil)
        #expect(Self.wait { server.clients == 1 })
        server.send(.status(DeviceStatus(code: 1, name: "S", message: "1"), device: "Probe", time: nil))
        server.send(.transform(Self.pose(1), device: "Probe", time: nil))
        #expect(try first.next(within: 5).count == 1 && first.status?.code == 1)
        var later = try OpenIGTLinkFeed(host: OpenIGTLinkServer.loopback, port: server.port, device: nil)
        #expect(Self.wait { server.clients == 2 })
        server.send(.transform(Self.pose(2), device: "Probe", time: nil))
        #expect(try later.next(within: 5).count == 1 && later.status?.code == 1)
    }

    /// Random bytes, requests of other protocols, lengths of gigabytes: who sends them is let go, the others are served.
    @Test func garbageHarmsNothing() throws {
        let server = try OpenIGTLinkServer(port: 0)
        defer { server.stop() }
        var feed = try OpenIGTLinkFeed(host: "localhost", port: server.port, device: nil)
        var random = SeededGenerator(seed: 21)
        #expect(Self.wait { server.clients == 1 })
        for round in 0..<60 {
            let socket = try Socket.connect(host: OpenIGTLinkServer.loopback, port: server.port, seconds: 5)
            var bytes = (0..<Int(random.next() % 3000)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            if round % 3 == 0 { bytes = Array("GET / HTTP/1.1\r\n".utf8) + bytes }
            if round % 3 == 1 {
                // a sound header before it
                bytes = Array(PackedByPyigtl.transform[..<(58 + round % 48)]) + bytes
            }
            _ = bytes.withUnsafeBytes { socket.send($0) }
            server.send(.transform(Self.pose(Double(round)), device: "Probe", time: nil))
            #expect(try feed.next(within: 5).first?.sample.pose?.translation.x == Double(round))
        }
        #expect(Self.wait { server.clients == 1 })
    }

    /// A server that sends garbage ends the feed with an error, and no more than that.
    @Test func garbageFromAServerIsTold() throws {
        let (listening, port) = try Socket.listen(address: OpenIGTLinkServer.loopback, port: 0)
        var feed = try OpenIGTLinkFeed(host: OpenIGTLinkServer.loopback, port: port, device: nil)
        #expect(listening.wait(for: POLLIN, seconds: 5))
        let client = Socket(accept(listening.handle, nil, nil))
        let bytes = PackedByPyigtl.transform + Array(repeating: 0xEE, count: 100)
        _ = bytes.withUnsafeBytes { client.send($0) }
        #expect(try feed.next(within: 5).count == 1)
        #expect(throws: OpenIGTLinkError.self) { _ = try feed.next(within: 5) }
    }

    /// A receiver that reads nothing for a while gets what must arrive, whole, and of the poses the newest.
    @Test func aReceiverThatLagsGetsTheNewest() throws {
        let size = GridSize(256, 256, 64)
        let geometry = try GridGeometry(size: size, spacing: Vector3(1, 1, 1), origin: Point(0, 0, 0))
        let image = try OutgoingMessage.image(Volume<Int16>(geometry: geometry), device: "CT", time: nil)
        let server = try OpenIGTLinkServer(port: 0, greeting: [image])
        defer { server.stop() }
        var feed = try OpenIGTLinkFeed(host: OpenIGTLinkServer.loopback, port: server.port, device: nil)
        #expect(Self.wait { server.clients == 1 })
        for number in 1...5000 { server.send(.transform(Self.pose(Double(number)), device: "Probe", time: nil)) }
        var places: [Double] = []
        while places.last != 5000, let body = try feed.next(within: 5).first {
            places.append(body.sample.pose?.translation.x ?? -1)
        }
        #expect(places.last == 5000 && zip(places, places.dropFirst()).allSatisfy { $0 < $1 })
        #expect(feed.ignored == 1 && feed.damaged == 0 && places.count < 5000)
    }

    @Test func whatCannotBeIsTyped() throws {
        let server = try OpenIGTLinkServer(port: 0)
        defer { server.stop() }
        #expect(
            throws: OpenIGTLinkError.cannotListen(
                address: OpenIGTLinkServer.loopback, port: server.port, errno: EADDRINUSE)
        ) { _ = try OpenIGTLinkServer(port: server.port) }
        // listened at a moment ago, and nobody does now
        let port = try Socket.listen(address: OpenIGTLinkServer.loopback, port: 0).1
        #expect(
            throws: OpenIGTLinkError.unreachable(host: OpenIGTLinkServer.loopback, port: port, errno: ECONNREFUSED)
        ) { _ = try OpenIGTLinkFeed(host: OpenIGTLinkServer.loopback, port: port, device: nil) }
        #expect(throws: OpenIGTLinkError.unknownHost(host: "no such host")) {
            _ = try OpenIGTLinkFeed(host: "no such host", port: 1, device: nil)
        }
    }
}
