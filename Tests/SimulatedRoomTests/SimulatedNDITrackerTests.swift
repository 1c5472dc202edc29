import Frames
import SimulatedRoom
import Testing

@testable import Trackers

@Suite struct SimulatedNDITrackerTests {
    static let poses = [
        Pose<Tracker, Marker>(
            rotation: Rotation(rotationVector: Vector3(0.3, -0.4, 1.1)), translation: Vector3(12.25, -830.5, -1450.75)),
        Pose<Tracker, Marker>(
            rotation: Rotation(rotationVector: Vector3(-2.2, 0.1, 0.2)), translation: Vector3(-99.5, 0.25, -1999)),
    ]

    /// The second tool is hidden between 61 and 62 s, one marker of the first always.
    static func tracker(fastest: Int = 1_228_739) -> SimulatedNDITracker {
        SimulatedNDITracker(fastest: fastest) { tool, time in
            guard tool < 2, !(tool == 1 && (61..<62).contains(time)) else { return nil }
            var seen = SimulatedNDITracker.Seen(pose: poses[tool], error: 0.12)
            if tool == 0 { seen.coveredMarkers = [2] }
            return seen
        }
    }

    static let tools = ["first", "second"].compactMap {
        ToolDefinition.made(
            name: $0, markers: [Point(0, 0, 0), Point(50, 0, 0), Point(0, 70, 0), Point(30, 40, 5)])
    }

    @Test func theClientReadsWhatTheRoomHolds() throws {
        let line = SimulatedLine(Self.tracker())
        var client = NDITracker(line: line)
        try client.connect()
        try client.start(tools: Self.tools)
        #expect(client.tools.map(\.handle) == [1, 2] && client.version.hasPrefix("Simulated tracker"))
        let first = try client.frame()
        #expect(first.frame.readings.map(\.handle) == [1, 2])
        for (reading, truth) in zip(first.frame.readings, Self.poses) {
            guard case .seen(let pose) = reading.sight else { throw NDIError.lost }
            #expect(length(pose.translation - truth.translation) < 1e-4)
            #expect((pose.rotation.inverse * truth.rotation).angle < 1e-6)
            #expect(abs(reading.error - 0.12) < 1e-6)
            #expect(reading.status.contains([.occupied, .initialised, .enabled]))
            #expect(reading.markers.prefix(4).count { $0 == .used } == (reading.handle == 1 ? 3 : 4))
        }
        #expect(first.frame.readings[0].markers[2] == .missing)
        line.wait(61.2 - line.now)
        let hidden = try client.frame()
        #expect(hidden.frame.readings[1].sight == .missing)
        #expect(hidden.frame.readings[0].frame > first.frame.readings[0].frame)
        // the sample's time lies where the tracker was asked
        #expect(abs(hidden.time - 61.2) < 0.1)
        try client.stop()
        #expect(throws: NDIError.self) { try client.frame() }
        // what was left running is started anew
        try client.start(tools: [Self.tools[0]])
        #expect(client.tools.count == 1)
    }

    @Test func textFramesHoldTheSame() throws {
        var tracker = Self.tracker()
        for command in [
            ["INIT:", "PHRQ:*********1****"],
            NDIMessage.definitionParts(Self.tools[0].bytes).map { "PVWR:01" + $0.address + $0.text },
            ["PINIT:01", "PENA:01D", "TSTART:80"],
        ].joined() {
            let end = command.firstIndex(of: ":").map { command.index(after: $0) } ?? command.endIndex
            let name = String(command[..<end].dropLast())
            let reply = tracker.answer(NDIMessage.command(name, String(command[end...])), at: 0)
            #expect(try NDIMessage.text(of: Array(reply.dropLast())).hasPrefix("ERROR") == false)
        }
        let reply = tracker.answer(NDIMessage.command("TX", "0001"), at: 0.5)
        let frame = try NDIFrame(text: NDIMessage.text(of: Array(reply.dropLast())))
        guard case .seen(let pose) = frame.readings[0].sight else { throw NDIError.lost }
        // text has two decimals of a millimetre and four of a quaternion
        #expect(length(pose.translation - Self.poses[0].translation) < 0.01)
        #expect((pose.rotation.inverse * Self.poses[0].rotation).angle < 3e-4)
        #expect(frame.readings[0].frame == 30)
    }

    @Test func whatIsOutOfOrderIsRefused() {
        var tracker = Self.tracker()
        func number(_ name: String, _ parameters: String = "") -> String {
            let reply = tracker.answer(NDIMessage.command(name, parameters), at: 0)
            return (try? NDIMessage.text(of: Array(reply.dropLast()))) ?? "damaged"
        }
        #expect(number("TSTART") == "ERROR10")
        #expect(number("INIT") == "OKAY")
        #expect(number("BX", "0001") == "ERROR0C")
        #expect(number("NONSENSE") == "ERROR01")
        #expect(number("PINIT", "07") == "ERROR08")
        #expect(number("PHRQ", "*********1****") == "01")
        #expect(number("PENA", "01D") == "ERROR0E")
        #expect(number("PINIT", "01") == "ERROR14")
        #expect(number("COMM", "X0000") == "ERROR06" && number("COMM", "5") == "ERROR07")
        var spoilt = NDIMessage.command("INIT")
        spoilt[5] ^= 1
        #expect(tracker.answer(spoilt, at: 0).starts(with: Array("ERROR04".utf8)))
    }

    @Test func damageAndSilenceAreTold() throws {
        let line = SimulatedLine(Self.tracker())
        var client = NDITracker(line: line)
        try client.start(tools: [Self.tools[0]])
        var random = SeededGenerator(seed: 4)
        for _ in 0..<300 {
            let (at, bit) = (Int(random.next() % 64), UInt8(1) << UInt8(random.next() % 8))
            line.spoilReplies { reply in
                var bad = reply
                bad[at % bad.count] ^= bit
                return bad
            }
            // a flipped bit in the first bytes may also make them the remains of something else
            #expect(throws: NDIError.self) { try client.frame() }
        }
        line.spoilReplies { _ in [] }
        #expect(throws: NDIError.silent(command: "BX", seconds: 0.5)) { try client.frame() }
        line.spoilReplies { $0 }
        #expect(try client.frame().frame.readings.count == 1)
        #expect(throws: NDIError.noTools) { try client.start(tools: []) }
    }

    /// Garbage of any kind at either end: answers or errors, never an end.
    @Test func garbageHarmsNothing() throws {
        var random = SeededGenerator(seed: 11)
        var tracker = Self.tracker()
        for _ in 0..<2000 {
            let bytes = (0..<Int(random.next() % 80)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            _ = tracker.answer(bytes + [13], at: 0)
            _ = try? NDIFrame(binary: [0xC4, 0xA5] + bytes)
            _ = try? NDIFrame(text: String(decoding: bytes, as: UTF8.self))
            _ = try? NDIMessage.text(of: bytes)
        }
        _ = tracker.reset()
        let okay = tracker.answer(NDIMessage.command("INIT"), at: 0)
        // the maker's own checksums of these replies (API guide; they stand in the ndicapi library's sources too)
        #expect(okay == Array("OKAYA896\r".utf8))
        #expect(NDIMessage.reply("RESET") == Array("RESETBE6F\r".utf8))
    }
}
