import Frames
import Trackers

/// A tracker that speaks NDI's protocol, byte for byte, without a port: bytes in, bytes out.
///
/// It knows RESET, COMM, INIT, VER, APIREV, BEEP, ECHO, PHSR, PHRQ, PVWR, PINIT, PENA, PDIS, PHF, PHINF, TSTART, TSTOP, BX
/// and TX, keeps the maker's order of them, and answers what is out of order with the maker's errors.
public struct SimulatedNDITracker: Sendable {
    /// Where a tool is at a moment, and how well it is seen; nothing where it is not.
    public struct Seen: Sendable {
        public var pose: Pose<Tracker, Marker>
        /// RMS residual of its markers, mm.
        public var error: Double
        public var isOutOfVolume = false
        /// Markers of the tool that are covered, counted from 0.
        public var coveredMarkers: Set<Int> = []

        public init(pose: Pose<Tracker, Marker>, error: Double, isOutOfVolume: Bool = false) {
            (self.pose, self.error, self.isOutOfVolume) = (pose, error, isOutOfVolume)
        }
    }

    enum Mode { case reset, set, tracking }

    struct Port {
        var definition: [UInt8] = []
        var partNumber = "simulated tool"
        var markers = 0
        var isInitialised = false
        var isEnabled = false
        /// Which of the room's tools it is, counted in the order of initialisation.
        var tool: Int?
    }

    /// Frames a second.
    public static let rate = 60.0
    var mode = Mode.reset
    var ports: [UInt8: Port] = [:]
    /// Bits a second at which it listens and answers. The reply to `COMM` still goes at the old speed.
    public private(set) var baud = 9600
    /// The highest speed that this model knows.
    public let fastest: Int
    /// Tools that are plugged in, at the handles from 10 on.
    let wired: [ToolDefinition]
    private var toolCount = 0
    private var pending: [UInt8] = []
    /// The room: the number of a tool, and the time in seconds.
    let room: @Sendable (_ tool: Int, _ time: Double) -> Seen?

    public init(
        fastest: Int = 1_228_739, wired: [ToolDefinition] = [],
        room: @escaping @Sendable (_ tool: Int, _ time: Double) -> Seen?
    ) {
        (self.fastest, self.wired, self.room) = (fastest, wired, room)
    }

    /// Takes bytes and gives the replies to every command that they complete.
    public mutating func answer(_ bytes: some Sequence<UInt8>, at time: Double) -> [UInt8] {
        var replies: [UInt8] = []
        for byte in bytes {
            if byte == NDIMessage.carriageReturn {
                replies += answer(line: pending, at: time)
                pending = []
            } else if byte != UInt8(ascii: "\n") {
                if pending.count <= NDIMessage.longest { pending.append(byte) }
            }
        }
        return replies
    }

    /// What a break on the serial line brings.
    public mutating func reset() -> [UInt8] {
        (mode, ports, toolCount, pending, baud) = (.reset, [:], 0, [], 9600)
        return NDIMessage.reply("RESET")
    }

    private mutating func answer(line: [UInt8], at time: Double) -> [UInt8] {
        if line.isEmpty { return [] }
        if line.count > NDIMessage.longest { return error(0x02) }
        let end = line.firstIndex { $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: " ") } ?? line.endIndex
        let name = String(decoding: line[..<end], as: UTF8.self).uppercased()
        var rest = end < line.endIndex ? Array(line[(end + 1)...]) : []
        if end < line.endIndex, line[end] == UInt8(ascii: ":") {
            guard rest.count >= 4, NDIMessage.number(rest.suffix(4)) == UInt64(NDIMessage.checksum(line.dropLast(4)))
            else { return error(0x04) }
            rest = Array(rest.dropLast(4))
        }
        guard let parameters = String(validating: rest, as: UTF8.self) else { return error(0x01) }
        return carryOut(name, parameters, at: time)
    }

    private mutating func carryOut(_ name: String, _ parameters: String, at time: Double) -> [UInt8] {
        switch name {
        case "RESET": reset()
        case "COMM": changeSpeed(Array(parameters))
        case "INIT": initialise()
        case "ECHO": NDIMessage.reply(parameters)
        case "BEEP": mode == .reset ? error(0x10) : NDIMessage.reply("1")
        case "APIREV": NDIMessage.reply("G.001.005")
        case "VER": NDIMessage.reply("Simulated tracker of Stylet\nNDI S/N: 00000000\nCharacterization Date: none\n")
        case "PHSR", "PHRQ", "PVWR", "PINIT", "PENA", "PDIS", "PHF", "PHINF":
            mode == .reset ? error(0x10) : port(name, Array(parameters.utf8))
        case "TSTART": startTracking(parameters)
        case "TSTOP": stopTracking()
        case "BX", "TX": mode == .tracking ? frame(name, parameters, at: time) : error(0x0C)
        default: error(0x01)
        }
    }

    var okay: [UInt8] { NDIMessage.reply("OKAY") }

    func error(_ number: UInt8) -> [UInt8] {
        NDIMessage.reply("ERROR" + (number < 16 ? "0" : "") + String(number, radix: 16, uppercase: true))
    }

    private static let speeds: [Character: Int] = [
        "0": 9600, "1": 14_400, "2": 19_200, "3": 38_400, "4": 57_600, "5": 115_200, "6": 921_600, "7": 1_228_739,
        "A": 230_400,
    ]

    /// A speed's character, and four for bits, parity, stop bits and handshake.
    private mutating func changeSpeed(_ parameters: [Character]) -> [UInt8] {
        guard parameters.count == 5 else { return error(0x07) }
        guard let speed = Self.speeds[parameters[0]], speed <= fastest, parameters[1...] == ["0", "0", "0", "0"] else {
            return error(0x06)
        }
        baud = speed
        return okay
    }

    private mutating func initialise() -> [UInt8] {
        guard mode != .tracking else { return error(0x0C) }
        mode = .set
        for (index, tool) in wired.enumerated() where ports[UInt8(10 + index)] == nil {
            ports[UInt8(10 + index)] = Port(definition: tool.bytes, partNumber: tool.name)
        }
        return okay
    }

    private mutating func startTracking(_ parameters: String) -> [UInt8] {
        guard mode == .set else { return error(mode == .reset ? 0x10 : 0x0C) }
        guard ["", "40", "80"].contains(parameters) else { return error(0x07) }
        mode = .tracking
        return okay
    }

    private mutating func stopTracking() -> [UInt8] {
        guard mode == .tracking else { return error(mode == .reset ? 0x10 : 0x0C) }
        mode = .set
        return okay
    }

    /// The number of the next tool that is initialised.
    mutating func nextTool() -> Int {
        defer { toolCount += 1 }
        return toolCount
    }
}
