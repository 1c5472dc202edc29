import Frames

/// What a tracker said of one tool in one frame.
public struct NDIReading: Equatable, Sendable {
    public enum Sight: Equatable, Sendable {
        case seen(Pose<Tracker, Marker>)
        /// Too few markers in view.
        case missing
        case disabled
    }
    public let handle: UInt8
    public let sight: Sight
    /// The tracker's RMS residual of the markers, mm.
    public let error: Double
    public let status: PortStatus
    /// The camera's frame, 60 a second and more.
    public let frame: UInt32
    /// What became of each marker, the first at the tool's marker A; empty where the tracker was not asked or does not tell.
    public var markers: [MarkerState] = []
}

/// What a tracker did with one marker of a tool (API guide, BX, reply option 0002).
public enum MarkerState: UInt8, Sendable {
    case missing = 0
    /// Turned away too far.
    case tooOblique = 1
    /// Not where the tool's definition has it.
    case misplaced = 2
    case used = 3
    case usedOutOfVolume = 4
    case outOfVolume = 5
}

/// The state of a tool's port.
public struct PortStatus: OptionSet, Sendable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    public static let occupied = PortStatus(rawValue: 1)
    public static let switchOne = PortStatus(rawValue: 1 << 1)
    public static let switchTwo = PortStatus(rawValue: 1 << 2)
    public static let switchThree = PortStatus(rawValue: 1 << 3)
    public static let initialised = PortStatus(rawValue: 1 << 4)
    public static let enabled = PortStatus(rawValue: 1 << 5)
    public static let outOfVolume = PortStatus(rawValue: 1 << 6)
    public static let partlyOutOfVolume = PortStatus(rawValue: 1 << 7)
}
