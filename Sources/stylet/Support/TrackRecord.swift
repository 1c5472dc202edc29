import Foundation
import Frames
import Planning
import Trackers

/// Samples of several bodies as they came, each in a record of its own.
struct TrackRecord {
    struct Track {
        let name: String
        var samples: [TrackerSample<Marker>] = []
        var outOfVolume = 0
        var missingMarkers = 0
        var tellsError = true

        var json: JSONValue {
            let seen = samples.filter { !$0.isMissing }
            let span = (samples.last?.time ?? 0) - (samples.first?.time ?? 0)
            return [
                "name": .string(name), "samples": .int(samples.count), "missing": .int(samples.count - seen.count),
                "out_of_volume": .int(outOfVolume), "with_missing_markers": .int(missingMarkers),
                "rate_hz": .number(span > 0 ? Double(samples.count - 1) / span : 0),
                "error_mean_mm": tellsError && !seen.isEmpty
                    ? .number(seen.map(\.errorRMS).reduce(0, +) / Double(seen.count)) : .null,
            ]
        }
    }

    static let most = 64
    private(set) var tracks: [Track] = []
    private var start: Double?

    /// Takes a sample, and gives the line about it. What is not later than the one before is told and not recorded.
    mutating func add(_ body: TrackedBody) -> String {
        let start = start ?? body.sample.time
        self.start = start
        let index = tracks.firstIndex { $0.name == body.name } ?? tracks.count
        if index == tracks.count {
            // names come from outside: what sends a new one each time must not fill the memory
            guard index < Self.most else { return "" }
            tracks.append(Track(name: body.name, tellsError: body.tellsError))
        }
        var sample = body.sample
        sample.time -= start
        if sample.time > tracks[index].samples.last?.time ?? -.infinity { tracks[index].samples.append(sample) }
        if body.isOutOfVolume { tracks[index].outOfVolume += 1 }
        if body.missingMarkers ?? 0 > 0 { tracks[index].missingMarkers += 1 }
        return Self.line(body, sample)
    }

    private static func line(_ body: TrackedBody, _ sample: TrackerSample<Marker>) -> String {
        var line = String(format: "%10.4f  ", sample.time) + body.name
        if let pose = sample.pose {
            let (p, q) = (pose.translation, pose.rotation.quaternion)
            line += String(format: "  %9.3f %9.3f %9.3f", p.x, p.y, p.z)
            line += String(format: "  %8.5f %8.5f %8.5f %8.5f  %6.3f", q.w, q.v.x, q.v.y, q.v.z, sample.errorRMS)
        } else {
            line += "  MISSING"
        }
        if let missing = body.missingMarkers, missing > 0 { line += "  \(missing) markers missing" }
        return line + (body.isOutOfVolume ? "  OUT OF VOLUME" : "")
    }

    func isFull(_ samples: Int) -> Bool { !tracks.isEmpty && tracks.allSatisfy { $0.samples.count >= samples } }

    /// Writes a file for each body; with several, their names go into the files' names. The files that were written.
    func write(to path: String) throws(TrackersError) -> [String] {
        var files: [String] = []
        for (index, track) in tracks.enumerated() {
            guard let record = RecordedTrack(track.samples) else { continue }
            let file = tracks.count == 1 ? path : Self.path(path, for: track.name, index + 1)
            try record.write(to: file)
            files.append(file)
        }
        return files
    }

    /// A name may come from the network: only letters, digits, dash and underscore reach a path.
    private static func path(_ path: String, for name: String, _ number: Int) -> String {
        let safe = String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") ? $0 : "_" })
        let ending = URL(fileURLWithPath: path).pathExtension
        let stem = ending.isEmpty ? path : String(path.dropLast(ending.count + 1))
        return "\(stem)-\(number)-\(safe)" + (ending.isEmpty ? "" : ".\(ending)")
    }
}
