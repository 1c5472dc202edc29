import Frames
import Motion
import RobotModel

extension ControlLoop {
    var setPoint: JointVector {
        var q = JointVector(count: arm.jointCount)
        for i in 0..<arm.jointCount { q[i] = followers[i].state.position }
        return q
    }

    var setPointVelocity: JointVector {
        var v = JointVector(count: arm.jointCount)
        for i in 0..<arm.jointCount { v[i] = followers[i].state.velocity }
        return v
    }

    var isAtRest: Bool {
        for i in 0..<arm.jointCount where !followers[i].isAtRest { return false }
        return true
    }

    /// One tick down the stopping profile of every joint.
    mutating func runDown(_ output: inout ControlOutput) {
        X_BaseToolTarget = nil
        if !isAtRest { output.bounds.insert(.stopping) }
        for i in 0..<arm.jointCount { followers[i].stop(dt: configuration.period, harder: stoppingLimits[i]) }
        jointTarget = setPoint
    }

    /// One tick of the task; returns why a task that had to wait cannot be done.
    mutating func move(_ output: inout ControlOutput) -> RequestRefusal? {
        if pending != nil { return startPending() }
        switch mode {
        case .rest:
            X_BaseToolTarget = nil
            rest()
            return nil
        case .choosing:
            rest()
            return choose()
        case .path:
            advancePath(&output)
            if let pose = path?.pose { follow(pose, &output) }
            return nil
        case .axis:
            advanceAxis(&output)
            if let pose = axisMotion?.pose { follow(pose, &output) }
            return nil
        }
    }

    private mutating func rest() {
        hasAdvanced = true
        for i in 0..<arm.jointCount { followers[i].stop(dt: configuration.period) }
        jointTarget = setPoint
    }

    /// A new task waits until the old one has come to rest in the base.
    private mutating func startPending() -> RequestRefusal? {
        rest()
        guard isAtRest, let next = pending else { return nil }
        pending = nil
        (task, path, axisMotion) = (next, nil, nil)
        if next == .rest { mode = .rest } else { beginSearch() }
        return nil
    }

    /// The way waits for joints that fell behind it, rather than that they leave it.
    private mutating func advancePath(_ output: inout ControlOutput) {
        guard isBehind else { path?.advance(configuration.period); return }
        output.bounds.insert(.jointSpeed)
        path?.halt(configuration.period)
    }

    private mutating func advanceAxis(_ output: inout ControlOutput) {
        guard let guide, var motion = axisMotion else { return }
        var velocity = 0.0
        if let start = motion.handStart {
            let X = patient.filter.pose(now: now, ahead: 0).X_BaseReference
            motion.goal = motion.startDepth + handWay(guide) - start
            velocity = configuration.handScale * dot(hand.velocity, (X * guide.direction).vector)
        }
        motion.advance(velocity: velocity, configuration.period)
        if motion.depth.isHeldByPosition { output.bounds.insert(.depthStop) }
        axisMotion = motion
    }

    /// Brings the tool towards a pose in the patient's frame, with everything that bounds it.
    private mutating func follow(_ X_ReferenceTool: Pose<Reference, Tool>, _ output: inout ControlOutput) {
        let X_BaseReference = patient.filter.pose(now: now, ahead: configuration.armDelay).X_BaseReference
        let wanted = X_BaseReference * X_ReferenceTool
        let tip = configuration.workspace.clamped(wanted.origin)
        let target = Pose<Base, Tool>(rotation: wanted.rotation.renormalized, translation: tip.coordinates)
        X_BaseToolTarget = wanted
        if tip != wanted.origin {
            output.bounds.insert(.workspace)
            if tip.distance(to: wanted.origin) > 1 { return stop(.workspace) }
        }
        let answer = configuration.kinematics.track(
            target, tool: configuration.X_FlangeTool, from: jointTarget, maximumStep: kinematicStep)
        guard let goal = answer.joints else { return stop(.unreachable) }
        followJoints(goal, &output)
        checkPath(target, &output)
    }

    /// Each joint follows within its limits; where the tip would be too fast, all brake for this tick instead.
    private mutating func followJoints(_ goal: JointVector, _ output: inout ControlOutput) {
        let before = followers
        let period = configuration.period
        let speedBefore = tipSpeed
        hasAdvanced = true
        for i in 0..<arm.jointCount {
            followers[i].step(towards: goal[i], velocity: (goal[i] - jointTarget[i]) / period, dt: period)
            if followers[i].isHeldByPosition { output.bounds.insert(.jointPosition) }
            if followers[i].isHeldByVelocity { output.bounds.insert(.jointSpeed) }
        }
        jointTarget = goal
        let speed = tipSpeed
        guard speed > configuration.greatestToolSpeed, speed > speedBefore else { return }
        output.bounds.insert(.toolSpeed)
        followers = before
        for i in 0..<arm.jointCount { followers[i].stop(dt: period) }
    }

    /// The tip's speed once the joints' present acceleration is brought to 0, mm/s: what cannot be undone any more.
    private var tipSpeed: Double {
        var speeds = JointVector(count: arm.jointCount)
        for i in 0..<arm.jointCount { speeds[i] = followers[i].state.coastingVelocity(followers[i].limits) }
        return length(arm.jacobian(setPoint, tool: configuration.X_FlangeTool).velocity(speeds).linear)
    }

    private mutating func checkPath(_ target: Pose<Base, Tool>, _ output: inout ControlOutput) {
        let reached = arm.forwardKinematics(setPoint, tool: configuration.X_FlangeTool)
        let off = length(reached.translation - target.translation)
        let turned = (reached.rotation.inverse * target.rotation).angle
        let limits = configuration.plausibility
        isBehind = off > limits.pathDeviation / 10 || turned > limits.pathTurn / 10
        if isBehind { output.bounds.insert(.pathDeviation) }
        if off > limits.pathDeviation || turned > limits.pathTurn { stop(.pathDeviation) }
    }
}
