import Frames
import Glibc
import SimulatedRoom
import Testing

@testable import Trackers

/// Client and simulated tracker in real time over a pseudo-terminal. Judged by what is said, not by when.
@Suite(.serialized) struct PseudoTerminalTrackerTests {
    static let room = SimulatedTools(count: 2, positionNoise: 0.2, angleNoise: 0.001, seed: 5)

    static func server() throws -> PseudoTerminalTracker {
        try PseudoTerminalTracker(SimulatedNDITracker { room.seen($0, at: $1) })
    }

    @Test func theClientDrivesIt() throws {
        let server = try Self.server()
        defer { server.stop() }
        var feed = try NDIFeed(
            NDITracker(line: SerialByteLine(server.path)), tools: SimulatedNDITrackerTests.tools)
        var squares = 0.0
        var count = 0
        for _ in 0..<60 {
            for (tool, body) in try feed.next(within: 1).enumerated() {
                let exposure = Double(try #require(body.frame)) / SimulatedNDITracker.rate
                let pose = try #require(body.sample.pose)
                let truth = Self.room.truth(tool, at: exposure)
                squares += pow(length(pose.translation - truth.translation), 2)
                count += 1
                #expect((pose.rotation.inverse * truth.rotation).angle < 0.006)
                #expect(body.sample.time - server.start >= exposure)
            }
        }
        #expect(count == 120)
        // RMS of the noise that was asked for, over 360 numbers
        #expect(abs((squares / Double(count)).squareRoot() - 0.2) < 0.03)
    }

    /// Whatever comes over the line, before, between and instead of commands.
    @Test func garbageOnThePortHarmsNothing() throws {
        let server = try Self.server()
        defer { server.stop() }
        var random = SeededGenerator(seed: 9)
        var line = try SerialByteLine(server.path)
        for _ in 0..<200 {
            let bytes = (0..<Int(random.next() % 400)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            try line.send(bytes)
            _ = try line.receive(within: 0.001)
        }
        var feed = try NDIFeed(NDITracker(line: line), tools: SimulatedNDITrackerTests.tools)
        #expect(try feed.next(within: 2).count == 2)
        try line.send((0..<3000).map { _ in UInt8(truncatingIfNeeded: random.next()) } + [13])
        #expect(try (0..<20).contains { _ in try feed.next(within: 0.5).count == 2 })
    }

    @Test func aTrackerThatEndsIsALostPort() throws {
        let server = try Self.server()
        var feed = try NDIFeed(
            NDITracker(line: SerialByteLine(server.path)), tools: SimulatedNDITrackerTests.tools)
        _ = try feed.next(within: 1)
        server.stop()
        #expect(throws: NDIError.lost) {
            for _ in 0..<50 { _ = try feed.next(within: 0.1) }
        }
    }

    @Test func whatIsNoPortIsTold() {
        #expect(throws: NDIError.port(.notASerialPort(path: "/dev/null"))) { _ = try SerialByteLine("/dev/null") }
    }
}
