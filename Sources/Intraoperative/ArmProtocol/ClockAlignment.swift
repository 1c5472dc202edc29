/// Places the other side's clock on this side's: the smallest (arrival − sending time) seen is the one least delayed.
///
/// A frame held back on its way then has its age, although it has only just come. The estimate may creep up by
/// `drift`, so that two clocks of slightly different speed do not make all frames look old (Cristian 1989).
struct ClockAlignment: Sendable {
    /// Two quartz clocks of 100 ppm each, in opposite directions.
    static let drift = 200e-6
    private var offset = 0.0
    private var last: (arrival: Double, sent: Double)?

    /// When a frame that the other side sent at `sent` on its clock, and that came at `arrival`, was true on this side's.
    ///
    /// - Returns: `nil` where the other side's clock ran backwards.
    mutating func place(sent: Double, arrival: Double) -> Double? {
        guard let last else {
            offset = arrival - sent
            self.last = (arrival, sent)
            return arrival
        }
        guard sent >= last.sent else { return nil }
        offset = min(offset + max(arrival - last.arrival, 0) * Self.drift, arrival - sent)
        self.last = (arrival, sent)
        return sent + offset
    }
}
