import Frames
import RobotModel

extension ControlLoop {
    /// The one command of this tick.
    func command() -> ArmCommand {
        switch state {
        case .enabled: return .setPoint(positions: setPoint, velocities: setPointVelocity)
        case .paused: return .setPoint(positions: setPoint, velocities: setPointVelocity)
        case .fault:
            let isControlled = stopReason?.stopping == .controlled && !isAtRest
            return isControlled ? .setPoint(positions: setPoint, velocities: setPointVelocity) : .stop
        case .disabled: return disabledCommand()
        }
    }

    /// While disabled the drives are switched off wherever they are on, and nothing else is asked of the arm.
    private func disabledCommand() -> ArmCommand {
        if enableAskedAt != nil { return .enable }
        guard let report = joints.newest?.value else { return .heartbeat }
        if now < clearsUntil, !report.faults.isEmpty || report.drive == .fault { return .clearFault }
        switch report.drive {
        case .disabled, .fault: return .heartbeat
        // Asked to stop first, so that an arm in motion brakes with power on; after a second without.
        case .enabled, .watchdogHold: return now - offAskedAt < 1 ? .stop : .disable
        }
    }

    func report(into output: inout ControlOutput) {
        output.state = state
        output.isEnabling = enableAskedAt != nil
        output.stopReason = stopReason
        output.stoppedAt = stoppedAt
        output.isStandingStill = isStandingStill
        output.task = task
        output.phase = phase
        for i in 0..<arm.jointCount {
            output.setPoint[i] = followers[i].state.position
            output.setPointVelocity[i] = followers[i].state.velocity
            output.setPointAcceleration[i] = followers[i].state.acceleration
        }
        reportPlaces(into: &output)
        output.ages.joints = joints.age(at: now)
        output.ages.reference = patient.age(at: now)
        output.ages.hand = hand.age(at: now)
    }

    private func reportPlaces(into output: inout ControlOutput) {
        output.X_BaseToolTarget = X_BaseToolTarget
        if state != .disabled {
            output.X_BaseToolSetPoint = arm.forwardKinematics(setPoint, tool: configuration.X_FlangeTool)
        }
        if let measured = joints.positions, measured.isFinite {
            output.X_BaseToolMeasured = arm.forwardKinematics(measured, tool: configuration.X_FlangeTool)
        }
        if patient.filter.isStarted {
            output.X_BaseReference =
                patient.filter.pose(now: now, ahead: configuration.armDelay).X_BaseReference
        }
        output.axisError = axisError(at: output.X_BaseToolMeasured)
        output.depth = depth(of: output.X_BaseToolMeasured)
    }

    private var isStandingStill: Bool {
        if stopReason?.stopping == .atOnce { return joints.isStill }
        return state == .disabled ? joints.isStill || joints.newest == nil : isAtRest
    }

    private var phase: TaskPhase {
        guard state == .enabled else { return .idle }
        if pending != nil { return .moving }
        switch mode {
        case .rest: return .idle
        case .choosing: return .moving
        case .path: return path?.isDone == true ? .holding : .moving
        case .axis: return axisMotion?.isDone == true ? .holding : .moving
        }
    }

    private func axisInBase() -> (entry: Point<Base>, direction: Direction<Base>)? {
        guard let guide, patient.filter.isStarted else { return nil }
        let X = patient.filter.pose(now: now, ahead: 0).X_BaseReference
        return (X * guide.entry, X * guide.direction)
    }

    private func depth(of X_BaseTool: Pose<Base, Tool>?) -> Double? {
        guard let X_BaseTool, let axis = axisInBase() else { return nil }
        return (X_BaseTool.origin - axis.entry).along(axis.direction)
    }

    /// The error of a tool against the axis and the depth asked for; of the measured tool where none is given.
    func axisError(at tool: Pose<Base, Tool>?) -> AxisError? {
        let measured = joints.positions.map { arm.forwardKinematics($0, tool: configuration.X_FlangeTool) }
        guard let X = tool ?? measured, let axis = axisInBase() else { return nil }
        let way = X.origin - axis.entry
        let depth = way.along(axis.direction)
        let across = (way - axis.direction * depth).length
        return AxisError(
            along: depth - askedDepth, across: across, angle: (X * Direction<Tool>.z).angle(to: axis.direction))
    }

    private var askedDepth: Double {
        switch task {
        case .approach(let depth), .align(let depth), .advance(let depth), .retract(let depth): depth
        case .rest: 0
        case .guideByHand: axisMotion?.goal ?? 0
        }
    }
}
