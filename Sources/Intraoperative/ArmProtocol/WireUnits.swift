import RobotModel

/// Joint values travel as signed 32-bit counts: exact on every machine, and no floating point is needed at the arm.
public enum WireUnits {
    /// The one version of the protocol that this code speaks.
    public static let version: UInt8 = 1
    /// Counts of position a rad (range ±21.47 rad) or a mm (±2147 mm).
    public static func positionCounts(_ kind: JointKind) -> Double { kind == .prismatic ? 1e6 : 1e8 }
    /// Counts of speed a rad/s (±214.7) or a mm/s (±21474), and of acceleration a rad/s² or a mm/s².
    public static func rateCounts(_ kind: JointKind) -> Double { kind == .prismatic ? 1e5 : 1e7 }
    /// Largest error of a position that has gone over the wire, rad or mm.
    public static func rounding(_ kind: JointKind) -> Double { 0.5 / positionCounts(kind) }

    /// The nearest count; `nil` where the value is no number or does not fit.
    @inline(__always) static func count(_ value: Double, perUnit counts: Double) -> Int32? {
        // The two outermost counts stand for "does not fit" and "without end".
        Int32(exactly: (value * counts).rounded()).flatMap { $0 == .max || $0 == .min ? nil : $0 }
    }
}

/// The kinds of an arm's joints in order from the base, which say the units of its numbers on the wire.
public struct JointKinds: Equatable, Sendable {
    public let count: Int
    private let packed: SIMD8<UInt8>

    /// `nil` unless there are 1 to 8 joints.
    public init?(_ kinds: [JointKind]) {
        guard (1...JointVector.capacity).contains(kinds.count) else { return nil }
        var packed = SIMD8<UInt8>.zero
        for (index, kind) in kinds.enumerated() { packed[index] = kind.rawValue }
        self.count = kinds.count
        self.packed = packed
    }

    init(packed: SIMD8<UInt8>, count: Int) {
        self.packed = packed
        self.count = count
    }

    public subscript(joint: Int) -> JointKind { JointKind(rawValue: packed[joint]) ?? .revolute }
}
