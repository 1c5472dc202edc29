import Foundation

/// What came of damaging a file many times.
public struct FuzzOutcome {
    public var tried = 0
    /// How often the reader took the damaged file.
    public var accepted = 0
    /// The longest time that one damaged file took, s, and its seed.
    public var slowest = 0.0
    public var slowestSeed: UInt64 = 0

    /// Damage that is always, or never, refused tests little.
    public var isTelling: Bool { accepted > 0 && accepted < tried }
}

/// Hurts `whole` with the seeds 0, 1, … for about half a second, or for `STYLET_FUZZ_SECONDS`, and hands each result to
/// `accepts`, which says whether the reader took it. A crash is the failure that this looks for.
public func fuzz(_ whole: [UInt8], least: Int = 60, accepts: ([UInt8]) throws -> Bool) rethrows -> FuzzOutcome {
    let wanted = ProcessInfo.processInfo.environment["STYLET_FUZZ_SECONDS"].flatMap(Double.init) ?? 0.5
    let deadline = ContinuousClock.now + .seconds(wanted)
    var outcome = FuzzOutcome()
    while outcome.tried < least || ContinuousClock.now < deadline {
        let seed = UInt64(outcome.tried)
        var mutation = FileMutation(seed: seed)
        let hurt = mutation.hurt(whole)
        let start = ContinuousClock.now
        if try accepts(hurt) { outcome.accepted += 1 }
        let took = start.duration(to: .now).components
        let seconds = Double(took.seconds) + Double(took.attoseconds) * 1e-18
        if seconds > outcome.slowest { (outcome.slowest, outcome.slowestSeed) = (seconds, seed) }
        outcome.tried += 1
    }
    return outcome
}
