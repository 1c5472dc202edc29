import Frames

/// Breaths, found in one number that rises and falls with them: turning points that lie further apart than chance.
struct BreathSeries: Sendable {
    /// From one trough over a peak to the next trough.
    struct Breath: Equatable, Sendable {
        let (start, peak, end): (Double, Double, Double)
        /// The lowest and the highest of it.
        let (low, high): (Double, Double)
    }

    private struct Turn: Sendable {
        var (time, value): (Double, Double)
    }

    private(set) var breaths: [Breath] = []
    /// When the last peak was, whether or not the breath is over.
    private(set) var lastPeak: Double?
    private var isRising: Bool?
    private var high: Turn?
    private var low: Turn?
    private var trough: Turn?
    private var peak: Turn?

    /// Nobody breathes faster or slower than this, s.
    static let periods = 1.2...15.0
    private static let most = 12

    /// - Parameter least: what is less is no turn, mm.
    mutating func take(_ value: Double, at time: Double, least: Double) {
        let now = Turn(time: time, value: value)
        if high.map({ value > $0.value }) ?? true { high = now }
        // of a flat trough the end: there the next breath begins
        if low.map({ value <= $0.value + least / 4 }) ?? true {
            low = Turn(time: time, value: min(value, low?.value ?? value))
        }
        guard let high, let low else { return }
        if isRising != false, high.value - value > least {
            (peak, lastPeak, isRising, self.low) = (high, high.time, false, now)
        } else if isRising != true, value - low.value > least {
            close(at: low)
            (isRising, self.high) = (true, now)
        }
    }

    private mutating func close(at end: Turn) {
        defer { (trough, peak) = (end, nil) }
        guard let trough, let peak else { return }
        let breath = Breath(
            start: trough.time, peak: peak.time, end: end.time, low: min(trough.value, end.value), high: peak.value)
        breaths.append(breath)
        if breaths.count > Self.most { breaths.removeFirst() }
    }

    /// From peak to peak, the middle one of the last; pauses are among them and do not shift it. `nil` before three peaks.
    var period: Double? {
        let spans = zip(breaths, breaths.dropFirst()).map { $1.peak - $0.peak }.filter(Self.periods.contains)
        return spans.count >= 2 ? spans.sorted()[spans.count / 2] : nil
    }

    /// The middle one of the last breaths' heights.
    var amplitude: Double? {
        let heights = breaths.suffix(6).map { $0.high - $0.low }.sorted()
        return heights.isEmpty ? nil : heights[heights.count / 2]
    }
}
