import Frames
import Glibc
import SerialPorts

/// Records that play back as the tracker once ran: one file a body, all on one time.
public struct RecordedFeed: TrackerFeed, Sendable {
    public let damaged = 0
    private let tracks: [(name: String, samples: [TrackerSample<Marker>])]
    private var next: [Int]
    /// CLOCK_MONOTONIC at the records' time 0, s.
    private let start: Double
    /// Samples closer together than this, s, are of one moment.
    static let oneMoment = 1e-4

    /// Reads a record of each body, which bears the file's name without its ending; it begins to play now.
    ///
    /// - Throws: `TrackersError`.
    public init(_ paths: [String]) throws(TrackersError) {
        var tracks: [(String, [TrackerSample<Marker>])] = []
        for path in paths {
            let record = try RecordedTrack<Marker>.read(path)
            let file = path.split(separator: "/").last ?? ""
            tracks.append((String(file.split(separator: ".").first ?? file), record.samples))
        }
        self.tracks = tracks
        next = Array(repeating: 0, count: tracks.count)
        start = MonotonicClock.seconds - (tracks.compactMap { $0.1.first?.time }.min() ?? 0)
    }

    /// - Throws: `TrackersError.recordEnded`.
    public mutating func next(within seconds: Double) throws(TrackersError) -> [TrackedBody] {
        let times = tracks.indices.compactMap {
            next[$0] < tracks[$0].samples.count ? tracks[$0].samples[next[$0]].time : nil
        }
        guard let first = times.min() else { throw .recordEnded }
        let wait = start + first - MonotonicClock.seconds
        if wait > 0 {
            var rest = timespec(tv_sec: 0, tv_nsec: Int(min(wait, min(seconds, 0.9)) * 1e9))
            nanosleep(&rest, nil)
            guard wait <= seconds else { return [] }
        }
        var bodies: [TrackedBody] = []
        for index in tracks.indices where next[index] < tracks[index].samples.count {
            var sample = tracks[index].samples[next[index]]
            guard sample.time - first <= Self.oneMoment else { continue }
            sample.time += start
            bodies.append(TrackedBody(name: tracks[index].name, sample: sample))
            next[index] += 1
        }
        return bodies
    }
}
