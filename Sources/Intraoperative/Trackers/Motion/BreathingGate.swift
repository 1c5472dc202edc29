import Frames

/// Whether a place that breathing moves is now within a limit of where it rests, and for how long.
///
/// The measured place decides, predicted over the tracker's delay and with the prediction's error against it; the breaths
/// that were seen tell where it rests, how quickly it leaves and when it comes back. So a breath that comes late, or is deeper
/// than all before, shuts the gate by what it does and not by when it was expected. Until enough was seen, and after a gap,
/// the answer is that it is not known.
public struct BreathingGate: Sendable {
    public enum Doubt: Equatable, Sendable {
        /// Too little was seen, at the beginning or since a gap.
        case tooFewBreaths(seen: Int, needed: Int)
        /// The body is hidden, or no sample comes.
        case notSeen
        /// Breathing that stays at neither end longer than at the other: where it rests must be said.
        case noRest
    }

    public enum State: Equatable, Sendable {
        case unknown(Doubt)
        /// The place where it rests is no longer where it was, by so many mm.
        case restMoved(by: Double)
        /// Within the limit, for at least so many seconds unless a breath is quicker than any that was seen.
        case open(holds: Double)
        /// Out of it; seconds until it opens as it did of late, `nil` where that cannot be told.
        case closed(opensIn: Double?)
    }

    public struct Reading: Equatable, Sendable {
        public let state: State
        /// From where it rests, mm, at the moment that was asked for.
        public var displacement: Double?
        /// Of `displacement`, RMS in three dimensions, mm.
        public var error: Double?
        /// Of the breath, 0 at its peak, below 1; `nil` in a pause.
        public var phase: Double?
        /// From peak to peak, s.
        public var period: Double?

        public init(state: State) { self.state = state }
    }

    /// mm.
    public let limit: Double
    /// Where the place rests; said, or learned from the first breaths.
    public private(set) var rest: Vector3?
    /// Breaths before anything is said.
    public static let fewest = 3
    /// A gap after which a breath must be seen again, s.
    public static let longestGap = 0.5
    /// So many RMS hold 95 of 100 errors in three dimensions (χ² with 3 degrees of freedom, 7.81).
    static let sure = 1.61

    private let isRestGiven: Bool
    private var predictor: PlacePredictor
    private var chest = BreathLearner()
    private var needed = BreathingGate.fewest
    private var lastTime: Double?
    private var lastOpen: Double?
    private var closedFor: [Double] = []
    /// How much further out it was than predicted, whenever it went out, mm.
    private var surprises: [Double] = []

    /// - Parameters:
    ///   - limit: mm, above 0.
    ///   - rest: the place at which it is planned to be, where that is known; else where breathing pauses.
    ///   - delay: from a sample's time to the moment for which it is asked, s.
    public init(limit: Double, rest: Vector3? = nil, delay: Double = 0.05) {
        (self.limit, self.rest, isRestGiven) = (limit, rest, rest != nil)
        predictor = PlacePredictor(delay: delay)
    }

    /// Takes the place at a time, s; `nil` where the tracker did not see it.
    public mutating func take(_ place: Vector3?, at time: Double) {
        guard let place else { return }
        if let lastTime {
            guard time > lastTime else { return }
            if time - lastTime > Self.longestGap { beginAgain() }
        }
        lastTime = time
        guard predictor.take(place, at: time) else { return }
        let speed = predictor.prediction(at: time).map { length($0.velocity) }
        chest.take(place, at: time, speed: speed, rest: rest)
        if rest == nil { rest = chest.restOfBreaths(Self.fewest) }
        noteWindow(place, time)
    }

    /// What was learned of how it breathes stays; where it is now must be seen again.
    private mutating func beginAgain() {
        if rest != nil { needed = 1 }
        chest.forgetBreaths()
        lastOpen = nil
    }

    private mutating func noteWindow(_ place: Vector3, _ time: Double) {
        guard let rest else { return }
        let off = length(place - rest)
        if let here = predictor.prediction(at: time), let miss = predictor.lastMiss, off > limit / 2, off < 2 * limit,
            dot(here.velocity, place - rest) > 0
        {
            surprises = surprises.suffix(59) + [dot(miss, place - rest) / off]
        }
        guard off <= limit else { return }
        if let lastOpen, time - lastOpen > 0.2 { closedFor = closedFor.suffix(7) + [time - lastOpen] }
        lastOpen = time
    }

    public func reading(at now: Double) -> Reading {
        guard let lastTime, now - lastTime <= Self.longestGap, let here = predictor.prediction(at: now) else {
            return Reading(state: .unknown(lastTime == nil || chest.count == 0 ? few : .notSeen))
        }
        guard chest.count >= needed else { return Reading(state: .unknown(few)) }
        guard let rest else { return Reading(state: .unknown(.noRest)) }
        var reading = Reading(state: state(here, rest, now))
        reading.displacement = length(here.place - rest)
        reading.error = here.error
        reading.period = chest.period
        if let peak = chest.lastPeak, let period = chest.period, now - peak < period {
            reading.phase = max(0, (now - peak) / period)
        }
        return reading
    }

    /// A breath begins more abruptly than the mean of all motion tells: what two deviations of the surprises at that time make.
    private var surprise: Double {
        guard surprises.count >= 10 else { return 0 }
        let count = Double(surprises.count), mean = surprises.reduce(0, +) / count
        return mean + 2 * (surprises.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count).squareRoot()
    }

    private var few: Doubt { .tooFewBreaths(seen: min(chest.count, needed), needed: needed) }

    private func state(_ here: PlacePredictor.Prediction, _ rest: Vector3, _ now: Double) -> State {
        if let lately = chest.lately, length(lately - rest) > limit / 2 { return .restMoved(by: length(lately - rest)) }
        let room = limit - length(here.place - rest) - max(Self.sure * here.error, surprise)
        if room > 0 { return .open(holds: room / max(chest.fastest, 0.1)) }
        let usual = closedFor.sorted()
        guard let lastOpen, !usual.isEmpty else { return .closed(opensIn: nil) }
        let left = usual[usual.count / 2] - (now - lastOpen)
        return .closed(opensIn: left > 0 ? left : nil)
    }
}
