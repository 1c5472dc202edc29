import Frames
import Motion
import RobotModel

extension ControlLoop {
    /// Begins to look for a way to the task's pose.
    mutating func beginSearch() {
        let X_BaseReference = patient.filter.pose(now: now, ahead: configuration.armDelay).X_BaseReference
        let start = X_BaseReference.inverse * arm.forwardKinematics(setPoint, tool: configuration.X_FlangeTool)
        search = WaySearch(X_BaseReference: X_BaseReference, start: start, joints: setPoint)
        mode = .choosing
    }

    /// One tick of the search; returns a refusal once no roll has a way that the arm can go.
    mutating func choose() -> RequestRefusal? {
        guard let guide, var found = search else { return giveUp() }
        for _ in 0..<WaySearch.posesATick where !found.isOver { look(&found, guide) }
        search = found
        guard found.isOver else { return nil }
        guard let best = found.best else { return giveUp() }
        let X_BaseReference = patient.filter.pose(now: now, ahead: configuration.armDelay).X_BaseReference
        let start = X_BaseReference.inverse * arm.forwardKinematics(setPoint, tool: configuration.X_FlangeTool)
        path = ToolPath(from: start, to: best.goal, limits: pathLimits, tighter: best.limits)
        (mode, search, isBehind) = (.path, nil, false)
        return nil
    }

    private mutating func giveUp() -> RequestRefusal? {
        (task, mode, search) = (.rest, .rest, nil)
        return .unreachable
    }

    private var pathLimits: ToolLimits {
        if case .approach = task { configuration.free } else { configuration.fine }
    }

    private var taskDepth: Double {
        switch task {
        case .approach(let depth), .align(let depth), .advance(let depth), .retract(let depth): depth
        case .rest, .guideByHand: 0
        }
    }

    /// Solves the next pose of the way in hand, then of the axis beyond it, then about its end; at last weighs it.
    private func look(_ search: inout WaySearch, _ guide: LoadedGuide) {
        guard let way = search.way else { return beginWay(&search, guide) }
        let number = search.solved + 1
        search.solved = number
        switch number {
        case ...WaySearch.wayPoses:
            let pose = way.pose(at: Double(number) / Double(WaySearch.wayPoses))
            guard let next = solve(search.X_BaseReference * pose, search.survey.joints) else { return search.goOn() }
            search.survey.add(next)
        case ...(WaySearch.wayPoses + WaySearch.axisPoses):
            let pose = onwards(from: way.goal, number - WaySearch.wayPoses, guide)
            if let next = solve(search.X_BaseReference * pose, search.survey.joints) {
                search.survey.goAlong(next)
            } else {
                search.survey.isBlocked = true
            }
        default:
            let axis = number - WaySearch.wayPoses - WaySearch.axisPoses - 1
            guard let time = postureTime(search.survey.joints, axis) else { return search.goOn() }
            search.survey.postureTime = max(search.survey.postureTime, time)
            guard axis == 5 else { return }
            weigh(&search, way)
            search.goOn()
        }
    }

    private func beginWay(_ search: inout WaySearch, _ guide: LoadedGuide) {
        guard let goal = goal(guide, from: search.start, roll: WaySearch.roll(search.candidate)) else {
            return search.goOn()
        }
        let way = ToolPath(from: search.start, to: goal, limits: pathLimits)
        // Not even with joints without limits could this one be better.
        if let best = search.best, way.duration(tighter: nil) >= best.cost { return search.goOn() }
        search.way = way
        search.survey = JointSurvey(from: search.joints)
        search.solved = 0
    }

    /// From the end of a way along the axis: the last of `axisPoses` is at the depth stop.
    private func onwards(from goal: Pose<Reference, Tool>, _ number: Int, _ guide: LoadedGuide) -> Pose<Reference, Tool>
    {
        let part = Double(number) / Double(WaySearch.axisPoses)
        let shift = guide.direction * (part * max(0, guide.axis.greatestDepth - taskDepth))
        return Pose(rotation: goal.rotation, translation: goal.translation + shift.vector)
    }

    private func solve(_ X_BaseTool: Pose<Base, Tool>, _ q: JointVector) -> JointVector? {
        guard configuration.workspace.clamped(X_BaseTool.origin) == X_BaseTool.origin else { return nil }
        let most = JointVector(SIMD8(repeating: WaySearch.largestStep), count: arm.jointCount)
        return configuration.kinematics.track(
            X_BaseTool, tool: configuration.X_FlangeTool, from: q, maximumStep: most
        ).joints
    }

    private func weigh(_ search: inout WaySearch, _ way: ToolPath) {
        let survey = search.survey
        guard survey.postureTime <= WaySearch.worstPosture,
            let limits = survey.limits(arm, share: configuration.jointSpeedShare, poses: WaySearch.wayPoses)
        else { return }
        let time = way.duration(tighter: limits)
        let blocked = survey.isBlocked ? WaySearch.blockedAxis : 0
        let cost = time + WaySearch.postureWeight * survey.postureTime + blocked
        search.keep(.init(goal: way.goal, limits: limits, cost: cost))
        // Near the patient the tool does not turn about its axis without need.
        if case .approach = task { return }
        if !survey.isBlocked, time <= 1.2 * way.duration(tighter: nil) { search.isOver = true }
    }

    /// How long the slowest joint needs at its speed limit to shift the tip by a millimetre along one of the axes (0…2), or to
    /// turn the tool by 0.01 rad about one (3…5), s; `nil` where it cannot.
    private func postureTime(_ q: JointVector, _ axis: Int) -> Double? {
        let X = arm.forwardKinematics(q, tool: configuration.X_FlangeTool)
        var (shift, turn) = (Vector3.zero, Vector3.zero)
        if axis < 3 { shift[axis] = 1 } else { turn[axis - 3] = 0.01 }
        let moved = Pose<Base, Tool>(
            rotation: Rotation<Base, Base>(rotationVector: turn) * X.rotation, translation: X.translation + shift)
        guard let near = solve(moved, q) else { return nil }
        var longest = 0.0
        for i in 0..<arm.jointCount { longest = max(longest, abs(near[i] - q[i]) / arm.limits(i).speed) }
        return longest
    }

    /// The tool on the axis at the task's depth, turned about it by `roll` from its present way of facing.
    private func goal(
        _ guide: LoadedGuide, from start: Pose<Reference, Tool>, roll: Double
    ) -> Pose<Reference, Tool>? {
        let columns = start.rotation.matrix.columns
        let facing =
            Rotation<Reference, Tool>(z: guide.direction, near: columns.0)
            ?? Rotation<Reference, Tool>(z: guide.direction, near: columns.1)
        guard let facing else { return nil }
        let turned = Rotation<Reference, Reference>(rotationVector: guide.direction.vector * roll) * facing
        let tip = guide.entry + guide.direction * taskDepth
        return Pose(rotation: turned, translation: tip.coordinates)
    }
}
