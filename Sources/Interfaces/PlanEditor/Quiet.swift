/// Says when a person has paused: heavy work on what they change begins then, and not between two strokes.
struct Quiet {
    /// s.
    static let pause = 0.25

    private var isDisturbed = false
    private var since = -Double.infinity

    mutating func disturb() { isDisturbed = true }

    /// - Parameter time: s, by a clock that never goes back.
    mutating func lasts(at time: Double) -> Bool {
        if isDisturbed { (isDisturbed, since) = (false, time) }
        return time - since >= Self.pause
    }
}
