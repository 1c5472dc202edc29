import RobotModel

/// The arm's reports as the loop sees them, and whether they may be trusted now.
struct JointWatch: Sendable {
    let arm: SerialArm
    let limits: PlausibilityLimits
    let ages: AgeLimits
    private(set) var newest: Timed<ArmFeedback>?
    /// The recent greatest speed of each joint's set-point, which explains how far the arm may lag.
    private var recentSpeed: JointVector

    init(_ configuration: ControlConfiguration) {
        arm = configuration.kinematics.arm
        limits = configuration.plausibility
        ages = configuration.ages
        recentSpeed = JointVector(count: arm.jointCount)
    }

    func age(at now: Double) -> Double { newest?.age(at: now) ?? .infinity }

    var positions: JointVector? { newest?.value.positions }

    /// Joints slower than this count as still, rad/s or mm/s.
    static let stillness = 0.05

    var isStill: Bool { (newest?.value.velocities.largestMagnitude ?? .infinity) < Self.stillness }

    /// Takes the newest report, if it is new; returns what is impossible about it.
    mutating func take(_ report: Timed<ArmFeedback>?, now: Double) -> StopReason? {
        guard let report, report.time != newest?.time else { return nil }
        let value = report.value
        guard report.time.isFinite, value.positions.isFinite, value.velocities.isFinite else { return .notFinite }
        guard value.positions.count == arm.jointCount, value.velocities.count == arm.jointCount else {
            return .jointsImpossible
        }
        if report.time > now + ages.future { return .timeWentBackwards }
        guard let before = newest else {
            newest = report
            return nil
        }
        if report.time < before.time { return .timeWentBackwards }
        newest = report
        return jumped(from: before, to: report) ? .jointsImpossible : nil
    }

    private func jumped(from before: Timed<ArmFeedback>, to after: Timed<ArmFeedback>) -> Bool {
        let elapsed = after.time - before.time
        for i in 0..<arm.jointCount {
            let most = limits.jointSpeedFactor * arm.limits(i).speed * elapsed + limits.jointStep
            if abs(after.value.positions[i] - before.value.positions[i]) > most { return true }
        }
        return false
    }

    /// Why the joints cannot be trusted now; `nil` where they can.
    func problem(at now: Double) -> StopReason? {
        guard let newest else { return .jointsMissing }
        if newest.age(at: now) > ages.joints { return .jointsStale }
        if !arm.isWithinLimits(newest.value.positions, tolerance: limits.jointLimitTolerance) { return .jointLimit }
        return nil
    }

    /// What the arm itself says against moving, where its drives should be on.
    var driveProblem: StopReason? {
        guard let value = newest?.value else { return .jointsMissing }
        if value.faults.contains(.emergencyStop) { return .emergencyStop }
        if value.drive == .watchdogHold || value.faults.contains(.watchdog) { return .armWatchdog }
        if value.drive == .fault || !value.faults.isEmpty { return .armFault }
        return value.drive == .disabled ? .drivesOff : nil
    }

    /// The arm can be enabled: no fault that a person has not cleared.
    var canBeEnabled: Bool {
        guard let value = newest?.value else { return false }
        return value.drive != .fault && value.faults.subtracting(.watchdog).isEmpty
    }

    /// Remembers the set-points' speeds, fading over about 50 ms.
    mutating func note(speeds: JointVector, period: Double) {
        let fade = max(0, 1 - period / 0.05)
        for i in 0..<speeds.count { recentSpeed[i] = max(abs(speeds[i]), recentSpeed[i] * fade) }
    }

    /// Whether the arm is further from its set-points than their speed explains.
    func deviates(from setPoint: JointVector, now: Double) -> Bool {
        guard let newest else { return false }
        let lag = limits.armLag + max(0, newest.age(at: now))
        for i in 0..<setPoint.count {
            let most = limits.setPointDeviation + recentSpeed[i] * lag
            if abs(newest.value.positions[i] - setPoint[i]) > most { return true }
        }
        return false
    }
}
