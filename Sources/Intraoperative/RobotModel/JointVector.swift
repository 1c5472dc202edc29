/// One number for each joint of an arm of at most eight joints, on the stack: rad or mm, or their rates, as its name says.
@frozen public struct JointVector: Equatable, Sendable {
    public static let capacity = 8

    /// Unused places hold 0.
    public var values: SIMD8<Double>
    public let count: Int

    @inlinable public init(count: Int) {
        precondition(count >= 0 && count <= Self.capacity, "an arm has at most eight joints")
        values = .zero
        self.count = count
    }

    @inlinable public init(_ values: SIMD8<Double>, count: Int) {
        self.init(count: count)
        for i in 0..<count { self.values[i] = values[i] }
    }

    /// `nil` where there are more than eight numbers.
    public init?(_ numbers: [Double]) {
        guard numbers.count <= Self.capacity else { return nil }
        self.init(count: numbers.count)
        for (i, number) in numbers.enumerated() { values[i] = number }
    }

    @inlinable public subscript(i: Int) -> Double {
        get { values[i] }
        set { values[i] = newValue }
    }

    @inlinable public var isFinite: Bool {
        for i in 0..<count where !values[i].isFinite { return false }
        return true
    }

    @inlinable public var largestMagnitude: Double {
        var most = 0.0
        for i in 0..<count { most = max(most, abs(values[i])) }
        return most
    }

    @inlinable public static func + (a: JointVector, b: JointVector) -> JointVector {
        JointVector(a.values + b.values, count: a.count)
    }

    @inlinable public static func - (a: JointVector, b: JointVector) -> JointVector {
        JointVector(a.values - b.values, count: a.count)
    }

    @inlinable public static func * (a: JointVector, s: Double) -> JointVector {
        JointVector(a.values * s, count: a.count)
    }

    /// For files and screens; not for the loop, since it allocates.
    public var array: [Double] { (0..<count).map { values[$0] } }
}
