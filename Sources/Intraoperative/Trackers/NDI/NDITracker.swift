import Frames

/// A line of bytes to a tracker: a serial port, or a simulated one.
public protocol ByteLine {
    /// Sends all of it.
    ///
    /// - Throws: `NDIError.lost`.
    mutating func send(_ bytes: [UInt8]) throws(NDIError)
    /// What has come, waiting at most so many seconds for the first byte; empty where nothing came.
    ///
    /// - Throws: `NDIError.lost`.
    mutating func receive(within seconds: Double) throws(NDIError) -> [UInt8]
    /// Forgets what came before.
    mutating func discardInput()
    /// Seconds of the clock whose times the samples carry.
    var now: Double { get }
}

/// A tracker of Northern Digital's over a line: started, its tools enabled, and asked for frames.
///
/// ```swift
/// var tracker = NDITracker(line: port)
/// try tracker.start(tools: [rom])
/// while tracking { let frame = try tracker.frame() }
/// ```
public struct NDITracker<Line: ByteLine>: Sendable where Line: Sendable {
    public private(set) var line: Line
    /// Handles of the enabled tools, in the order in which they were given.
    public private(set) var handles: [UInt8] = []
    /// The tracker's own description of its firmware.
    public private(set) var version = ""
    /// Seconds that a reply may take; starting takes longer.
    public var patience = 0.5
    private var pending: [UInt8] = []

    public init(line: Line) { self.line = line }

    /// Resets nothing that runs elsewhere: stops tracking if it is on, initialises, gives each wireless tool its
    /// definition, and starts to track.
    ///
    /// - Parameter tools: SROM images, at most 1,024 bytes each.
    /// - Throws: `NDIError`.
    public mutating func start(tools: [[UInt8]]) throws(NDIError) {
        for tool in tools where tool.isEmpty || tool.count > 1024 { throw .toolDefinition(bytes: tool.count) }
        line.discardInput()
        pending = []
        // a tracker that was tracking refuses INIT, one that was not refuses TSTOP: that error is the good case
        do throws(NDIError) { _ = try ask("TSTOP") } catch .refused(_, _) {}
        _ = try ask("INIT", within: 10)
        version = try ask("VER", "0", within: 2)
        for handle in try freeHandles() { _ = try ask("PHF", handle) }
        handles = []
        for tool in tools { handles.append(try enable(tool)) }
        _ = try ask("TSTART", "80", within: 10)
    }

    /// - Throws: `NDIError`.
    public mutating func stop() throws(NDIError) { _ = try ask("TSTOP", within: 5) }

    /// All tools now, and the middle of the time between asking and being answered.
    ///
    /// - Throws: `NDIError`; a damaged reply is thrown away and told, and the next call starts afresh.
    public mutating func frame() throws(NDIError) -> (frame: NDIFrame, time: Double) {
        pending = []
        line.discardInput()
        let asked = line.now
        // 0001 transforms, 0800 also those outside the volume that the maker vouches for: their status says so
        try line.send(NDIMessage.command("BX", "0801"))
        while true {
            if pending.count >= 2, pending[0] != 0xC4 || pending[1] != 0xA5 { throw try refusal(of: "BX", asked) }
            if let length = try NDIFrame.length(ofBinary: pending), pending.count >= length {
                let frame = try NDIFrame(binary: Array(pending[..<length]))
                return (frame, (asked + line.now) / 2)
            }
            try fill("BX", since: asked, within: patience)
        }
    }

    /// A text came where a frame should: the tracker's error.
    private mutating func refusal(of command: String, _ asked: Double) throws(NDIError) -> NDIError {
        let text = try text(of: command, since: asked, within: patience)
        return .unexpected(command: command, reply: String(text.prefix(24)))
    }

    private mutating func freeHandles() throws(NDIError) -> [String] {
        let reply = try ask("PHSR", "01")
        guard let count = NDIMessage.number(reply.utf8.prefix(2)), reply.utf8.count == 2 + 5 * Int(count) else {
            throw .unexpected(command: "PHSR", reply: String(reply.prefix(24)))
        }
        let text = Array(reply)
        return (0..<Int(count)).map { String(text[(2 + 5 * $0)..<(4 + 5 * $0)]) }
    }

    /// A port handle for a wireless tool, its definition written, initialised, enabled as a tool that moves.
    private mutating func enable(_ tool: [UInt8]) throws(NDIError) -> UInt8 {
        let handle = try ask("PHRQ", "*********1****")
        guard handle.utf8.count == 2, let number = NDIMessage.number(handle.utf8) else {
            throw .unexpected(command: "PHRQ", reply: String(handle.prefix(24)))
        }
        for start in stride(from: 0, to: tool.count, by: 64) {
            let part =
                tool[start..<min(start + 64, tool.count)] + Array(repeating: 0, count: max(0, start + 64 - tool.count))
            let hex = part.flatMap { NDIMessage.hex(UInt16($0)).suffix(2) }
            let address = String(decoding: NDIMessage.hex(UInt16(start)), as: UTF8.self)
            _ = try ask("PVWR", handle + address + String(decoding: hex, as: UTF8.self))
        }
        _ = try ask("PINIT", handle, within: 5)
        _ = try ask("PENA", handle + "D")
        return UInt8(number)
    }

    /// Sends a command and gives the text of its reply.
    private mutating func ask(
        _ command: String, _ parameters: String = "", within seconds: Double? = nil
    ) throws(NDIError) -> String {
        pending = []
        let asked = line.now
        try line.send(NDIMessage.command(command, parameters))
        return try text(of: command, since: asked, within: seconds ?? patience)
    }

    private mutating func text(of command: String, since asked: Double, within seconds: Double) throws(NDIError)
        -> String
    {
        while true {
            if let end = pending.firstIndex(of: NDIMessage.carriageReturn) {
                let text = try NDIMessage.text(of: Array(pending[..<end]))
                pending.removeSubrange(...end)
                guard text.hasPrefix("ERROR") else { return text }
                throw .refused(
                    command: command, number: UInt8(NDIMessage.number(text.utf8.dropFirst(5).prefix(2)) ?? 0))
            }
            guard pending.count < NDIMessage.longest else { throw .garbled(start: NDIMessage.start(of: pending)) }
            try fill(command, since: asked, within: seconds)
        }
    }

    private mutating func fill(_ command: String, since asked: Double, within seconds: Double) throws(NDIError) {
        let left = asked + seconds - line.now
        guard left > 0 else { throw .silent(command: command, seconds: seconds) }
        pending += try line.receive(within: left)
    }
}
