import Frames
import RobotModel

extension ControlLoop {
    /// Whether time passes as time does. A clock that runs backwards is not believed: `now` stays.
    mutating func checkTime(_ time: Double, _ dt: Double) -> StopReason? {
        guard time.isFinite, dt.isFinite else { return .notFinite }
        guard time >= now, dt >= 0 else { return .timeWentBackwards }
        let gap = now.isFinite ? max(dt, time - now) : 0
        now = time
        return gap > configuration.ages.tick ? .loopLate : nil
    }

    /// Takes in what is new, and stops for what is impossible, too old or lost.
    mutating func take(_ inputs: ControlInputs) {
        let impossibleJoints = joints.take(inputs.arm, now: now)
        let impossiblePatient = patient.take(inputs.reference, now: now)
        let impossibleHand = hand.take(inputs.hand, now: now)
        if guide != nil, patient.X_BaseReferenceAtLoad == nil, patient.problem(at: now) == nil {
            patient.X_BaseReferenceAtLoad = patient.filter.pose(now: now, ahead: 0).X_BaseReference
        }
        guard state == .enabled || state == .paused else { return }
        if let reason = impossibleJoints ?? joints.problem(at: now) ?? joints.driveProblem { stop(reason) }
        if !inputs.linkIsUp { stop(.linkLost) }
        if joints.deviates(from: setPoint, now: now) { stop(.setPointDeviation) }
        if followsPatient, let reason = impossiblePatient ?? patient.problem(at: now) { stop(reason) }
        if handGuides, let reason = impossibleHand ?? hand.problem(at: now) { stop(reason) }
    }

    /// Whether the tool's target hangs on the patient.
    var followsPatient: Bool { mode != .rest || pending != nil && pending != .rest }

    var handGuides: Bool { mode == .axis && axisMotion?.handStart != nil }

    /// Applies the table's row for a stop; in a state that has none the arm is at rest or stopping already.
    mutating func stop(_ reason: StopReason) {
        // A disabled arm does not move: only what a person must look at in any case makes it a fault.
        let alwaysCounts = reason == .emergencyStop || reason == .timeWentBackwards || reason == .notFinite
        if state == .disabled, !alwaysCounts { return }
        // An emergency stop cuts short the gentler stop of a fault.
        if state == .fault, reason == .emergencyStop { stopReason = reason }
        guard let row = SafetyTable.transition(from: state, on: .stop(reason.severity)) else { return }
        stopReason = reason
        stoppedAt = now
        enter(row)
    }

    mutating func enter(_ row: SafetyTransition) {
        state = row.next
        switch row.action {
        case .nothing: break
        case .switchDrivesOn: enableAskedAt = now
        case .startFromMeasured: startFromMeasured()
        case .switchDrivesOff: (enableAskedAt, offAskedAt) = (nil, now)
        case .stopAndHold, .stopAndBrake: enableAskedAt = nil
        case .goOn: goOn()
        case .clearArm: clearArm()
        }
    }

    private mutating func startFromMeasured() {
        enableAskedAt = nil
        (stopReason, stoppedAt) = (nil, nil)
        (task, mode, pending, path, axisMotion) = (.rest, .rest, nil, nil, nil)
        guard let measured = joints.positions else { return }
        for i in 0..<arm.jointCount {
            followers[i].reset(to: .init(position: arm.limits(i).clamped(measured[i])))
        }
        jointTarget = setPoint
    }

    /// After a pause the tool goes to its axis anew, at the depth where it is, since the patient may have moved.
    private mutating func goOn() {
        (stopReason, stoppedAt) = (nil, nil)
        switch task {
        case .rest, .approach, .align: pending = task
        case .advance, .retract, .guideByHand:
            pending = axisMotion.map { .align(depth: $0.depth.state.position) } ?? .rest
        }
        (mode, path, axisMotion) = (.rest, nil, nil)
    }

    private mutating func clearArm() {
        (stopReason, stoppedAt) = (nil, nil)
        (task, mode, pending, path, axisMotion) = (.rest, .rest, nil, nil, nil)
        clearsUntil = now + 0.1
        offAskedAt = now
        for i in 0..<arm.jointCount {
            followers[i].reset(to: .init(position: followers[i].state.position))
        }
    }

    /// The table's conditions.
    func holds(_ condition: SafetyGuard) -> Bool {
        switch condition {
        case .none: true
        case .armReady: joints.problem(at: now) == nil && joints.canBeEnabled && joints.isStill
        case .enableAsked: enableAskedAt != nil
        case .causeGone:
            isAtRest && joints.problem(at: now) == nil && (task == .rest || patient.problem(at: now) == nil)
        case .faultGone: joints.problem(at: now) == nil && joints.isStill
        }
    }
}
