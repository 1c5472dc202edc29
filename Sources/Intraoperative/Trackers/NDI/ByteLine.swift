import SerialPorts

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
    /// Holds the line low, which resets a tracker; whether this line can do that.
    ///
    /// - Throws: `NDIError.port`.
    mutating func sendBreak() throws(NDIError) -> Bool
    /// Changes the speed of this end once everything has left; whether this end knows that speed.
    mutating func setBaud(_ baud: Int) -> Bool
    /// How long so many bytes are under way at a speed.
    func seconds(for bytes: Int, at baud: Int) -> Double
    /// Lets time pass.
    mutating func pause(_ seconds: Double)
    /// Seconds of the clock whose times the samples carry.
    var now: Double { get }
}

/// A serial port or a pseudo-terminal as a line; its clock is CLOCK_MONOTONIC.
public struct SerialByteLine: ByteLine, Sendable {
    private let port: SerialPort
    private var buffer = [UInt8](repeating: 0, count: 4096)

    /// Opens the port at the 9,600 baud with which every tracker starts.
    ///
    /// - Throws: `NDIError.port`.
    public init(_ path: String) throws(NDIError) {
        do throws(SerialPortError) { port = try SerialPort.open(path, baud: 9600) } catch { throw .port(error) }
    }

    public mutating func send(_ bytes: [UInt8]) throws(NDIError) {
        var rest = bytes[...]
        let deadline = now + 2
        while !rest.isEmpty {
            rest = rest.dropFirst(rest.withUnsafeBytes { port.write($0) })
            guard !port.isLost, now < deadline else { throw .lost }
            if !rest.isEmpty { _ = port.waitForOutput(seconds: 0.1) }
        }
    }

    public mutating func receive(within seconds: Double) throws(NDIError) -> [UInt8] {
        let came = port.waitForInput(seconds: seconds)
        let count = buffer.withUnsafeMutableBytes { port.read(into: $0) }
        guard !port.isLost else { throw .lost }
        // a port that says that bytes are there and has none would be asked without end
        if came, count == 0 { pause(0.001) }
        return Array(buffer[..<count])
    }

    public mutating func discardInput() { port.discardInput() }

    public mutating func sendBreak() throws(NDIError) -> Bool {
        guard !port.isPseudoTerminal else { return false }
        do throws(SerialPortError) { try port.sendBreak() } catch { throw .port(error) }
        return true
    }

    public mutating func setBaud(_ baud: Int) -> Bool { (try? port.setBaud(baud)) != nil }

    /// Ten bits a byte; a pseudo-terminal has no wire.
    public func seconds(for bytes: Int, at baud: Int) -> Double {
        port.isPseudoTerminal ? 0 : Double(10 * bytes) / Double(baud)
    }

    public mutating func pause(_ seconds: Double) {
        SystemFeedClock().pause(seconds)
    }

    public var now: Double { MonotonicClock.seconds }
}
