import Frames

/// Two references that are both fixed to the patient, and must therefore lie to one another as they always did.
///
/// A reference that slips takes the registration with it, and nothing else on a screen shows it. The medians of a window,
/// axis by axis, are compared with those of the beginning: single frames with swapped markers weigh nothing in a median, and
/// the patient's own motion moves both. What both do together cannot be found like this.
public struct ReferencePair: Sendable {
    public enum Verdict: Equatable, Sendable {
        /// Too few samples of both in one moment, at the start or after a gap.
        case unknown
        case agree
        /// How far they came apart, mm and rad, as the window's medians have it.
        case apart(distance: Double, angle: Double)
        /// Their noise is so large that the slip which matters cannot be told from it.
        case tooNoisy
    }

    /// A slip of this size, mm, must be found.
    public let slip: Double
    /// Of the window, s: half of the time in which a slip must be found.
    public static let window = 1.0
    /// Samples of both, at least, in a window and for the beginning.
    static let fewest = 20
    /// Beyond so many of its own standard deviations a median is no chance.
    static let certainty = 6.0
    private var baseline: Offset?
    private var samples: [(time: Double, offset: Offset)] = []
    public private(set) var verdict = Verdict.unknown

    /// The second reference in the first, as place and rotation vector: six numbers.
    private struct Offset {
        var place: Vector3
        var turn: Vector3
        var rotation: Rotation<Marker, Marker>
        /// Of the medians, one standard deviation of the noisiest axis, mm.
        var deviation = 0.0
    }

    public init(slip: Double = 1.5) { self.slip = slip }

    /// Takes both references of one moment, s.
    @discardableResult
    public mutating func take(
        _ X_TrackerFirst: Pose<Tracker, Marker>, _ X_TrackerSecond: Pose<Tracker, Marker>, at time: Double
    ) -> Verdict {
        let X = X_TrackerFirst.inverse * X_TrackerSecond
        // small rotations about the beginning's, so that the vectors of one window may be compared number by number
        let rotation = X.rotation
        let from = baseline?.rotation ?? samples.first?.offset.rotation ?? rotation
        let turn = (from.inverse * rotation).rotationVector
        // what was seen before a long gap says nothing of now
        if let last = samples.last?.time, time - last > Self.window { samples = [] }
        samples.append((time, Offset(place: X.translation, turn: turn, rotation: from)))
        let span = baseline == nil ? 2 * Self.window : Self.window
        guard let first = samples.first?.time, time - first >= span else { return verdict }
        judge()
        // windows that overlap by half: a slip fills one wholly within a window and a half
        samples.removeFirst(baseline == nil ? 0 : samples.count / 2)
        return verdict
    }

    private mutating func judge() {
        guard samples.count >= Self.fewest else {
            samples = []
            verdict = .unknown
            return
        }
        let now = median()
        guard let baseline else {
            baseline = now
            samples = []
            verdict = Self.certainty * now.deviation > slip / 2 ? .tooNoisy : .agree
            return
        }
        let distance = length(now.place - baseline.place), angle = length(now.turn - baseline.turn)
        let noise = (now.deviation * now.deviation + baseline.deviation * baseline.deviation).squareRoot()
        if Self.certainty * noise > slip / 2 {
            verdict = .tooNoisy
        } else {
            // an angle weighs as much as the shift that it makes at the distance of the two from one another
            let isApart = distance > slip / 2 || angle * length(baseline.place) > slip / 2
            verdict = isApart ? .apart(distance: distance, angle: angle) : .agree
        }
    }

    /// Of the window, with the deviation that a median has: 1.2533 of a mean's, from the median of the absolute
    /// differences (Rousseeuw and Croux 1993).
    private func median() -> Offset {
        func middle(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
        func median(_ vectors: [Vector3]) -> (Vector3, spread: Double) {
            var (found, spread) = (Vector3.zero, 0.0)
            for axis in 0..<3 {
                let values = vectors.map { $0[axis] }
                found[axis] = middle(values)
                spread = max(spread, 1.4826 * middle(values.map { abs($0 - found[axis]) }))
            }
            return (found, spread)
        }
        let place = median(samples.map(\.offset.place)), turn = median(samples.map(\.offset.turn))
        let share = 1.2533 / Double(samples.count).squareRoot()
        return Offset(
            place: place.0, turn: turn.0, rotation: samples[0].offset.rotation, deviation: share * place.spread)
    }
}

/// A landmark that is touched now and then: whether the tip still finds it where it found it first.
public struct LandmarkCheck: Sendable {
    public enum Verdict: Equatable, Sendable {
        /// The tip is not held still yet, for so long.
        case holding(seconds: Double)
        /// The first touch: later ones are compared with it.
        case learned
        case there(offset: Double)
        /// The tip found it elsewhere, by so many mm: the reference slipped, the tool is bent, or another place was touched.
        case elsewhere(offset: Double)
    }

    /// The tip must be held this still, mm RMS about its mean, for this long, s.
    static let stillness = 0.7
    public static let hold = 1.0
    /// Beyond this, mm, it is elsewhere: two touches of one place by hand lie within 0.3 mm RMS of it each.
    public let limit: Double
    private var first: Vector3?
    private var tips: [(time: Double, place: Vector3)] = []

    public init(limit: Double = 1.0) { self.limit = limit }

    /// Takes the tip in the image's or the reference's coordinates.
    public mutating func take(_ tip: Vector3, at time: Double) -> Verdict {
        tips.append((time, tip))
        tips.removeAll { time - $0.time > Self.hold + 0.05 }
        let span = time - (tips.first?.time ?? time)
        let mean = tips.reduce(Vector3.zero) { $0 + $1.place } / Double(tips.count)
        let squares = tips.reduce(0.0) { $0 + lengthOfSquare($1.place - mean) }
        let isStill = (squares / Double(tips.count)).squareRoot() <= Self.stillness
        if !isStill { tips.removeFirst(tips.count / 2) }
        guard isStill, span >= Self.hold, tips.count >= 10 else { return .holding(seconds: isStill ? span : 0) }
        tips = []
        guard let first else {
            self.first = mean
            return .learned
        }
        let offset = length(mean - first)
        return offset > limit ? .elsewhere(offset: offset) : .there(offset: offset)
    }

    /// Begins another touch.
    public mutating func lift() { tips = [] }

    private func lengthOfSquare(_ v: Vector3) -> Double { dot(v, v) }
}
