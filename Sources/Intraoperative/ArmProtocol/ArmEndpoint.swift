import ControlCore

/// The arm's end of the protocol, for simulators; the reference for a microcontroller. Pure, and without allocation.
public struct ArmEndpoint: Sendable {
    /// What a frame of the host means for the arm's controller.
    public enum Event: Equatable, Sendable {
        /// A session began: the arm must not move before it is enabled anew.
        case opened
        /// A command to obey; `sequence` is its number.
        case command(ArmCommand, sequence: UInt32)
        /// The host ended the session: stop, then brakes.
        case closed
    }

    private enum Answer: Equatable {
        case welcome(nonce: UInt32)
        case refusal(Refusal, session: UInt32)
    }

    public let capabilities: ArmCapabilities
    /// Written into every frame; other than 1 only where a test plays an arm of another version.
    public let version: UInt8
    /// Seconds of the arm's clock at the last accepted command (or the session's beginning).
    public private(set) var heard = -Double.infinity
    /// The number of the last accepted command.
    public private(set) var acknowledged: UInt32 = 0
    public private(set) var isOpen = false

    private var counts = LinkStatistics()
    private var decoder = FrameDecoder()
    private var tracker = SequenceTracker(after: 0)
    private var session: UInt32
    private var nonce: UInt32 = 0
    private var nextSequence: UInt32 = 0
    private var answer: Answer?
    private var refused = -Double.infinity

    /// `firstSession` should differ from run to run, so that commands meant for a run before are not obeyed.
    public init(capabilities: ArmCapabilities, firstSession: UInt32 = 1, version: UInt8 = WireUnits.version) {
        self.capabilities = capabilities
        self.version = version
        session = firstSession &- 1
        _ = Checksum.table[0]
    }

    public var statistics: LinkStatistics { counts.with(tracker, decoder) }

    /// Whether no command was accepted for longer than the watchdog's time.
    public func watchdogHasRunOut(now: Double) -> Bool { now - heard > capabilities.watchdog }

    /// Lets time that the arm's own computer lost (a stalled simulator) not count against the host.
    public mutating func forgive(seconds: Double) { heard += seconds }

    /// Ends the session from this side.
    public mutating func close() { isOpen = false }

    /// Takes bytes that came at `now` and calls `body` for each event, in order.
    public mutating func receive(_ bytes: UnsafeRawBufferPointer, now: Double, _ body: (Event) -> Void) {
        var decoder = self.decoder
        decoder.receive(bytes) { content in
            if let event = take(content, now: now) { body(event) }
        }
        self.decoder = decoder
    }

    private mutating func take(_ content: UnsafeRawBufferPointer, now: Double) -> Event? {
        var reader = ContentReader(content)
        let header = Header(from: &reader)
        guard let kind = MessageKind(rawValue: header.kind) else {
            counts.malformed += 1
            return nil
        }
        if kind == .hello { return takeHello(&reader, now: now) }
        guard isOpen, header.session == session else {
            refuse(header, now: now)
            return nil
        }
        return takeCommand(kind, header, &reader, now: now)
    }

    private mutating func takeHello(_ reader: inout ContentReader, now: Double) -> Event? {
        guard let hello = Hello(&reader) else {
            counts.malformed += 1
            return nil
        }
        guard (hello.lowestVersion...hello.highestVersion).contains(version) else {
            let refusal = Refusal(
                nonce: hello.nonce, reason: RefusalReason.version.rawValue, lowestVersion: version,
                highestVersion: version)
            answer = .refusal(refusal, session: 0)
            return nil
        }
        guard hello.nonce != nonce || !isOpen else { return repeatWelcome() }
        return open(hello, now: now)
    }

    /// A greeting said twice gets the same answer; one replayed after commands have come gets none.
    private mutating func repeatWelcome() -> Event? {
        if acknowledged == 0 { answer = .welcome(nonce: nonce) } else { counts.stale += 1 }
        return nil
    }

    private mutating func open(_ hello: Hello, now: Double) -> Event {
        counts.lost += tracker.lost
        counts.stale += tracker.stale
        counts.accepted += 1
        session = session == .max ? 1 : session + 1
        nonce = hello.nonce
        tracker = SequenceTracker(after: 0)
        (acknowledged, nextSequence, heard, isOpen) = (0, 0, now, true)
        answer = .welcome(nonce: nonce)
        return .opened
    }

    /// Tells a host of a forgotten session so, but not more often than ten times a second.
    private mutating func refuse(_ header: Header, now: Double) {
        counts.foreign += 1
        guard now - refused >= 0.1 else { return }
        refused = now
        let refusal = Refusal(
            nonce: 0, reason: RefusalReason.unknownSession.rawValue, lowestVersion: version, highestVersion: version)
        answer = .refusal(refusal, session: header.session)
    }

    private mutating func takeCommand(
        _ kind: MessageKind, _ header: Header, _ reader: inout ContentReader, now: Double
    ) -> Event? {
        let command = ArmCommand(kind, &reader, kinds: capabilities.kinds)
        let isGoodbye = kind == .goodbye && reader.isExact
        guard header.version == version, command != nil || isGoodbye else {
            counts.malformed += 1
            return nil
        }
        guard tracker.accept(header.sequence) else { return nil }
        counts.accepted += 1
        acknowledged = header.sequence
        heard = now
        if let command { return .command(command, sequence: header.sequence) }
        isOpen = false
        return .closed
    }

    /// The answer to a greeting, where one is due. Send it before the next report.
    public mutating func reply(into frame: inout FrameBuffer) -> Bool {
        guard let due = answer else { return false }
        answer = nil
        var content = ContentWriter()
        switch due {
        case .welcome(let nonce):
            Header(.welcome, session: session, sequence: nextSequence, version: version).write(to: &content)
            capabilities.writeBody(to: &content, nonce: nonce)
        case .refusal(let refusal, let session):
            Header(.refusal, session: session, sequence: 0, version: version).write(to: &content)
            refusal.write(to: &content)
        }
        counts.sent += 1
        seal(&content, into: &frame)
        return true
    }

    /// A report under the next number, with the acknowledgement filled in; false where no session is open.
    public mutating func encode(_ feedback: ArmFeedback, into frame: inout FrameBuffer) -> Bool {
        guard isOpen else { return false }
        nextSequence &+= 1
        var report = feedback
        report.acknowledged = acknowledged
        var content = ContentWriter()
        Header(.feedback, session: session, sequence: nextSequence, version: version).write(to: &content)
        report.writeBody(to: &content, kinds: capabilities.kinds)
        counts.sent += 1
        seal(&content, into: &frame)
        return true
    }
}
