import ControlCore
import RobotModel

/// The host's end of the protocol: bytes in, reports out; commands in, bytes out. Pure: the caller has port and clock.
///
/// ```swift
/// var host = HostEndpoint()
/// host.connect(nonce: 7, now: clock.now)
/// while case .greeting = host.state {                  // until .connected or .failed
///     if host.poll(now: clock.now, into: &frame) { port.write(frame) }
///     host.receive(port.read(), now: clock.now)
/// }
/// if host.encode(.enable, now: clock.now, into: &frame) == .encoded { port.write(frame) }
/// ```
/// It does not allocate after it is made. Times are seconds of any one steady clock.
public struct HostEndpoint: Sendable {
    public enum State: Equatable, Sendable {
        case idle
        case greeting
        case connected
        case failed(ArmProtocolError)
    }

    public struct Settings: Equatable, Sendable {
        /// The identity that the arm must have (`ArmCapabilities.identity(of:)`); `nil` takes any.
        public var expectedIdentity: UInt64?
        /// Seconds between two greetings, and before giving up.
        public var greetingInterval = 0.05
        public var greetingTimeout = 2.0
        /// Seconds without a report after which the session counts as lost; the loop judges age long before.
        public var silenceLimit = 0.5

        public init(expectedIdentity: UInt64? = nil) { self.expectedIdentity = expectedIdentity }
    }

    /// What became of a command.
    public enum Outcome: Equatable, Sendable {
        case encoded
        case notConnected
        case unsendable(Unsendable)
    }

    public let settings: Settings
    public internal(set) var state = State.idle
    /// What the arm said of itself in this session.
    public internal(set) var capabilities: ArmCapabilities?
    /// The newest report, with the time at which it was true on this side's clock.
    public internal(set) var feedback: Timed<ArmFeedback>?
    /// Seconds from the sending of the newest acknowledged command to its acknowledgement.
    public internal(set) var roundTrip: Double?
    /// The number of the last command sent.
    public internal(set) var lastSent: UInt32 = 0

    var counts = LinkStatistics()
    var decoder = FrameDecoder()
    var tracker = SequenceTracker(after: 0)
    var alignment = ClockAlignment()
    var session: UInt32 = 0
    var nonce: UInt32 = 0
    var greetingBegan = 0.0
    var greetingSent = -Double.infinity
    var greetings: UInt32 = 0
    var heard = 0.0
    var bytesBefore: UInt64 = 0
    var sentTimes = InlineArray<256, Double>(repeating: 0)

    public init(settings: Settings = Settings()) {
        self.settings = settings
        _ = Checksum.table[0]  // made here, so that no tick pays for it
    }

    public var statistics: LinkStatistics { counts.with(tracker, decoder) }

    /// Begins to greet. `nonce` is a number that no session used before (random, or counted).
    public mutating func connect(nonce: UInt32, now: Double) {
        self.nonce = nonce
        state = .greeting
        (capabilities, feedback, roundTrip) = (nil, nil, nil)
        greetingBegan = now
        greetingSent = -.infinity
        bytesBefore = decoder.bytesSeen
        decoder.reset()
    }

    /// Keeps time: call it often. True where `frame` now holds a greeting to send.
    public mutating func poll(now: Double, into frame: inout FrameBuffer) -> Bool {
        switch state {
        case .greeting where now - greetingBegan > settings.greetingTimeout:
            let seen = decoder.bytesSeen - bytesBefore
            state = .failed(.noAnswer(seconds: now - greetingBegan, bytesSeen: seen))
        case .greeting where now - greetingSent >= settings.greetingInterval:
            greetingSent = now
            writeHello(into: &frame)
            return true
        case .connected where now - heard > settings.silenceLimit:
            state = .failed(.silent(seconds: now - heard))
        default: break
        }
        return false
    }

    private mutating func writeHello(into frame: inout FrameBuffer) {
        greetings &+= 1
        counts.sent += 1
        var content = ContentWriter()
        Header(.hello, session: 0, sequence: greetings).write(to: &content)
        Hello(nonce: nonce, lowestVersion: WireUnits.version, highestVersion: WireUnits.version).write(to: &content)
        seal(&content, into: &frame)
    }

    /// Puts `command` into `frame` under the next number.
    public mutating func encode(_ command: ArmCommand, now: Double, into frame: inout FrameBuffer) -> Outcome {
        guard case .connected = state, let kinds = capabilities?.kinds else { return .notConnected }
        var content = ContentWriter()
        Header(command.messageKind, session: session, sequence: lastSent &+ 1).write(to: &content)
        if let hindrance = command.writeBody(to: &content, kinds: kinds) { return .unsendable(hindrance) }
        finish(&content, now: now, into: &frame)
        return .encoded
    }

    /// Ends the session in order: the arm stops and sets its brakes. The endpoint is idle afterwards.
    public mutating func goodbye(now: Double, into frame: inout FrameBuffer) -> Outcome {
        guard case .connected = state else { return .notConnected }
        var content = ContentWriter()
        Header(.goodbye, session: session, sequence: lastSent &+ 1).write(to: &content)
        finish(&content, now: now, into: &frame)
        state = .idle
        return .encoded
    }

    private mutating func finish(_ content: inout ContentWriter, now: Double, into frame: inout FrameBuffer) {
        lastSent &+= 1
        sentTimes[Int(lastSent & 255)] = now
        counts.sent += 1
        seal(&content, into: &frame)
    }
}
