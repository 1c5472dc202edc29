/// The seam between the loop and whatever moves the arm: a serial link, a simulator, a record.
///
/// A channel neither waits nor allocates in these calls; `now` is the time of the loop's clock in seconds.
public protocol ArmChannel {
    /// Takes what has come since the last call. The newest report with the time at which it was true; `nil` before the
    /// first. An old report stays the newest until another comes: judge it by its age.
    mutating func receive(now: Double) -> Timed<ArmFeedback>?

    /// Sends one command; false where it could not go out whole (no session, a full line, a number that does not fit).
    mutating func send(_ command: ArmCommand, now: Double) -> Bool

    /// Whether a session with the arm is open.
    var isUp: Bool { get }
}
