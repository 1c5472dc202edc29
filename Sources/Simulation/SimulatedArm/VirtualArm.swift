import ArmProtocol

/// A simulated arm and a port to it in virtual time, for one thread.
///
/// ```swift
/// let virtual = VirtualArm(arm)
/// var channel = HostChannel(transport: virtual.port)
/// virtual.advance(to: 0.001)            // the world's clock says so
/// let report = channel.receive(now: 0.001)
/// ```
public final class VirtualArm: @unchecked Sendable {
    // Unchecked: the arm, its port and the loop on it all live on the one thread that lets virtual time pass.
    public private(set) var arm: SimulatedArm

    public init(_ arm: SimulatedArm) { self.arm = arm }

    /// The host's end of the line; reading and writing do not allocate.
    public var port: VirtualPort { VirtualPort(virtual: self) }

    /// Steps the arm, cycle by cycle, until its clock shows `time` s.
    public func advance(to time: Double) {
        // Half a cycle of grace, so that rounding never leaves a step out or puts one in.
        while arm.time + arm.settings.cycle / 2 < time { arm.step() }
    }

    fileprivate func read(into buffer: UnsafeMutableRawBufferPointer) -> Int { arm.transmit(into: buffer) }
    fileprivate func write(_ bytes: UnsafeRawBufferPointer) { arm.receive(bytes) }
}

/// A port that leads to a simulated arm in the same thread.
public struct VirtualPort: ByteTransport, Sendable {
    fileprivate let virtual: VirtualArm

    public var isLost: Bool { false }
    public func read(into buffer: UnsafeMutableRawBufferPointer) -> Int { virtual.read(into: buffer) }

    public func write(_ bytes: UnsafeRawBufferPointer) -> Int {
        virtual.write(bytes)
        return bytes.count
    }
}
