import Foundation
import Frames
import Testing

@testable import Trackers

@Suite struct RecordedTrackTests {
    static let header = "t_s,x_mm,y_mm,z_mm,qw,qx,qy,qz,quality,missing"

    static func track(seed: UInt64, count: Int) throws -> RecordedTrack<Reference> {
        var random = SeededGenerator(seed: seed)
        let samples = (0..<count).map { index -> TrackerSample<Reference> in
            let time = Double(index) / 60 + 0.001 * random.uniform()
            guard random.uniform() > 0.1 else { return .missing(at: time) }
            let turn = Rotation<Tracker, Reference>(rotationVector: random.normal3())
            let pose = Pose(rotation: turn, translation: random.normal3() * 300)
            return TrackerSample(pose: pose, time: time, errorRMS: 0.25 * random.uniform())
        }
        return try #require(RecordedTrack(samples))
    }

    @Test(arguments: 0..<5 as Range<UInt64>) func whatIsWrittenIsRead(seed: UInt64) throws {
        let track = try Self.track(seed: seed, count: 200)
        let again = try RecordedTrack<Reference>.parse(track.text, file: "t")
        #expect(again.samples.count == track.samples.count)
        for (a, b) in zip(track.samples, again.samples) {
            #expect(a.time == b.time && a.isMissing == b.isMissing && a.errorRMS == b.errorRMS)
            guard let a = a.pose, let b = b.pose else { continue }
            #expect(a.translation == b.translation)
            #expect((a.rotation.inverse * b.rotation).angle < 1e-7)
        }
    }

    @Test func readsThePublishedColumns() throws {
        let text =
            "\(Self.header)\n0.5,1,2,3,0.7071067811865476,0,0,0.7071067811865476,0.2,0\n0.6,0,0,0,0,0,0,0,0,1\n\n"
        let track = try RecordedTrack<Reference>.parse(text, file: "t")
        #expect(track.samples.count == 2)
        let pose = try #require(track.samples[0].pose)
        // A quarter turn about Z takes X to Y.
        #expect((pose * Point<Reference>(10, 0, 0)).distance(to: Point(1, 12, 3)) < 1e-12)
        #expect(track.samples[1].isMissing)
    }

    @Test func hostileTextGivesTheLine() {
        let good = "0,1,2,3,1,0,0,0,0.1,0"
        let cases: [(String, TrackersError)] = [
            ("", .wrongColumns(file: "t", found: [""], expected: RecordText.columns)),
            ("\(Self.header)\n", .noSamples(file: "t")),
            ("\(Self.header)\n\(good)\n1,2\n", .wrongCount(file: "t", line: 3, found: 2, expected: 10)),
            ("\(Self.header)\nnan,1,2,3,1,0,0,0,0.1,0\n", .badNumber(file: "t", line: 2, column: "t_s", value: "nan")),
            (
                "\(Self.header)\n0,1,1e99,3,1,0,0,0,0.1,0\n",
                .badNumber(file: "t", line: 2, column: "y_mm", value: "1e99")
            ),
            ("\(Self.header)\n0,1,2,3,1,0,0,0,-1,0\n", .badNumber(file: "t", line: 2, column: "quality", value: "-1")),
            ("\(Self.header)\n0,1,2,3,1,0,0,0,1,2\n", .badNumber(file: "t", line: 2, column: "missing", value: "2")),
            ("\(Self.header)\n0,1,2,3,0,0,0,0,1,0\n", .notARotation(file: "t", line: 2, length: 0)),
            ("\(Self.header)\n\(good)\n\(good)\n", .timeOrder(file: "t", line: 3)),
        ]
        for (text, expected) in cases {
            #expect(throws: expected) { try RecordedTrack<Reference>.parse(text, file: "t") }
        }
        #expect(throws: TrackersError.self) { try RecordedTrack<Reference>.read("/nonexistent/track.csv") }
    }

    /// No text of a damaged record traps; it is read or refused.
    @Test func damagedTextNeverTraps() throws {
        var random = SeededGenerator(seed: 9)
        let text = Array(try Self.track(seed: 1, count: 5).text.utf8)
        for _ in 0..<2000 {
            var bytes = text
            for _ in 0..<3 {
                bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
            }
            _ = try? RecordedTrack<Reference>.parse(String(decoding: bytes, as: UTF8.self), file: "t")
        }
    }

    @Test func playsBackWithItsLatency() throws {
        let track = try #require(
            RecordedTrack<Reference>([0, 0.01, 0.02].map { TrackerSample(pose: .identity(), time: $0, errorRMS: 0) }))
        var player = RecordedTracker(track, latency: 0.005, start: 100)
        #expect(player.newestSample(at: 100) == nil)
        #expect(player.newestSample(at: 100.005)?.time == 100)
        #expect(player.newestSample(at: 100.006) == nil)
        // Two have come: the newest is handed out, the older one never.
        #expect(player.newestSample(at: 100.03)?.time == 100.02)
        #expect(player.newestSample(at: 200) == nil)
    }
}
