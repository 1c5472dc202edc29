/// The states of CRTK (Collaborative Robotics Toolkit, operating state).
public enum SafetyState: UInt8, CaseIterable, Sendable {
    /// Drives off or about to come on; no set-points are sent.
    case disabled
    /// Drives on; the arm follows set-points.
    case enabled
    /// Drives on; set-points run down to rest and hold.
    case paused
    /// Stopped by something that a person must look at; set-points run down, then brakes.
    case fault
}

/// What can happen to the state. Requests come from a person, everything else from the loop's own checks.
public enum SafetyEvent: Equatable, CaseIterable, Sendable {
    case enableRequested
    case drivesCameOn
    case enableTimedOut
    case disableRequested
    case pauseRequested
    case resumeRequested
    case clearRequested
    case stop(StopReason.Severity)

    public static let allCases: [SafetyEvent] = [
        .enableRequested, .drivesCameOn, .enableTimedOut, .disableRequested, .pauseRequested, .resumeRequested,
        .clearRequested, .stop(.pause), .stop(.fault),
    ]

    public var isFromAPerson: Bool {
        switch self {
        case .enableRequested, .disableRequested, .pauseRequested, .resumeRequested, .clearRequested: true
        case .drivesCameOn, .enableTimedOut, .stop: false
        }
    }
}

/// What must hold for a transition; where it does not, the state stays and the request is refused.
public enum SafetyGuard: UInt8, CaseIterable, Sendable {
    case none
    /// Joint reports fresh, finite and inside the limits; the arm reports no fault.
    case armReady
    /// A person asked to enable, and not longer ago than the time that drives may take.
    case enableAsked
    /// As `armReady`; the cause of the pause is gone and the arm stands still.
    case causeGone
    /// The cause of the fault is gone.
    case faultGone
}

/// What the loop does on a transition.
public enum SafetyAction: UInt8, CaseIterable, Sendable {
    case nothing
    /// Tell the arm to switch its drives on, and remember that a person asked.
    case switchDrivesOn
    /// Set-points start from the measured position; the task is `rest`.
    case startFromMeasured
    /// Forget that a person asked to enable; tell the arm to switch off.
    case switchDrivesOff
    /// Set-points run down the stopping profile, then hold.
    case stopAndHold
    /// Set-points run down the stopping profile, then brakes; at once where the reason says so.
    case stopAndBrake
    /// The task goes on from the set-points where the arm rests.
    case goOn
    /// Tell the arm to forget its fault.
    case clearArm
}

/// One line of the table.
public struct SafetyTransition: Equatable, Sendable {
    public let condition: SafetyGuard
    public let next: SafetyState
    public let action: SafetyAction

    init(_ condition: SafetyGuard, _ next: SafetyState, _ action: SafetyAction) {
        self.condition = condition
        self.next = next
        self.action = action
    }
}

/// The one table of states: `Documentation/safety-table.md` is printed from it, and the loop changes state nowhere else.
public enum SafetyTable {
    /// The transition for an event; `nil` where the event does nothing in this state.
    public static func transition(from state: SafetyState, on event: SafetyEvent) -> SafetyTransition? {
        switch (state, event) {
        case (.disabled, .enableRequested): SafetyTransition(.armReady, .disabled, .switchDrivesOn)
        case (.disabled, .drivesCameOn): SafetyTransition(.enableAsked, .enabled, .startFromMeasured)
        case (.disabled, .enableTimedOut): SafetyTransition(.none, .disabled, .switchDrivesOff)
        case (.disabled, .disableRequested): SafetyTransition(.none, .disabled, .switchDrivesOff)
        case (.disabled, .stop(.pause)): nil
        case (.disabled, .stop(.fault)): SafetyTransition(.none, .fault, .stopAndBrake)
        case (.disabled, .pauseRequested), (.disabled, .resumeRequested), (.disabled, .clearRequested): nil

        case (.enabled, .disableRequested): SafetyTransition(.none, .disabled, .switchDrivesOff)
        case (.enabled, .pauseRequested): SafetyTransition(.none, .paused, .stopAndHold)
        case (.enabled, .stop(.pause)): SafetyTransition(.none, .paused, .stopAndHold)
        case (.enabled, .stop(.fault)): SafetyTransition(.none, .fault, .stopAndBrake)
        case (.enabled, .enableRequested), (.enabled, .drivesCameOn), (.enabled, .enableTimedOut): nil
        case (.enabled, .resumeRequested), (.enabled, .clearRequested): nil

        case (.paused, .resumeRequested): SafetyTransition(.causeGone, .enabled, .goOn)
        case (.paused, .disableRequested): SafetyTransition(.none, .disabled, .switchDrivesOff)
        case (.paused, .stop(.fault)): SafetyTransition(.none, .fault, .stopAndBrake)
        case (.paused, .stop(.pause)), (.paused, .pauseRequested): nil
        case (.paused, .enableRequested), (.paused, .drivesCameOn), (.paused, .enableTimedOut): nil
        case (.paused, .clearRequested): nil

        case (.fault, .clearRequested): SafetyTransition(.faultGone, .disabled, .clearArm)
        case (.fault, .stop), (.fault, .enableRequested), (.fault, .drivesCameOn), (.fault, .enableTimedOut): nil
        case (.fault, .disableRequested), (.fault, .pauseRequested), (.fault, .resumeRequested): nil
        }
    }
}
