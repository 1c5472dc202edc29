import ArgumentParser
import Foundation
import OpenIGTLink
import Trackers

/// Which tracker, and what it is to look for.
struct TrackerOptions: ParsableArguments {
    @Option(help: "The tracker: its serial port, or igtl://host:port/DEVICE of a program that speaks OpenIGTLink.")
    var tracker: TrackerAddress
    @OptionGroup var tools: ToolOptions

    func open(reconnects: Bool) throws -> any TrackerFeed & Sendable {
        try tools.open(tracker, reconnects: reconnects)
    }
}

/// What a tracker on a serial port needs to know.
struct ToolOptions: ParsableArguments {
    @Option(help: "A tool definition (.rom) for a tracker on a serial port; several times for several tools.")
    var tool: [String] = []
    @Option(help: "The highest speed of the serial line to try.") var maxBaud = 1_228_739
    @Option(help: "From a frame's exposure to its report, as the tracker's maker says it.") var latencyMs = 0.0

    func validate() throws {
        guard maxBaud >= 9600 else { throw ValidationError("--max-baud must be at least 9600.") }
        guard latencyMs >= 0, latencyMs <= 1000 else {
            throw ValidationError("--latency-ms must lie between 0 and 1000.")
        }
    }

    /// Connects and starts; the tools are read before the tracker is touched.
    ///
    /// - Parameter reconnects: whether a tracker that is lost later is connected anew.
    func open(_ address: TrackerAddress, reconnects: Bool) throws -> any TrackerFeed & Sendable {
        switch address.place {
        case .openIGTLink(let host, let port, let device):
            return try Self.feed(reconnects, \.isPassing) { () throws(OpenIGTLinkError) in
                try OpenIGTLinkFeed(host: host, port: port, device: device, longestSilence: reconnects ? 10 : nil)
            }
        case .records(let paths): return try RecordedFeed(paths)
        case .port(let path):
            let tools = try tool.map { try ToolDefinition.read($0) }
            let (latency, fastest) = (latencyMs / 1000, maxBaud)
            return try Self.feed(reconnects, \.isPassing) { () throws(NDIError) in
                try NDIFeed(
                    NDITracker(line: SerialByteLine(path), latency: latency), tools: tools, fastest: fastest)
            }
        }
    }

    private static func feed<Feed: TrackerFeed & Sendable>(
        _ reconnects: Bool, _ isPassing: @escaping @Sendable (Feed.Failure) -> Bool,
        _ open: @escaping @Sendable () throws(Feed.Failure) -> Feed
    ) throws(Feed.Failure) -> any TrackerFeed & Sendable {
        guard reconnects else { return try open() }
        return try ReconnectingFeed(clock: SystemFeedClock(), isPassing: isPassing, open: open)
    }
}

/// A serial port; `igtl://host:port/DEVICE`, with port 18944 and every device where they are left out; or `record:FILE,…`.
struct TrackerAddress: ExpressibleByArgument, CustomStringConvertible {
    enum Place: Equatable {
        case port(String)
        case openIGTLink(host: String, port: Int, device: String?)
        case records([String])
    }
    let place: Place
    let description: String

    init?(argument: String) {
        description = argument
        if argument.hasPrefix("record:") {
            let paths = argument.dropFirst(7).split(separator: ",").map(String.init)
            guard !paths.isEmpty else { return nil }
            place = .records(paths)
            return
        }
        guard argument.hasPrefix("igtl:") else {
            place = .port(argument)
            return
        }
        guard let parts = URLComponents(string: argument), parts.scheme == "igtl", let host = parts.host, !host.isEmpty,
            (1...65535).contains(parts.port ?? 18944), parts.query == nil, parts.user == nil
        else { return nil }
        let device = String(parts.path.drop { $0 == "/" })
        // an IPv6 address stands in brackets
        let bare = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        place = .openIGTLink(host: bare, port: parts.port ?? 18944, device: device.isEmpty ? nil : device)
    }
}
