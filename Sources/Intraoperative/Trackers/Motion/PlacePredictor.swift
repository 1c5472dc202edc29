import Frames

/// Where a point of a tracked body is now, from samples that say where it was: prediction over the tracker's delay.
///
/// Several filters, from one for a patient who breathes to one for a hand that is quick, each predict; each prediction is
/// compared with the sample that then comes, and the filter that was best of late speaks. So the error that is stated is
/// one that was measured over the same delay. Single frames far from everything, as of swapped markers, are left out.
public struct PlacePredictor: Sendable {
    public struct Prediction: Equatable, Sendable {
        public let place: Vector3
        /// RMS in three dimensions, mm, without what the tracker gets wrong all the time.
        public let error: Double
        /// mm/s.
        public let velocity: Vector3
    }

    /// The delay for which errors are measured, s.
    public let delay: Double
    /// After a longer time without a sample nothing is predicted, and what was learned is forgotten, s.
    public static let longestGap = 0.25
    /// Frames that were left out because they lay far from everything.
    public private(set) var outliers = 0
    private var branches: [Branch] = Branch.all
    private var noise = SampleNoise()
    private var firstTime: Double?
    private var lastTime: Double?
    private var interval = 1.0 / 60
    private var rejectedInARow = 0

    /// Samples, and time, after a beginning before anything is said.
    static let fewest = 12
    static let leastTime = 0.2
    /// So many in a row are no outliers: the body was moved.
    static let mostRejected = 3

    /// - Parameter delay: from a sample's time to the moment for which it is shown, s.
    public init(delay: Double = 0.05) { self.delay = min(max(delay, 0.001), Self.longestGap) }

    /// Takes a sample, s of any clock that does not go back; whether it was believed.
    @discardableResult
    public mutating func take(_ place: Vector3, at time: Double) -> Bool {
        if let lastTime {
            guard time > lastTime else { return false }
            if time - lastTime > Self.longestGap { forget() }
        }
        if isOutlier(place, at: time) {
            (outliers, rejectedInARow) = (outliers + 1, rejectedInARow + 1)
            guard rejectedInARow >= Self.mostRejected else { return false }
            forget()
        }
        if let lastTime { interval += (min(time - lastTime, 0.1) - interval) / 30 }
        rejectedInARow = 0
        noise.take(place, at: time)
        for index in branches.indices { branches[index].take(place, at: time, delay: delay) }
        firstTime = firstTime ?? time
        lastTime = time
        return true
    }

    /// Forgets everything, as after a gap.
    public mutating func forget() { self = PlacePredictor(delay: delay, outliers: outliers) }

    private init(delay: Double, outliers: Int) { (self.delay, self.outliers) = (delay, outliers) }

    /// The place at a time after the last sample; `nil` while too little is known, or too long after it.
    public func prediction(at time: Double) -> Prediction? {
        guard let lastTime, let firstTime, lastTime - firstTime >= Self.leastTime, let noise = noise.rms,
            time >= lastTime, time - lastTime <= Self.longestGap,
            let best
        else { return nil }
        let ahead = time - lastTime
        let expected = noise * noise * best.filter.variance(ahead: ahead, interval: interval)
        // what was measured contains the noise of the sample with which it was compared
        let measured = max(best.meanSquare - noise * noise, 0)
        // an acceleration that the filter does not know shifts by half of it times the square of the time
        let stretch = max(ahead / delay, 1)
        let square = max(expected, measured * stretch * stretch * stretch * stretch)
        return Prediction(
            place: best.filter.place(at: time), error: square.squareRoot(), velocity: best.filter.rate)
    }

    private var best: Branch? {
        branches.filter { $0.scored >= Self.fewest }.min { $0.meanSquare < $1.meanSquare }
    }

    /// From what was predicted for the last sample's time, a delay before it, to that sample, mm; the sample's noise is in it.
    var lastMiss: Vector3? { best?.missed }

    /// Far from what every filter expects, by what each got wrong until now.
    private func isOutlier(_ place: Vector3, at time: Double) -> Bool {
        guard let noise = noise.rms, branches.allSatisfy({ $0.scored >= Self.fewest }) else { return false }
        return branches.allSatisfy { branch in
            let missed = place - branch.filter.place(at: time)
            let usual = max(branch.meanSquare, noise * noise)
            return dot(missed, missed) > 64 * usual
        }
    }

    /// A filter with what its predictions came to.
    private struct Branch: Sendable {
        var filter: RateFilter
        /// Of predictions over the delay against the samples that came, mm².
        var meanSquare = 0.0
        var scored = 0
        /// The last of them, from the prediction to the sample, mm.
        var missed = Vector3.zero
        private var past: [RateFilter] = []

        /// Tracking indices at 60 samples a second: from a patient who breathes to a hand.
        static let all = [0.0005, 0.004, 0.03, 0.2, 1].map { Branch(filter: RateFilter(index: $0)) }
        /// Predictions over which is averaged: two seconds.
        static let memory = 120.0

        init(filter: RateFilter) { self.filter = filter }

        mutating func take(_ place: Vector3, at time: Double, delay: Double) {
            // the newest state that is older than the delay
            while past.count > 1, past[1].time <= time - delay + 1e-6 { past.removeFirst() }
            if let old = past.first, old.time <= time - delay + 1e-6, old.count >= 3 {
                missed = place - old.place(at: time)
                scored += 1
                meanSquare += (dot(missed, missed) - meanSquare) / min(Double(scored), Self.memory)
            }
            filter.take(place, at: time)
            past.append(filter)
        }
    }
}
