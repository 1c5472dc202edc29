import ControlCore
import RobotModel

extension ScheduledFault {
    /// Whether the fault can happen to an arm of so many joints.
    func fits(jointCount: Int) -> Bool {
        guard at.isFinite, at >= 0, duration > 0 else { return false }
        switch fault {
        case .drop(_, let p), .damage(_, let p), .duplicate(_, let p): return (0...1).contains(p)
        case .delay(_, let seconds): return (0...10).contains(seconds)
        case .freezeEncoder(let joint): return (0..<jointCount).contains(joint)
        case .shiftEncoder(let joint, let by): return (0..<jointCount).contains(joint) && by.isFinite
        case .weakenDrive(let joint, let part): return (0..<jointCount).contains(joint) && (0...1).contains(part)
        case .emergencyStop, .restart: return true
        }
    }
}

extension SimulatedArm {
    private func isActive(_ fault: SimulatedFault) -> Bool {
        settings.faults.contains { $0.fault == fault && $0.isActive(at: time) }
    }

    var isEmergencyStopPressed: Bool { isActive(.emergencyStop) }
    var isDead: Bool { isActive(.restart) }

    /// What the joint's output encoder tells the host.
    func shownPosition(_ joint: Int) -> Double {
        var shown = frozen[joint] ?? joints[joint].encoder
        for scheduled in settings.faults where scheduled.isActive(at: time) {
            if case .shiftEncoder(joint, let by) = scheduled.fault { shown += by }
        }
        return shown
    }

    /// Lets the faults of this cycle begin and end.
    mutating func startFaults() {
        for (index, scheduled) in settings.faults.enumerated() {
            let isNow = scheduled.isActive(at: time)
            guard isNow != startedFaults[index] else { continue }
            startedFaults[index] = isNow
            apply(scheduled.fault, begins: isNow)
        }
    }

    private mutating func apply(_ fault: SimulatedFault, begins: Bool) {
        switch fault {
        case .freezeEncoder(let joint): frozen[joint] = begins ? joints[joint].encoder : nil
        case .weakenDrive(let joint, let part): joints[joint].strength = begins ? part : 1
        case .emergencyStop: if begins { fail(.emergencyStop) }
        case .restart: if begins { restart() }
        case .drop, .damage, .duplicate, .delay, .shiftEncoder: break
        }
    }

    /// The controller forgets everything; without power the brakes close.
    private mutating func restart() {
        endpoint.close()
        lineToArm.clear()
        lineToHost.clear()
        mode = .braked
        setPoint = nil
        faults = []
    }
}
