/// Why there is no session with an arm, or no longer.
public enum ArmProtocolError: Error, Equatable, Sendable {
    /// Nothing answered a greeting. With `bytesSeen` above 0 something talks there, but not this protocol or speed.
    case noAnswer(seconds: Double, bytesSeen: UInt64)
    /// The arm speaks other versions.
    case version(ours: UInt8, theirs: ClosedRange<UInt8>)
    /// The arm's greeting held numbers that cannot be.
    case malformedWelcome
    /// The arm is not the one that was expected; both identities.
    case otherArm(expected: UInt64, found: UInt64)
    /// Every sign of life stopped for this long.
    case silent(seconds: Double)
    /// The arm does not know the session any more: it has restarted, or another program has greeted it.
    case sessionEnded
    /// The arm refused for a reason that this version does not know.
    case refused(reason: UInt8)
}
