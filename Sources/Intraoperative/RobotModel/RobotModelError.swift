/// Why joints do not make an arm. Joints are counted from 0 at the base.
public enum RobotModelError: Error, Equatable, Sendable {
    /// An arm has 1 to 8 moving joints; this many came.
    case jointCount(Int)
    /// A joint's fixed pose holds a number that is not finite.
    case notFinite(joint: Int)
    /// The lower position limit is above the upper one, or one is not a number.
    case positionLimits(joint: Int, lower: Double, upper: Double)
    /// A speed, acceleration or jerk limit that is negative or not a number.
    case rateLimit(joint: Int, value: Double)
}
