import SerialPorts

/// Which way a frame goes.
public enum LineDirection: String, Equatable, Sendable, CaseIterable {
    case toArm = "to-arm"
    case toHost = "to-host"
}

/// What can go wrong on purpose.
public enum SimulatedFault: Equatable, Sendable {
    /// Frames vanish with this probability; 1 is a pulled cable.
    case drop(LineDirection, probability: Double)
    /// One bit of a frame turns over with this probability.
    case damage(LineDirection, probability: Double)
    /// A frame arrives twice with this probability.
    case duplicate(LineDirection, probability: Double)
    /// Frames are held back for so many seconds, in order.
    case delay(LineDirection, seconds: Double)
    /// The joint's encoder shows what it showed when the fault began.
    case freezeEncoder(joint: Int)
    /// The joint's encoder shows so much more (rad or mm).
    case shiftEncoder(joint: Int, by: Double)
    /// The joint's drive gives only this part of its torque.
    case weakenDrive(joint: Int, to: Double)
    /// Somebody presses the emergency stop, and releases it at the end.
    case emergencyStop
    /// The controller restarts when the fault begins: brakes on, the session forgotten, dead until the end.
    case restart
}

/// A fault with its time: from `at`, for `duration` seconds of the arm's clock.
public struct ScheduledFault: Equatable, Sendable {
    public var at: Double
    public var duration: Double
    public var fault: SimulatedFault

    public init(_ fault: SimulatedFault, at: Double, duration: Double = .infinity) {
        self.at = at
        self.duration = duration
        self.fault = fault
    }

    public func isActive(at time: Double) -> Bool { time >= at && time < at + duration }
}

public enum SimulatedArmError: Error, Equatable, Sendable {
    /// A fault names a joint that the arm has not, a probability outside 0…1, or a time that is none.
    case fault(index: Int)
    case drives(expected: Int, found: Int)
    /// Baud, cycle or watchdog is not positive, or the watchdog is shorter than two cycles.
    case settings
    /// The system gave no pseudo-terminal.
    case port(SerialPortError)
}
