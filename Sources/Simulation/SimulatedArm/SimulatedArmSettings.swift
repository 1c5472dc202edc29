import ArmProtocol

/// How a simulated arm controller is set up.
public struct SimulatedArmSettings: Equatable, Sendable {
    /// Seconds between two reports, and between two looks at the line.
    public var cycle = 0.001
    /// Seconds without an accepted command after which the arm stops and holds.
    public var watchdog = 0.02
    /// Servo periods a cycle.
    public var servoPeriods = 8
    /// Bits a second of the line, ten a byte; 0 is a line without delay.
    public var baud = 0.0
    /// Seconds from the command until the brakes are off.
    public var enableTime = 0.05
    /// Cycles for which a joint goes on by its last set-point's speed when the next one is missing.
    public var extrapolatedCycles = 2.0
    /// rad or mm between the two encoders of a joint at which the arm gives the fault `encoder`.
    public var encoderTolerance = 0.005
    /// rad or mm between reference and motor encoder at which the arm gives the fault `trackingError`.
    public var trackingTolerance = 0.02
    /// Seconds of a drive at its end after which the arm gives the fault `driveOverload`.
    public var overloadTime = 0.05
    /// Seconds without a command after which the session ends.
    public var sessionTime = 1.0
    /// The version of the protocol that the arm speaks.
    public var version = WireUnits.version
    public var seed: UInt64 = 1
    /// Written into the session's number; different for each start of a program that survives its clients.
    public var firstSession: UInt32 = 1
    public var faults: [ScheduledFault] = []

    public init() {}
}
