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

/// Hurts `whole` with one seed after another for about half a second, or for `STYLET_FUZZ_SECONDS`, and hands each
/// result to `accepts`, which says whether the reader took it. A crash is the failure that this looks for.
public func fuzz(_ whole: [UInt8], least: Int = 60, accepts: ([UInt8]) throws -> Bool) rethrows -> FuzzOutcome {
    try fuzz(
        least: least,
        damage: { seed in
            var mutation = FileMutation(seed: seed)
            return mutation.hurt(whole)
        }, accepts: accepts)
}

/// The same with damage of the caller's own, made from a seed.
///
/// `STYLET_FUZZ_SEED` is the first seed, so that a long run need not begin with what was tried before.
public func fuzz(
    least: Int, damage: (UInt64) -> [UInt8], accepts: ([UInt8]) throws -> Bool
) rethrows -> FuzzOutcome {
    let environment = ProcessInfo.processInfo.environment
    let wanted = environment["STYLET_FUZZ_SECONDS"].flatMap(Double.init) ?? 0.5
    let first = environment["STYLET_FUZZ_SEED"].flatMap(UInt64.init) ?? 0
    let deadline = ContinuousClock.now + .seconds(wanted)
    var outcome = FuzzOutcome()
    while outcome.tried < least || ContinuousClock.now < deadline {
        let seed = first &+ UInt64(outcome.tried)
        let bytes = damage(seed)
        let start = ContinuousClock.now
        if try accepts(bytes) { outcome.accepted += 1 }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        if seconds > outcome.slowest { (outcome.slowest, outcome.slowestSeed) = (seconds, seed) }
        outcome.tried += 1
    }
    return outcome
}
