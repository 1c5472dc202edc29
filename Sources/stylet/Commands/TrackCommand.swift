import ArgumentParser
import Foundation
import Frames
import Planning
import SerialPorts
import Trackers

struct TrackCommand: StyletCommand {
    static let configuration = CommandConfiguration(
        commandName: "track", abstract: "Follow a tracker's tools, print their samples, record them.",
        discussion: """
            The tracker is a Northern Digital Polaris, Vega or Aurora on a serial port, with the definition of each tool (--tool),
            or igtl://host:port/DEVICE, a program such as PLUS that sends transforms by OpenIGTLink. One line a sample: seconds
            from the first one, tool, place in mm, quaternion w x y z, the tracker's error in mm; or MISSING. With --out it records
            t_s,x_mm,y_mm,z_mm,qw,qx,qy,qz,quality,missing, a file a tool: with several tools, numbers and names go into the files' names. What was
            recorded is also written where the tracker fails, and the exit status is then 1.

            Example:
              stylet track --tracker /dev/ttyUSB0 --tool pointer.rom --seconds 10 --out pointer.csv
            """)

    @OptionGroup var source: TrackerOptions
    @Option(help: "A file for the record, CSV.") var out: String?
    @Option(help: "Stop after so many seconds.") var seconds: Double?
    @Option(help: "Stop after so many samples of each tool.") var samples: Int?
    @Option(help: "Give up where nothing comes for so many seconds.") var patience = 5.0
    @Flag(help: "Connect anew where the tracker is lost, until --patience is over.") var reconnect = false
    @OptionGroup var answer: AnswerOptions

    func validate() throws {
        guard seconds.map({ $0 > 0 }) ?? true else { throw ValidationError("--seconds must be positive.") }
        guard samples.map({ $0 > 0 }) ?? true else { throw ValidationError("--samples must be positive.") }
        guard patience > 0, patience <= 3600 else { throw ValidationError("--patience must lie between 0 and 3600.") }
    }

    func execute(_ console: Console) throws -> Answer {
        if let out { try Output.mustBePossible(out) }
        Signals.listen()
        var feed = try console.step("connect", "connecting to \(source.tracker)") { _ in
            try source.open(reconnects: reconnect)
        }
        var record = TrackRecord()
        let outcome = Result { try console.step("track", "tracking") { _ in try follow(&feed, &record, console) } }
        let files = try out.map { try record.write(to: $0) } ?? []
        try outcome.get()
        for file in files { console.note("recorded \(file)") }
        return Answer(fields: [
            "tools": .array(record.tracks.map(\.json)), "damaged": .int(feed.damaged), "losses": .int(feed.losses),
            "files": .strings(files),
        ])
    }

    private func follow(_ feed: inout any TrackerFeed & Sendable, _ record: inout TrackRecord, _ console: Console)
        throws
    {
        let start = MonotonicClock.seconds
        var last = start
        var losses = LossRemarks()
        while !Signals.isAsked {
            let now = MonotonicClock.seconds
            if let seconds, now - start >= seconds { return }
            if let samples, record.isFull(samples) { return }
            let bodies = try feed.next(within: 0.1)
            if !bodies.isEmpty { last = now }
            losses.tell(feed.lost, console)
            guard now - last <= patience else { throw TrackFailure.silent(source.tracker.description, patience) }
            for body in bodies { console.say(record.add(body)) }
        }
    }
}

/// Why following a tracker ended.
enum TrackFailure {
    static func silent(_ tracker: String, _ seconds: Double) -> Failure {
        Failure(
            code: "no-samples",
            message:
                "No sample came from \(tracker) for \(String(format: "%.1f", seconds)) s: check that it is tracking.")
    }
}
