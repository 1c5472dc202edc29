import RobotModel

/// A value with the time at which it was true, in seconds of the loop's clock.
@frozen public struct Timed<Value: Sendable>: Sendable {
    public var value: Value
    public var time: Double

    @inlinable public init(_ value: Value, at time: Double) {
        self.value = value
        self.time = time
    }

    /// Seconds since the value was true.
    @inlinable public func age(at now: Double) -> Double { now - time }
}

extension Timed: Equatable where Value: Equatable {}

/// What the arm's own controller says of its drives.
public enum DriveState: UInt8, Sendable {
    /// Brakes on, no power at the drives.
    case disabled = 0
    /// Drives on; the arm follows set-points.
    case enabled = 1
    /// Drives on; the arm's watchdog ran out and it holds itself still until it is enabled anew.
    case watchdogHold = 2
    /// Brakes on after a fault that must be cleared.
    case fault = 3
}

/// Faults that an arm's controller reports; a bit each, the same on the wire.
public struct ArmFaults: OptionSet, Equatable, Sendable {
    public let rawValue: UInt16
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    public static let watchdog = ArmFaults(rawValue: 1 << 0)
    public static let jointLimit = ArmFaults(rawValue: 1 << 1)
    public static let overSpeed = ArmFaults(rawValue: 1 << 2)
    public static let trackingError = ArmFaults(rawValue: 1 << 3)
    public static let encoder = ArmFaults(rawValue: 1 << 4)
    public static let driveOverload = ArmFaults(rawValue: 1 << 5)
    public static let emergencyStop = ArmFaults(rawValue: 1 << 6)
    public static let link = ArmFaults(rawValue: 1 << 7)
    public static let badCommand = ArmFaults(rawValue: 1 << 8)
}

/// One report of the arm: measured joints, and what its controller thinks of them.
public struct ArmFeedback: Equatable, Sendable {
    /// Measured joint positions, rad or mm.
    public var positions: JointVector
    /// Measured joint speeds, rad/s or mm/s.
    public var velocities: JointVector
    public var drive: DriveState
    public var faults: ArmFaults
    /// The arm's own clock, s.
    public var armTime: Double
    /// The sequence number of the last command that the arm accepted, for the round trip.
    public var acknowledged: UInt32

    public init(
        positions: JointVector, velocities: JointVector, drive: DriveState, faults: ArmFaults = [], armTime: Double = 0,
        acknowledged: UInt32 = 0
    ) {
        self.positions = positions
        self.velocities = velocities
        self.drive = drive
        self.faults = faults
        self.armTime = armTime
        self.acknowledged = acknowledged
    }
}

/// What the loop tells the arm in a tick.
public enum ArmCommand: Equatable, Sendable {
    /// Go to these joint positions (rad or mm) with these speeds as feed-forward, within the arm's next cycle.
    case setPoint(positions: JointVector, velocities: JointVector)
    /// Drives on, holding where the arm is.
    case enable
    /// Drives off, brakes on.
    case disable
    /// Stop with power on and hold (IEC 60204-1 category 2).
    case hold
    /// Stop with power on, then brakes (category 1).
    case stop
    /// Forget a fault; the arm stays disabled.
    case clearFault
    /// Nothing but a sign of life.
    case heartbeat
}
