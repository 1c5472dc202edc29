import ArmProtocol
import ControlCore
import RobotModel

extension SimulatedArm {
    mutating func obey(_ event: ArmEndpoint.Event) {
        switch event {
        case .opened: loseHost()
        case .closed: stop(then: .disabled)
        case .command(let command, _): obey(command)
        }
    }

    private mutating func obey(_ command: ArmCommand) {
        switch command {
        case .setPoint(let positions, let velocities): takeSetPoint(positions, velocities)
        case .enable: enable()
        case .disable: disable()
        case .hold: if drive == .enabled, mode == .following { (mode, setPoint) = (.holding, nil) }
        case .stop: stop(then: .disabled)
        case .clearFault: clearFault()
        case .heartbeat: break
        }
    }

    /// Drives on where the arm stands; from the brakes it takes a while, from a hold it is at once.
    private mutating func enable() {
        switch mode {
        case .braked where faults.subtracting(.watchdog).isEmpty: mode = .releasing(since: time)
        case .holding where faults.contains(.watchdog) && isStandingStill: beginHolding()
        default: break
        }
    }

    /// Set-points start from where the arm is, so that nothing left over from before can make it jump.
    mutating func beginHolding() {
        faults.remove(.watchdog)
        mode = .holding
        setPoint = nil
        for joint in joints.indices {
            joints[joint].reset()
            followers[joint].reference = JointReference(position: joints[joint].encoder)
        }
    }

    private mutating func disable() {
        if case .releasing = mode { mode = .braked } else { stop(then: .disabled) }
    }

    private mutating func clearFault() {
        guard mode == .braked, !isEmergencyStopPressed else { return }
        faults = []
    }

    /// The checks of the arm's own controller; it believes no host.
    private mutating func takeSetPoint(_ positions: JointVector, _ velocities: JointVector) {
        guard drive == .enabled, mode == .following || mode == .holding else {
            refusedCommands += 1
            return
        }
        let last = setPoint?.time ?? time - settings.cycle
        let elapsed = min(time - last, settings.watchdog)
        for joint in joints.indices {
            let limits = description.arm.limits(joint)
            guard limits.contains(positions[joint], tolerance: 1e-6) else { return refuse(.jointLimit) }
            guard abs(velocities[joint]) <= limits.speed * 1.001 + 1e-6 else { return refuse(.overSpeed) }
            // From set-point to set-point, since a line may bring several at once.
            let before = setPoint?.positions[joint] ?? followers[joint].reference.position
            let jump = abs(positions[joint] - before)
            guard jump <= limits.speed * (elapsed + 2 * settings.cycle) + 1e-6 else { return refuse(.badCommand) }
        }
        // It holds for the beginning of this cycle, when the controller looked at the line.
        setPoint = (positions, velocities, time - settings.cycle)
        mode = .following
    }

    private mutating func refuse(_ fault: ArmFaults) {
        refusedCommands += 1
        fail(fault)
    }

    /// Stops within the joints' limits, sets the brakes, and stays so until the fault is cleared.
    mutating func fail(_ fault: ArmFaults) {
        faults.formUnion(fault)
        if case .releasing = mode { mode = .braked }
        guard mode != .braked else { return }
        mode = .stopping(then: .fault)
    }

    /// Stops within the joints' limits, then `state`; a fault's stop is not softened.
    private mutating func stop(then state: DriveState) {
        switch mode {
        case .braked, .stopping(then: .fault): break
        case .releasing: mode = .braked
        default: mode = .stopping(then: state)
        }
    }

    /// The watchdog ran out, or another host has come: stop, and hold until enabled anew.
    mutating func loseHost() {
        switch mode {
        case .releasing: mode = .braked
        case .following, .holding:
            faults.insert(.watchdog)
            mode = .holding
        case .braked, .stopping: break
        }
    }
}
