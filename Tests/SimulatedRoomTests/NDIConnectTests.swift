import Frames
import SimulatedRoom
import Testing

@testable import Trackers

/// How the client comes to terms with a tracker, whatever state that is in.
@Suite struct NDIConnectTests {
    typealias Fixture = SimulatedNDITrackerTests

    @Test(arguments: [
        (tracker: 1_228_739, host: Int.max, agreed: 1_228_739), (tracker: 115_200, host: .max, agreed: 115_200),
        (tracker: 1_228_739, host: 460_800, agreed: 230_400), (tracker: 9600, host: .max, agreed: 9600),
    ])
    func theHighestSpeedOfBoth(_ speeds: (tracker: Int, host: Int, agreed: Int)) throws {
        let line = SimulatedLine(Fixture.tracker(fastest: speeds.tracker), fastest: speeds.host)
        var client = NDITracker(line: line)
        try client.connect()
        #expect(client.baud == speeds.agreed && line.trackerBaud == speeds.agreed)
        try client.start(tools: Fixture.tools)
        #expect(try client.frame().frame.readings.count == 2)
    }

    @Test func aLimitIsKept() throws {
        var client = NDITracker(line: SimulatedLine(Fixture.tracker()))
        try client.connect(fastest: 57_600)
        #expect(client.baud == 57_600)
    }

    /// The program before ended without a word: the tracker tracks at a speed of its own.
    @Test func aTrackerThatWasLeftRunningIsReset() throws {
        let line = SimulatedLine(Fixture.tracker())
        var first = NDITracker(line: line)
        try first.connect()
        try first.start(tools: Fixture.tools)
        _ = line.setBaud(9600)
        var next = NDITracker(line: line)
        try next.connect()
        try next.start(tools: Fixture.tools)
        #expect(try next.frame().frame.readings.count == 2 && next.tools.map(\.handle) == [1, 2])
    }

    /// An adapter that cannot hold the line low: the command does it, at the speed of the start.
    @Test func withoutABreakTheCommandResets() throws {
        var client = NDITracker(line: SimulatedLine(Fixture.tracker(), canBreak: false))
        try client.connect()
        #expect(client.baud == 1_228_739)
    }

    /// The tracker agrees to a speed that the cable does not carry: the next lower one is taken.
    @Test func aSpeedThatOnlySeemsToWorkIsLeft() throws {
        let line = SimulatedLine(Fixture.tracker())
        var client = NDITracker(line: DeafAbove(line: line, baud: 300_000))
        try client.connect()
        #expect(client.baud == 230_400)
        try client.start(tools: Fixture.tools)
    }

    /// Tools with their own definitions, as those of a magnetic tracker: found without being given, also at a second start.
    @Test func whatIsPluggedInIsFound() throws {
        let wired = SimulatedNDITracker(wired: [Fixture.tools[1]]) { tool, _ in
            .init(pose: Fixture.poses[tool], error: 0.3)
        }
        var client = NDITracker(line: SimulatedLine(wired))
        try client.connect()
        for given in [[], [Fixture.tools[0]], []] {
            try client.start(tools: given)
            #expect(client.tools.map(\.name) == ["second"] + given.map(\.name))
            #expect(client.tools.map(\.handle) == [10] + given.map { _ in 1 })
            let readings = try client.frame().frame.readings
            #expect(client.tools.allSatisfy { tool in readings.contains { $0.handle == tool.handle && $0.error > 0 } })
            try client.stop()
        }
    }

    @Test func nobodyThereIsTold() {
        let line = SimulatedLine(Fixture.tracker())
        line.spoilReplies { _ in [] }
        var client = NDITracker(line: DeafAbove(line: line, baud: 0))
        #expect(throws: NDIError.silent(command: "RESET", seconds: 2)) { try client.connect() }
    }

    /// Noise before every reply: skipped before a frame, told elsewhere.
    @Test func garbageBeforeAFrameIsSkipped() throws {
        let line = SimulatedLine(Fixture.tracker())
        var client = NDITracker(line: line)
        try client.connect()
        try client.start(tools: Fixture.tools)
        let before = client.skipped
        line.spoilReplies { [0xC4, 0xFF, 13, 0xC4, 0xA5, 1] + $0 }
        for _ in 0..<20 { #expect(try client.frame().frame.readings.count == 2) }
        #expect(client.skipped - before == 120)
        line.spoilReplies { _ in (0..<5000).map { UInt8(truncatingIfNeeded: $0) } }
        #expect(throws: NDIError.self) { try client.frame() }
        line.spoilReplies { $0 }
        #expect(try client.frame().frame.readings.count == 2)
    }

    @Test func theFeedGivesEachFrameOnceInOrder() throws {
        let line = SimulatedLine(Fixture.tracker())
        var feed = try NDIFeed(NDITracker(line: line), tools: Fixture.tools)
        var random = SeededGenerator(seed: 3)
        var frames: [UInt32] = []
        var last = -1.0
        for round in 0..<200 {
            // one reply in ten is damaged
            let at = Int(random.next() % 40)
            if round % 10 == 3 {
                line.spoilReplies { $0.enumerated().map { $0.offset == at ? $0.element ^ 4 : $0.element } }
            }
            let bodies = try feed.next(within: 0.1)
            line.spoilReplies { $0 }
            guard let first = bodies.first else { continue }
            #expect(bodies.map(\.name) == ["first", "second"])
            #expect(first.missingMarkers == 1 && bodies[1].missingMarkers == 0)
            #expect(first.sample.time > last)
            last = first.sample.time
            let frame = try #require(first.frame)
            // the frame was exposed before it was told, by no more than a period and a reply's way
            let age = first.sample.time - Double(frame) / SimulatedNDITracker.rate
            #expect(age >= 0 && age < 1 / SimulatedNDITracker.rate + 0.15)
            frames.append(frame)
        }
        #expect(frames.count > 150 && zip(frames, frames.dropFirst()).allSatisfy { $0 < $1 })
        #expect(feed.damaged > 0)
        line.spoilReplies { _ in [] }
        #expect(throws: NDIError.silent(command: "BX", seconds: 0.5)) {
            for _ in 0..<100 { _ = try feed.next(within: 0.1) }
        }
    }
}

/// A cable that carries nothing above a speed.
struct DeafAbove: ByteLine, Sendable {
    let line: SimulatedLine
    let baud: Int
    private var speed = 9600

    init(line: SimulatedLine, baud: Int) { (self.line, self.baud) = (line, baud) }

    mutating func send(_ bytes: [UInt8]) throws(NDIError) { try line.send(bytes) }
    mutating func receive(within seconds: Double) throws(NDIError) -> [UInt8] {
        let bytes = try line.receive(within: seconds)
        return speed > baud ? bytes.map { _ in 0xFF } : bytes
    }
    mutating func discardInput() { line.discardInput() }
    mutating func sendBreak() throws(NDIError) -> Bool { try line.sendBreak() }
    mutating func setBaud(_ baud: Int) -> Bool {
        speed = baud
        return line.setBaud(baud)
    }
    func seconds(for bytes: Int, at baud: Int) -> Double { 0 }
    mutating func pause(_ seconds: Double) { line.pause(seconds) }
    var now: Double { line.now }
}
