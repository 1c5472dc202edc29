import Foundation
import Frames

/// A record of one body's samples, in order of time, as a file and as a source that plays it back.
///
/// The file is a CSV table with the columns `t_s,x_mm,y_mm,z_mm,qw,qx,qy,qz,quality,missing`: the body's pose in the
/// tracker's frame, `quality` the tracker's error estimate (RMS, mm), and `missing` 1 where the body was not seen
/// (the numbers of the pose then mean nothing), else 0.
public struct RecordedTrack<Body: Frame>: Equatable, Sendable {
    public private(set) var samples: [TrackerSample<Body>]

    /// Samples must follow one another in time; `nil` where they do not, or where there is none.
    public init?(_ samples: [TrackerSample<Body>]) {
        guard !samples.isEmpty, zip(samples, samples.dropFirst()).allSatisfy({ $0.time < $1.time }) else { return nil }
        self.samples = samples
    }

    /// - Throws: `TrackersError` with file and line.
    public static func read(_ path: String) throws(TrackersError) -> RecordedTrack {
        try parse(RecordText.read(path), file: path)
    }

    /// Reads a record from text; `file` is for messages.
    public static func parse(_ text: String, file: String) throws(TrackersError) -> RecordedTrack {
        var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        while let last = lines.last, last.allSatisfy(\.isWhitespace) { lines.removeLast() }
        let columns = RecordText.columns
        let found = (lines.first ?? "").split(separator: ",", omittingEmptySubsequences: false)
            .map { String($0.trimmingPrefix("\u{FEFF}")).trimmingCharacters(in: .whitespaces) }
        guard found == columns else {
            throw .wrongColumns(
                file: file, found: Array(found.prefix(20)).map { String($0.prefix(40)) }, expected: columns)
        }
        var samples: [TrackerSample<Body>] = []
        samples.reserveCapacity(lines.count)
        for (index, line) in lines.enumerated().dropFirst() {
            let sample = try RecordText.sample(line, line: index + 1, file: file, of: Body.self)
            if let last = samples.last, last.time >= sample.time { throw .timeOrder(file: file, line: index + 1) }
            samples.append(sample)
        }
        guard let track = RecordedTrack(samples) else { throw .noSamples(file: file) }
        return track
    }

    /// The record as text, every number with all its digits.
    public var text: String {
        var text = RecordText.columns.joined(separator: ",") + "\n"
        for sample in samples {
            let p = sample.pose?.translation ?? .zero
            let q = sample.pose?.rotation.quaternion
            let numbers = [
                sample.time, p.x, p.y, p.z, q?.w ?? 1, q?.v.x ?? 0, q?.v.y ?? 0, q?.v.z ?? 0, sample.errorRMS,
            ]
            text += numbers.map { "\($0)" }.joined(separator: ",") + (sample.isMissing ? ",1\n" : ",0\n")
        }
        return text
    }

    /// Writes beside, then renames: no half file is left.
    ///
    /// - Throws: `TrackersError.unwritable`.
    public func write(to path: String) throws(TrackersError) {
        do { try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic) } catch {
            throw .unwritable(file: path, reason: error.localizedDescription)
        }
    }
}

/// Plays a record back against any clock.
public struct RecordedTracker<Body: Frame>: TrackerSource, Sendable {
    public let track: RecordedTrack<Body>
    /// Seconds from the time at which a sample was true to its arrival.
    public let latency: Double
    /// Added to the record's times, s.
    public let start: Double
    private var next = 0

    public init(_ track: RecordedTrack<Body>, latency: Double = 0, start: Double = 0) {
        self.track = track
        self.latency = latency
        self.start = start
    }

    /// Does not allocate.
    public mutating func newestSample(at now: Double) -> TrackerSample<Body>? {
        var newest: Int?
        while next < track.samples.count, track.samples[next].time + start + latency <= now {
            newest = next
            next += 1
        }
        guard let newest else { return nil }
        var sample = track.samples[newest]
        sample.time += start
        return sample
    }
}
