import Frames
import TremorFilter

/// The hand as the loop sees it: tremor removed, with its velocity, and whether it may be trusted now.
struct HandWatch: Sendable {
    let limits: PlausibilityLimits
    let ages: AgeLimits
    private var filter: TremorCanceller
    private var newest: Timed<HandSample>?
    private var isDoubted = false
    /// The hand without its tremor, mm in the base, and its velocity, mm/s.
    private(set) var displacement = Vector3.zero
    private(set) var velocity = Vector3.zero

    init(_ configuration: ControlConfiguration) {
        limits = configuration.plausibility
        ages = configuration.ages
        filter = TremorCanceller(configuration.tremorMethod)
    }

    func age(at now: Double) -> Double { newest?.age(at: now) ?? .infinity }

    /// Takes the newest sample, if it is new; returns what is impossible about it.
    mutating func take(_ sample: Timed<HandSample>?, now: Double) -> StopReason? {
        guard let sample, sample.time != newest?.time else { return nil }
        let raw = sample.value.displacement.vector
        guard sample.time.isFinite, raw.isFinite else { return doubt() }
        guard sample.time <= now + ages.future else { return doubt() }
        if let before = newest, sample.time - before.time <= ages.hand {
            guard sample.time > before.time else { return doubt() }
            if length(raw - before.value.displacement.vector) > limits.handStep { return doubt() }
            let smooth = filter.filter(raw, at: sample.time)
            velocity = (smooth - displacement) / (sample.time - before.time)
            displacement = smooth
        } else {
            filter.reset()
            (displacement, velocity) = (filter.filter(raw, at: sample.time), .zero)
        }
        newest = sample
        isDoubted = false
        return nil
    }

    private mutating func doubt() -> StopReason {
        isDoubted = true
        newest = nil
        return .handImpossible
    }

    /// Why the hand may not guide now; `nil` where it may.
    func problem(at now: Double) -> StopReason? {
        if isDoubted { return .handImpossible }
        return age(at: now) <= ages.hand ? nil : .handStale
    }
}
