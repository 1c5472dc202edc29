import Frames

/// A tracker of Northern Digital's over a line: reset, at its highest speed, its tools enabled, and asked for frames.
///
/// ```swift
/// var tracker = NDITracker(line: try SerialByteLine("/dev/ttyUSB0"))
/// try tracker.connect()
/// try tracker.start(tools: [try ToolDefinition.read("pointer.rom")])
/// while tracking { let sample = try tracker.frame() }
/// ```
public struct NDITracker<Line: ByteLine>: Sendable where Line: Sendable {
    public internal(set) var line: Line
    /// A tool that the tracker follows.
    public struct Tool: Equatable, Sendable {
        public let handle: UInt8
        public let name: String
        /// How many markers its definition has; `nil` of a wired tool, whose definition it carries itself.
        public let markers: Int?
    }

    /// The enabled tools: those that are plugged in, then those that were given, in their order.
    public private(set) var tools: [Tool] = []
    /// The tracker's own description of its firmware.
    public private(set) var version = ""
    /// Bits a second of the line.
    public internal(set) var baud = 9600
    /// Bytes that belonged to no reply and were skipped.
    public internal(set) var skipped = 0
    /// Seconds that a reply may take; starting takes longer.
    public var patience = 0.5
    /// From a frame's exposure to the moment at which the tracker could first tell it, s. The maker says it for each model.
    public var latency: Double
    var pending: [UInt8] = []
    private var options = NDIFrame.Options.all

    public init(line: Line, latency: Double = 0) {
        self.line = line
        self.latency = latency
    }

    /// Stops tracking if it is on, initialises, enables what is plugged in, gives each wireless tool its definition, and starts
    /// to track.
    ///
    /// - Throws: `NDIError`; `.noTools` where nothing is plugged in and none was given.
    public mutating func start(tools given: [ToolDefinition]) throws(NDIError) {
        line.discardInput()
        pending = []
        // a tracker that was tracking refuses INIT, one that was not refuses TSTOP: that error is the good case
        do throws(NDIError) { _ = try ask("TSTOP") } catch {
            guard case .refused = error else { throw error }
        }
        _ = try ask("INIT", within: 10)
        version = try ask("VER", "0", within: 2)
        try release()
        for handle in try handles("02") + handles("03") { tools.append(try enable(wired: handle)) }
        for tool in given { tools.append(try enable(tool)) }
        guard !tools.isEmpty else { throw .noTools }
        options = .all
        _ = try ask("TSTART", "80", within: 10)
    }

    /// - Throws: `NDIError`.
    public mutating func stop() throws(NDIError) { _ = try ask("TSTOP", within: 5) }

    /// All tools now.
    ///
    /// - Throws: `NDIError`; a damaged reply is thrown away and told, and the next call starts afresh.
    public mutating func frame() throws(NDIError) -> NDISample {
        do throws(NDIError) { return try frame(options) } catch {
            // a tracker without information about markers, as a magnetic one is
            guard case .refused(command: "BX", _) = error, options != .least else { throw error }
            options = .least
            return try frame(options)
        }
    }

    /// Frees what the tracker says is to be freed, and what an earlier start enabled.
    private mutating func release() throws(NDIError) {
        for handle in try handles("01") { _ = try ask("PHF", handle) }
        for tool in tools {
            let handle = String(decoding: NDIMessage.hex(UInt16(tool.handle)).suffix(2), as: UTF8.self)
            // after a reset it is gone already
            do throws(NDIError) { _ = try ask(tool.markers == nil ? "PDIS" : "PHF", handle) } catch {
                guard case .refused = error else { throw error }
            }
        }
        tools = []
    }

    /// Port handles in a state: 01 to be freed, 02 not initialised, 03 not enabled (API guide, PHSR).
    private mutating func handles(_ state: String) throws(NDIError) -> [String] {
        let reply = try ask("PHSR", state)
        guard let count = NDIMessage.number(reply.utf8.prefix(2)), reply.utf8.count == 2 + 5 * Int(count) else {
            throw .unexpected(command: "PHSR", reply: String(reply.prefix(24)))
        }
        let text = Array(reply)
        return (0..<Int(count)).map { String(text[(2 + 5 * $0)..<(4 + 5 * $0)]) }
    }

    /// A tool that is plugged in, by the part number in its own definition.
    private mutating func enable(wired handle: String) throws(NDIError) -> Tool {
        _ = try ask("PINIT", handle, within: 5)
        _ = try ask("PENA", handle + "D")
        let part = try ask("PHINF", handle + "0004")
        let letters = part.filter { $0.isASCII && !$0.isWhitespace && $0 != "\0" }
        guard let number = NDIMessage.number(handle.utf8) else {
            throw .unexpected(command: "PHSR", reply: handle)
        }
        return Tool(handle: UInt8(number), name: letters.isEmpty ? "port-\(handle)" : letters, markers: nil)
    }

    /// A port handle for a wireless tool, its definition written, initialised, enabled as a tool that moves.
    private mutating func enable(_ tool: ToolDefinition) throws(NDIError) -> Tool {
        let handle = try ask("PHRQ", "*********1****")
        guard handle.utf8.count == 2, let number = NDIMessage.number(handle.utf8) else {
            throw .unexpected(command: "PHRQ", reply: String(handle.prefix(24)))
        }
        for (address, text) in NDIMessage.definitionParts(tool.bytes) {
            _ = try ask("PVWR", handle + address + text)
        }
        _ = try ask("PINIT", handle, within: 5)
        _ = try ask("PENA", handle + "D")
        return Tool(handle: UInt8(number), name: tool.name, markers: tool.markers.count)
    }
}

/// A frame with the time at which it was true.
public struct NDISample: Equatable, Sendable {
    public let frame: NDIFrame
    /// Seconds of the line's clock: the reply's arrival, less its way over the line and the tracker's latency.
    public let time: Double
    /// When its last byte arrived, s of the line's clock.
    public let arrival: Double
}
