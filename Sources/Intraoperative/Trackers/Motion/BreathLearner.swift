import Frames

/// What the breaths of one place have in common: along which line it moves, where it rests, and how quickly it goes.
struct BreathLearner: Sendable {
    private struct Bin: Sendable {
        let time: Double
        let place: Vector3
    }

    /// Means over a fifteenth of a second: less noise, and no breath needs more.
    private static let binWidth = 1.0 / 15
    private static let memory = 40.0
    private var bins: [Bin] = []
    private var open: (start: Double, sum: Vector3, count: Double)?
    private var axis: (origin: Vector3, direction: Vector3)?
    private var isSettled = false
    private var noise = SampleNoise()
    private var series = BreathSeries()
    private var rests: [Vector3] = []
    private var speeds: [Double] = []
    private var fastestNow = 0.0

    /// Whole breaths since the beginning, or since the last gap.
    var count: Int { series.breaths.count }
    var period: Double? { series.period }
    var lastPeak: Double? { series.lastPeak }
    /// Of the last breaths the quickest, mm/s.
    var fastest: Double { max(speeds.max() ?? 0, fastestNow) }
    /// Where it rested in the last breaths; `nil` before the first.
    var lately: Vector3? { rests.isEmpty ? nil : Self.middle(rests.suffix(3)) }

    mutating func take(_ place: Vector3, at time: Double, speed: Double?, rest: Vector3?) {
        noise.take(place, at: time)
        fastestNow = max(fastestNow, speed ?? 0)
        if let bin = open, time - bin.start >= Self.binWidth {
            close(Bin(time: bin.start + Self.binWidth / 2, place: bin.sum / bin.count), rest)
            open = nil
        }
        let bin = open ?? (time, .zero, 0)
        open = (bin.start, bin.sum + place, bin.count + 1)
    }

    /// The line along which it moves and its speeds stay.
    mutating func forgetBreaths() {
        (bins, open, series, rests) = ([], nil, BreathSeries(), [])
    }

    /// Where so many breaths rested; `nil` before there are, or where they stay at neither end.
    func restOfBreaths(_ needed: Int) -> Vector3? {
        guard count >= needed, rests.count >= needed, let axis else { return nil }
        let (low, high) = shares(axis.direction)
        return low > Self.clear * high ? lately : nil
    }

    /// The end at which it rests has so many times the other's share.
    private static let clear = 1.25

    private mutating func close(_ bin: Bin, _ rest: Vector3?) {
        bins.append(bin)
        if bins[0].time < bin.time - Self.memory { bins.removeFirst() }
        // once more when there are breaths enough to tell at which end it rests
        if axis == nil || !isSettled && count >= BreathingGate.fewest {
            isSettled = axis != nil
            settle(rest)
        }
        take(bin)
    }

    private mutating func take(_ bin: Bin) {
        guard let axis, let noise = noise.rms else { return }
        let before = series.breaths.last
        // a turn is larger than what noise makes of one, and than a third of a breath
        let least = max(3 * noise / 3.0.squareRoot(), 0.3 * (series.amplitude ?? 0), 0.15)
        series.take(dot(bin.place - axis.origin, axis.direction), at: bin.time, least: least)
        guard let last = series.breaths.last, last != before else { return }
        let atEnd = bins.filter { $0.time > last.end - 0.35 && $0.time <= last.end + 0.01 }.map(\.place)
        rests = rests.suffix(5) + [Self.middle(atEnd[...])]
        speeds = speeds.suffix(9) + [fastestNow]
        fastestNow = 0
    }

    /// Finds the line, its low end where it rests, and goes through all that was seen along it.
    private mutating func settle(_ rest: Vector3?) {
        guard let first = bins.first, let last = bins.last, last.time - first.time >= 6,
            let direction = principal(), let noise = noise.rms, spread(direction) > max(2 * noise, 0.3)
        else { return }
        let (low, high) = shares(direction)
        var isDown = high > low
        if let rest {
            let along = bins.map { dot($0.place - rest, direction) }
            isDown = (along.max() ?? 0) + (along.min() ?? 0) < 0
        }
        axis = (first.place, direction * (isDown ? -1 : 1))
        (series, rests, speeds) = (BreathSeries(), [], [])
        let all = bins
        bins = []
        for bin in all.dropLast() {
            bins.append(bin)
            take(bin)
        }
        bins = all
    }

    /// The line along which most motion is: of differences over half a second, which a drift hardly moves; the greatest
    /// eigenvector, by power iteration.
    private func principal() -> Vector3? {
        let step = 8
        guard bins.count > 2 * step else { return nil }
        let moves = zip(bins, bins.dropFirst(step)).map { $1.place - $0.place }
        guard var v = moves.max(by: { dot($0, $0) < dot($1, $1) }) else { return nil }
        for _ in 0..<30 {
            let next = moves.reduce(Vector3.zero) { $0 + $1 * dot($1, v) }
            guard length(next) > 1e-12 else { return nil }
            v = next / length(next)
        }
        return v
    }

    private func spread(_ direction: Vector3) -> Double {
        let along = bins.map { dot($0.place, direction) }.sorted()
        return along[along.count * 95 / 100] - along[along.count / 20]
    }

    /// The shares of time in the lowest and in the highest third, over whole breaths where there are any.
    private func shares(_ direction: Vector3) -> (low: Double, high: Double) {
        let span = (series.breaths.first?.start ?? -.infinity)...(series.breaths.last?.end ?? .infinity)
        let along = bins.filter { span.contains($0.time) }.map { dot($0.place, direction) }.sorted()
        guard let least = along.first, let most = along.last else { return (0, 0) }
        let third = (most - least) / 3
        let low = along.count { $0 < least + third }, high = along.count { $0 > most - third }
        return (Double(low) / Double(along.count), Double(high) / Double(along.count))
    }

    /// Axis by axis the middle one.
    private static func middle(_ places: ArraySlice<Vector3>) -> Vector3 {
        guard !places.isEmpty else { return .zero }
        func middle(_ axis: Int) -> Double { places.map { $0[axis] }.sorted()[places.count / 2] }
        return Vector3(middle(0), middle(1), middle(2))
    }
}
