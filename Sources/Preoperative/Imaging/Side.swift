/// The patient's own left or right.
public enum Side: String, CaseIterable, Sendable {
    case left, right

    /// +1 on the left, where the CT's X axis points; −1 on the right.
    public var sign: Double { self == .left ? 1 : -1 }
}
