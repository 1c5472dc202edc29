/// Why the loop stopped the arm. `severity` says whether a person may resume, or must clear a fault and enable anew.
public enum StopReason: UInt8, CaseIterable, Sendable {
    // A person's wish.
    case operatorPause
    case operatorDisable
    case emergencyStop

    // The patient's pose: the arm itself is sound, so motion pauses and may be resumed.
    case trackerMissing
    case trackerStale
    case trackerLost
    case trackerImpossible
    case referenceResidual
    case patientMoved

    // The target: the arm cannot or must not go where it is asked to.
    case unreachable
    case workspace
    case pathDeviation

    // The hand.
    case handStale
    case handImpossible

    // The arm, its link, or time itself: nothing can be trusted until a person has looked.
    case jointsMissing
    case jointsStale
    case jointsImpossible
    case jointLimit
    case notFinite
    case timeWentBackwards
    case loopLate
    case setPointDeviation
    case armFault
    case armWatchdog
    case drivesOff
    case linkLost

    public enum Severity: UInt8, CaseIterable, Sendable {
        /// Stop, stay powered, hold (PAUSED).
        case pause
        /// Stop, then brakes; a person clears and enables (FAULT).
        case fault
    }

    public var severity: Severity {
        switch self {
        case .operatorPause, .operatorDisable, .trackerMissing, .trackerStale, .trackerLost, .trackerImpossible,
            .referenceResidual, .patientMoved, .unreachable, .workspace, .pathDeviation, .handStale, .handImpossible:
            .pause
        case .emergencyStop, .jointsMissing, .jointsStale, .jointsImpossible, .jointLimit, .notFinite,
            .timeWentBackwards, .loopLate, .setPointDeviation, .armFault, .armWatchdog, .drivesOff, .linkLost:
            .fault
        }
    }

    /// How the arm is brought to rest.
    public var stopping: StopCategory {
        switch self {
        case .setPointDeviation, .armFault, .armWatchdog, .drivesOff, .emergencyStop, .jointLimit: .atOnce
        default: .controlled
        }
    }
}

/// How a motion ends, after the stop categories of IEC 60204-1.
public enum StopCategory: UInt8, Sendable {
    /// Set-points run down the jerk-limited stopping profile; a pause then holds (category 2), a fault then brakes (1).
    case controlled
    /// The arm's own controller is told to stop and brake in this very tick: set-points no longer mean anything to it.
    case atOnce
}
