import ControlCore

/// Bytes to and from a port that never waits.
public protocol ByteTransport {
    /// Takes at most `buffer.count` bytes that have come; how many, 0 where there are none.
    mutating func read(into buffer: UnsafeMutableRawBufferPointer) -> Int
    /// Gives as many of `bytes` as the port takes now; how many.
    mutating func write(_ bytes: UnsafeRawBufferPointer) -> Int
    /// Whether the port is gone for good.
    var isLost: Bool { get }
}

/// The host's endpoint over a transport: what the loop calls each tick. No allocation, no lock, no waiting.
public struct HostChannel<Transport: ByteTransport>: ArmChannel {
    public var host: HostEndpoint
    public var transport: Transport
    /// Commands not sent because the line was still full of the one before.
    public private(set) var congested: UInt64 = 0
    /// What hindered the last command that could not be put on the wire.
    public private(set) var unsendable: Unsendable?

    private var frame = FrameBuffer()
    private var sent = 0
    private var input = InlineArray<2048, UInt8>(repeating: 0)

    public init(host: HostEndpoint = HostEndpoint(), transport: Transport) {
        self.host = host
        self.transport = transport
    }

    public var isUp: Bool { host.state == .connected && !transport.isLost }

    public mutating func receive(now: Double) -> Timed<ArmFeedback>? {
        // Two full buffers a tick are more than any line brings; the bound keeps a flood from eating the tick.
        if takeInput(now: now) == input.count { _ = takeInput(now: now) }
        flush()
        if frameIsOut, host.poll(now: now, into: &frame) {
            sent = 0
            flush()
        }
        return host.feedback
    }

    public mutating func send(_ command: ArmCommand, now: Double) -> Bool {
        flush()
        guard frameIsOut else {
            congested += 1
            return false
        }
        switch host.encode(command, now: now, into: &frame) {
        case .encoded:
            sent = 0
            flush()
            return true
        case .unsendable(let hindrance):
            unsendable = hindrance
            return false
        case .notConnected: return false
        }
    }

    /// Ends the session in order; the arm stops and sets its brakes.
    public mutating func goodbye(now: Double) -> Bool {
        flush()
        guard frameIsOut, host.goodbye(now: now, into: &frame) == .encoded else { return false }
        sent = 0
        flush()
        return frameIsOut
    }

    private var frameIsOut: Bool { sent >= frame.count }

    /// A line may take a part of a frame; the rest goes first the next time.
    private mutating func flush() {
        guard !frameIsOut else { return }
        let from = sent
        sent += frame.withBytes { transport.write(UnsafeRawBufferPointer(rebasing: $0[from...])) }
    }

    /// Takes one buffer full at most; how many bytes that was.
    private mutating func takeInput(now: Double) -> Int {
        let count = Self.read(from: &transport, into: &input)
        input.span.withUnsafeBytes { host.receive(UnsafeRawBufferPointer(rebasing: $0[0..<count]), now: now) }
        return count
    }

    private static func read(from transport: inout Transport, into input: inout InlineArray<2048, UInt8>) -> Int {
        var span = input.mutableSpan
        return span.withUnsafeMutableBytes { min(max(transport.read(into: $0), 0), $0.count) }
    }
}

extension HostChannel: Sendable where Transport: Sendable {}
