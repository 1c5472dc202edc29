/// Times of another machine's clock in ours, though the two were never set to one another.
///
/// A message takes some time to arrive, never less than none: the least difference between arrival and stamp in the last
/// seconds is the offset of the clocks, as near as it can be known. What came later than that was under way longer.
struct SenderClock: Sendable {
    /// How long a least difference counts, s: clocks drift by less than a tenth of a millisecond in it.
    static let window = 10.0
    private var (current, previous) = (Double.infinity, Double.infinity)
    private var began = -Double.infinity

    /// When a sample was true, in our clock.
    mutating func time(stamp: Double?, arrival: Double) -> Double {
        guard let stamp else { return arrival }
        let difference = arrival - stamp
        // a clock that was set anew begins anew
        if abs(difference - min(current, previous)) > 2 { (current, previous, began) = (.infinity, .infinity, arrival) }
        if arrival - began > Self.window { (previous, current, began) = (current, .infinity, arrival) }
        current = min(current, difference)
        return stamp + min(current, previous)
    }
}
