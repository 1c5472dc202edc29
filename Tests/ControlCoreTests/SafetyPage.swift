import ControlCore

/// `Documentation/safety-table.md`, printed from the table and the reasons in the code.
enum SafetyPage {
    static var text: String {
        """
        # States of the control loop

        Printed from `SafetyTable` and `StopReason` in `Sources/Intraoperative/ControlCore`; a test compares this page with
        the code (`STYLET_WRITE_TABLE=1` writes it anew). States are those of CRTK, stop categories those of IEC 60204-1.
        What is not in the table does nothing.

        | state | event | only if | next state | action |
        |---|---|---|---|---|
        \(rows.joined(separator: "\n"))

        ## Conditions

        | condition | holds where |
        |---|---|
        \(SafetyGuard.allCases.filter { $0 != .none }.map { "| \($0) | \(meaning($0)) |" }.joined(separator: "\n"))

        ## Actions

        | action | what the loop does |
        |---|---|
        \(SafetyAction.allCases.filter { $0 != .nothing }.map { "| \($0) | \(meaning($0)) |" }.joined(separator: "\n"))

        ## Reasons for a stop

        | reason | leads to | how |
        |---|---|---|
        \(StopReason.allCases.map { "| \($0) | \(state($0)) | \(how($0)) |" }.joined(separator: "\n"))

        """
    }

    private static var rows: [String] {
        SafetyState.allCases.flatMap { state in
            SafetyEvent.allCases.compactMap { event in
                SafetyTable.transition(from: state, on: event).map { row in
                    let only = row.condition == .none ? "" : "\(row.condition)"
                    return "| \(name(state)) | \(name(event)) | \(only) | \(name(row.next)) | \(row.action) |"
                }
            }
        }
    }

    private static func name(_ state: SafetyState) -> String { "\(state)".uppercased() }

    private static func name(_ event: SafetyEvent) -> String {
        switch event {
        case .stop(.pause): "stop, to be resumed"
        case .stop(.fault): "stop, a fault"
        default: "\(event)"
        }
    }

    private static func state(_ reason: StopReason) -> String { reason.severity == .pause ? "PAUSED" : "FAULT" }

    private static func how(_ reason: StopReason) -> String {
        switch (reason.stopping, reason.severity) {
        case (.atOnce, _): "the arm is told to stop and brake in the same tick"
        case (.controlled, .pause): "category 2: jerk-limited to rest, then held with power"
        case (.controlled, .fault): "category 1: jerk-limited to rest, then brakes"
        }
    }

    private static func meaning(_ condition: SafetyGuard) -> String {
        switch condition {
        case .none: ""
        case .armReady:
            "joint reports are fresh, finite and inside the limits, the joints are still, no fault is reported"
        case .enableAsked: "a person asked to enable, and the time for it has not run out"
        case .causeGone: "the arm stands still, its reports are sound, and the patient is seen where the task needs it"
        case .faultGone: "joint reports are fresh, finite and inside the limits, and the joints are still"
        }
    }

    private static func meaning(_ action: SafetyAction) -> String {
        switch action {
        case .nothing: ""
        case .switchDrivesOn: "asks the arm to switch its drives on, until they are or time runs out"
        case .startFromMeasured: "set-points start from the measured joints, at rest"
        case .switchDrivesOff: "asks the arm to stop and brake; a second later, to switch off"
        case .stopAndHold: "set-points run down the stopping profile of every joint and stay"
        case .stopAndBrake: "set-points run down the stopping profile, then brakes; at once where the reason says so"
        case .goOn: "the task starts anew from where the arm rests, along its axis where it was on it"
        case .clearArm: "asks the arm to forget its faults; it stays disabled"
        }
    }
}
