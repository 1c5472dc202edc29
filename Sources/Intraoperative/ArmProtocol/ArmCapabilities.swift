import ControlCore
import RobotModel

/// What an arm says of itself when a session opens.
public struct ArmCapabilities: Equatable, Sendable {
    /// A number that names the arm's kinematics; a host that expects another arm refuses this one.
    public var identity: UInt64
    /// Up to 16 bytes of UTF-8, for people.
    public var name: ArmName
    public var kinds: JointKinds
    /// Position limits, rad or mm; infinite where a joint turns without end.
    public var lower: JointVector
    public var upper: JointVector
    /// rad/s or mm/s.
    public var speed: JointVector
    /// rad/s² or mm/s².
    public var acceleration: JointVector
    /// Seconds between two reports of the arm.
    public var cycle: Double
    /// Seconds without an accepted command after which the arm stops and holds.
    public var watchdog: Double

    public var jointCount: Int { kinds.count }

    /// The capabilities of `arm`; cycle and watchdog in seconds.
    public init(of arm: SerialArm, name: String, cycle: Double, watchdog: Double) {
        let count = arm.jointCount
        (lower, upper) = (JointVector(count: count), JointVector(count: count))
        (speed, acceleration) = (JointVector(count: count), JointVector(count: count))
        var packed = SIMD8<UInt8>.zero
        for joint in 0..<count {
            let limits = arm.limits(joint)
            packed[joint] = arm.joint(joint).kind.rawValue
            (lower[joint], upper[joint]) = (limits.lower, limits.upper)
            (speed[joint], acceleration[joint]) = (limits.speed, limits.acceleration)
        }
        kinds = JointKinds(packed: packed, count: count)
        identity = Self.identity(of: arm)
        self.name = ArmName(name)
        self.cycle = cycle
        self.watchdog = watchdog
    }

    init(identity: UInt64, name: ArmName, kinds: JointKinds, cycle: Double, watchdog: Double) {
        self.identity = identity
        self.name = name
        self.kinds = kinds
        self.cycle = cycle
        self.watchdog = watchdog
        (lower, upper) = (JointVector(count: kinds.count), JointVector(count: kinds.count))
        (speed, acceleration) = (JointVector(count: kinds.count), JointVector(count: kinds.count))
    }

    /// FNV-1a (64 bit) over each joint's kind, place and axis, in steps of 1 µm and 1e-9, little endian.
    ///
    /// Limits are left out: they may be narrowed without it being another arm.
    public static func identity(of arm: SerialArm) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        func add(_ number: Double, step: Double) {
            var rest = Int64(exactly: (number / step).rounded()) ?? .min
            for _ in 0..<8 {
                hash = (hash ^ UInt64(UInt8(truncatingIfNeeded: rest))) &* 0x0000_0100_0000_01B3
                rest >>= 8
            }
        }
        for index in 0..<arm.jointCount {
            let joint = arm.joint(index)
            add(Double(joint.kind.rawValue), step: 1)
            for axis in 0..<3 {
                add(joint.X_ParentJoint.translation[axis], step: 1e-3)
                add(joint.axis.vector[axis], step: 1e-9)
                for row in 0..<3 { add(joint.X_ParentJoint.rotation.matrix[row, axis], step: 1e-9) }
            }
        }
        return hash
    }
}

/// Sixteen bytes of a name on the stack.
public struct ArmName: Equatable, Sendable {
    var bytes: SIMD16<UInt8> = .zero

    init() {}

    /// Takes as many whole characters as fit.
    public init(_ text: String) {
        var index = 0
        for character in text {
            let encoded = Array(String(character).utf8)
            guard index + encoded.count <= 16 else { break }
            for byte in encoded {
                bytes[index] = byte
                index += 1
            }
        }
    }

    public var text: String {
        let used = (0..<16).map { bytes[$0] }.prefix { $0 != 0 }
        return String(decoding: used, as: UTF8.self)
    }
}
