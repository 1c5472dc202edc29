import ControlCore
import ControlRuntime

/// One acceptance check of a scene; its name carries the unit of value and limit.
public struct SceneCheck: Equatable, Sendable {
    public let name: String
    public let value: Double
    public let limit: Double
    public let passed: Bool

    /// Holds where `value` is at most `limit`; a value that is not a number fails.
    public static func atMost(_ name: String, _ value: Double, _ limit: Double) -> SceneCheck {
        SceneCheck(name: name, value: value, limit: limit, passed: value <= limit)
    }

    /// Holds where `value` is at least `limit`.
    public static func atLeast(_ name: String, _ value: Double, _ limit: Double) -> SceneCheck {
        SceneCheck(name: name, value: value, limit: limit, passed: value >= limit)
    }
}

/// A fault that a scene put in, and what came of it.
public struct SceneFault: Equatable, Sendable {
    public let kind: String
    public let injectedAt: Double
    /// Why the loop stopped the arm.
    public let reason: StopReason?
    public let detectedAt: Double?
    public let stoppedAt: Double?
    /// The tip's travel from detection to standstill, mm.
    public let overshoot: Double?
    /// The tip's largest way from there until a person enabled the arm anew, mm.
    public let drift: Double
    /// For a fault that does no harm: the bound on what it can do.
    public let bounded: String?
}

/// How one screw's guide was held, against the truth of the phantom.
public struct ScrewOutcome: Equatable, Sendable {
    public let id: String
    /// Largest distance during the hold between where the guide's true axis puts the screw's tip and where it was planned, mm.
    public let tipError: Double
    /// Largest angle during the hold between the guide's true axis and the planned one, rad.
    public let angleError: Double
    /// The same at the entry point, mm.
    public let entryError: Double
    /// Gertzbein–Robbins grade by the phantom's own solids of a screw along the guide's true axis.
    public let gradeByTruth: String
    /// From the start of this screw's approach until the guide was held on its axis, s.
    public let alignedAfter: Double
    public let held: Bool
    /// RMS over the hold of where the tip's error comes from.
    public let parts: ErrorParts
    /// The stage in which the screw was given up; `nil` where it was not.
    public let abandonedIn: GuideProcedure.Stage?
}

/// One row of the errors over time, for plots; every `SceneTrace.interval` seconds.
public struct SceneTraceRow: Equatable, Sendable {
    /// Time since the loop began, s.
    public let time: Double
    /// Index of the screw in work.
    public let screw: Int
    /// Where the screw's tip would come to lie, against the plan in the true anatomy, mm.
    public let tipError: Double
    /// rad.
    public let angleError: Double
    /// How far breathing has carried the screw's target from rest, mm.
    public let anatomyShift: Double
    /// What the loop believes its distance to the target pose is, mm.
    public let believedError: Double
    /// The tip's speed, mm/s.
    public let tipSpeed: Double
    public let state: String
}

/// What a scene found. The same seed gives the same values, but for the wall-clock times of the stages.
public struct SceneResult: Sendable {
    public let name: String
    public let seed: UInt64
    public var checks: [SceneCheck]
    public var screws: [ScrewOutcome]
    public var faults: [SceneFault]
    public var trace: [SceneTraceRow]
    public var ticks: Int
    public var overruns: Int
    public var lateWakeups: Int
    public var allocationsInLoop: Int
    /// Registration: RMS residual and the largest predicted error at a planned tip, mm.
    public var fre: Double
    public var worstPredictedTRE: Double

    public var passed: Bool { !checks.isEmpty && checks.allSatisfy(\.passed) }
}
