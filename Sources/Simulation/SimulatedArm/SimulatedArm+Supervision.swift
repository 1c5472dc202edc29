import ArmProtocol
import ControlCore
import RobotModel

extension SimulatedArm {
    mutating func superviseLink() {
        if endpoint.isOpen, time - endpoint.heard > settings.sessionTime { endpoint.close() }
        if endpoint.watchdogHasRunOut(now: time) { loseHost() }
        if case .releasing(let since) = mode, time - since >= settings.enableTime { beginHolding() }
    }

    /// One servo period of every joint, which ends at `now`.
    mutating func moveJoints(at now: Double, dt: Double) {
        let isBraked =
            switch mode {
            case .braked, .releasing: true
            case .following, .holding, .stopping: false
            }
        for joint in joints.indices {
            if isBraked {
                joints[joint].brake(dt: dt)
                followers[joint].reference = JointReference(position: joints[joint].encoder)
            } else {
                moveReference(joint, at: now, dt: dt)
                joints[joint].drive(to: followers[joint].reference, dt: dt)
            }
        }
    }

    /// Follows the set-points while they are fresh; otherwise stops within the joint's limits.
    private mutating func moveReference(_ joint: Int, at now: Double, dt: Double) {
        let most = (settings.extrapolatedCycles + 0.5) * settings.cycle
        guard mode == .following, let setPoint, now - setPoint.time <= most else {
            followers[joint].stop(dt: dt)
            return
        }
        let limits = description.arm.limits(joint)
        let position = setPoint.positions[joint] + setPoint.velocities[joint] * (now - setPoint.time)
        followers[joint].follow(position: limits.clamped(position), velocity: setPoint.velocities[joint], dt: dt)
    }

    /// Faults that the drives find in themselves, and the end of a stop.
    mutating func superviseJoints() {
        for joint in joints.indices {
            if abs(shownPosition(joint) - joints[joint].encoder) > settings.encoderTolerance { fail(.encoder) }
            guard mode != .braked else { continue }
            if abs(followers[joint].reference.position - joints[joint].encoder) > settings.trackingTolerance {
                brakeAtOnce(.trackingError)
            }
            if joints[joint].saturated > settings.overloadTime { brakeAtOnce(.driveOverload) }
        }
        if case .stopping = mode, referencesStandStill { mode = .braked }
    }

    private var referencesStandStill: Bool {
        followers.allSatisfy { $0.reference.velocity == 0 } && joints.allSatisfy { abs($0.velocity) < 1e-3 }
    }

    /// Where a drive does not do what it is told, only the brakes are left (category 0 of IEC 60204-1).
    private mutating func brakeAtOnce(_ fault: ArmFaults) {
        faults.formUnion(fault)
        mode = .braked
    }
}
