import Foundation
import Frames
import TestSupport
import Testing

@testable import Trackers

@Suite struct RecordedFeedTests {
    @Test func recordsOfTwoBodiesPlayTogetherAsTheyWere() throws {
        let folder = try temporaryFolder()
        func record(_ name: String, _ times: [Double]) throws -> String {
            let samples = times.map { time -> TrackerSample<Marker> in
                time == 0.02
                    ? .missing(at: time)
                    : TrackerSample(
                        pose: Pose(rotation: .identity(), translation: Vector3(time, 0, 0)), time: time, errorRMS: 0.1)
            }
            let path = folder.appendingPathComponent(name + ".csv").path
            try #require(RecordedTrack(samples)).write(to: path)
            return path
        }
        let paths = [try record("pointer", [0, 0.01, 0.02, 0.03]), try record("patient", [0, 0.02])]
        var feed = try RecordedFeed(paths)
        var batches: [[TrackedBody]] = []
        while batches.count < 4 {
            let bodies = try feed.next(within: 0.05)
            if !bodies.isEmpty { batches.append(bodies) }
        }
        #expect(
            batches.map { $0.map(\.name) } == [
                ["pointer", "patient"], ["pointer"], ["pointer", "patient"], ["pointer"],
            ])
        #expect(batches[2][0].sample.isMissing)
        let times = batches.map { $0[0].sample.time }
        for (a, b) in zip(times, times.dropFirst()) { #expect(abs(b - a - 0.01) < 1e-6) }
        #expect(throws: TrackersError.recordEnded) { _ = try feed.next(within: 0.1) }
    }
}
