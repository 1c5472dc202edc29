import ArmProtocol
import SerialPorts

extension SerialPort: ByteTransport {}

/// The protocol over a port: opens it and the session on it. What comes back is what the loop calls each tick.
///
/// ```swift
/// let channel = try SerialLink.connect("/dev/ttyUSB0", baud: 1_000_000, expecting: ArmCapabilities.identity(of: arm))
/// ```
public enum SerialLink {
    /// CLOCK_MONOTONIC in seconds, the clock of the real-time loop.
    public static func steadySeconds() -> Double { MonotonicClock.seconds }

    /// Opens `path`, greets the arm, and waits for its answer and first report.
    ///
    /// - Parameters:
    ///   - expecting: the identity that the arm must have; `nil` takes any.
    ///   - timeout: seconds that the arm has to answer.
    /// - Throws: `SerialLinkError`.
    public static func connect(
        _ path: String, baud: Int = 1_000_000, expecting identity: UInt64? = nil, timeout: Double = 2,
        now: () -> Double = steadySeconds
    ) throws(SerialLinkError) -> HostChannel<SerialPort> {
        let port: SerialPort
        do throws(SerialPortError) { port = try SerialPort.open(path, baud: baud) } catch { throw .port(error) }
        var settings = HostEndpoint.Settings(expectedIdentity: identity)
        settings.greetingTimeout = timeout
        var channel = HostChannel(host: HostEndpoint(settings: settings), transport: port)
        port.discardInput()
        channel.host.connect(nonce: .random(in: 1...UInt32.max), now: now())
        while channel.receive(now: now()) == nil {
            if case .failed(let error) = channel.host.state { throw .arm(path: path, error) }
            if port.isLost { throw .port(.lost(path: path)) }
            _ = port.waitForInput(seconds: 0.005)
        }
        return channel
    }
}
