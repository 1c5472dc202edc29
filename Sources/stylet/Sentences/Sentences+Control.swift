import ControlCore
import ControlRuntime
import Frames

extension Sentences {
    static func name(of stage: GuideProcedure.Stage) -> String {
        switch stage {
        case .enabling: "enabling the drives"
        case .loading: "loading the axis"
        case .approaching: "approaching"
        case .aligning: "aligning"
        case .holding: "aligned; holding"
        case .retracting: "retracting"
        case .resting: "coming to rest"
        case .done: "done"
        case .failed: "stopped"
        }
    }

    static func name(of drive: DriveState) -> String {
        switch drive {
        case .disabled: "disabled"
        case .enabled: "enabled"
        case .watchdogHold: "watchdog-hold"
        case .fault: "fault"
        }
    }

    /// The same, with the reason where the arm was stopped.
    static func describe(_ stage: GuideProcedure.Stage) -> String {
        if case .failed(let reason, let refusal) = stage { return "moving. " + stopped(reason, refusal).message }
        return name(of: stage)
    }

    /// Why the loop stopped the arm, or would not move it.
    static func stopped(_ reason: StopReason?, _ refusal: RequestRefusal?) -> Failure {
        if let reason { return Failure(code: "stopped", message: "The arm was stopped: \(sentence(reason)).") }
        if let refusal { return Failure(code: "refused", message: "The arm was not moved: \(sentence(refusal)).") }
        return Failure(
            code: "stopped",
            message: "The arm is no longer enabled: somebody or something switched its drives off. Look at the arm.")
    }

    static func sentence(_ reason: StopReason) -> String {
        switch reason {
        case .operatorPause: "a person paused it"
        case .operatorDisable: "a person switched it off"
        case .emergencyStop: "the emergency stop was pressed; release it, look at the arm, and start anew"
        case .trackerMissing: "no tracker sample has come; check the tracker"
        case .trackerStale: "the tracker's samples are too old; check the tracker and its line of sight"
        case .trackerLost: "the tracker does not see the reference; clear its line of sight"
        case .trackerImpossible:
            "the tracker reports a motion that no patient makes; check the reference for hidden or loose markers"
        case .referenceResidual: "the reference's markers no longer fit their known places; check them"
        case .patientMoved: "the patient has moved too far since registration; register anew"
        case .unreachable: "the arm cannot reach the pose within its joint limits; move the arm's base or the patient"
        case .workspace: "the target lies outside the allowed workspace"
        case .pathDeviation: "the arm left its path"
        case .handStale: "the hand's samples stopped"
        case .handImpossible: "the hand's device reports a motion that no hand makes"
        case .jointsMissing: "the arm has not reported its joints; check the link"
        case .jointsStale: "the arm's reports are too old; check the link and the arm's controller"
        case .jointsImpossible: "the arm reports joint angles that cannot be; check its encoders"
        case .jointLimit: "a joint is at its limit"
        case .notFinite: "a measurement was not a number"
        case .timeWentBackwards: "a time stamp ran backwards"
        case .loopLate: "the loop was not woken in time by the system; use a real-time kernel or less load"
        case .setPointDeviation: "the arm does not follow its set-points; look for an obstacle"
        case .armFault: "the arm's own controller reports a fault; look at its display"
        case .armWatchdog: "the arm's watchdog ran out: commands did not reach it in time; check the link"
        case .drivesOff: "the arm's drives went off"
        case .linkLost: "the link to the arm was lost; the arm's own watchdog stops it. Check cable and power"
        }
    }

    static func sentence(_ refusal: RequestRefusal) -> String {
        switch refusal {
        case .notInThisState(let state): "that cannot be asked while it is \(state)"
        case .jointsUnknown: "its joints are not reported"
        case .armNotReady: "its controller reports a fault or cannot switch the drives on"
        case .patientUnknown: "the patient's pose is not known"
        case .nothingLoaded: "no approved axis is loaded"
        case .notAligned(let mm, let rad): "the guide is not on its axis (\(mm) mm, \(degrees(radians: rad))° off)"
        case .depthOutOfRange(let greatest): "the depth lies past its stop at \(greatest) mm"
        case .unreachable: "no joint angles within the limits reach the axis; move the arm's base or the patient"
        case .handUnknown: "no fresh sample of the hand"
        case .notFinite: "the registration is not finite"
        case .moving: "it still moves"
        case .enableTimedOut: "its drives did not come on in time"
        }
    }
}
