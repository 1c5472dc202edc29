import Frames
import Motion
import RobotModel

extension ControlLoop {
    /// Follows a person's request, or says why not.
    mutating func handle(_ request: OperatorRequest) -> RequestRefusal? {
        switch request {
        case .enable: fire(.enableRequested)
        case .disable: fire(.disableRequested, because: .operatorDisable)
        case .pause: fire(.pauseRequested, because: .operatorPause)
        case .resume: fire(.resumeRequested)
        case .clearFault: fire(.clearRequested)
        case .emergencyStop: emergencyStop()
        case .load(let axis, let X_ReferenceCT): load(axis, X_ReferenceCT)
        case .unload: unload()
        case .task(let task): begin(task)
        }
    }

    private mutating func fire(_ event: SafetyEvent, because reason: StopReason? = nil) -> RequestRefusal? {
        guard let row = SafetyTable.transition(from: state, on: event) else { return .notInThisState(state) }
        guard holds(row.condition) else { return refusal(for: row.condition) }
        if let reason, state != .disabled { (stopReason, stoppedAt) = (reason, now) }
        enter(row)
        return nil
    }

    private func refusal(for condition: SafetyGuard) -> RequestRefusal {
        if joints.problem(at: now) != nil { return .jointsUnknown }
        if condition == .causeGone { return isAtRest ? .patientUnknown : .moving }
        return joints.isStill ? .armNotReady : .moving
    }

    private mutating func emergencyStop() -> RequestRefusal? {
        stop(.emergencyStop)
        return nil
    }

    private var mayLoad: Bool { state != .enabled && isAtRest || mode == .rest && pending == nil && isAtRest }

    private mutating func load(_ axis: GuidedAxis, _ X_ReferenceCT: Pose<Reference, CT>) -> RequestRefusal? {
        guard X_ReferenceCT.isFinite else { return .notFinite }
        guard mayLoad else { return .moving }
        guide = LoadedGuide(axis, X_ReferenceCT)
        patient.X_BaseReferenceAtLoad = nil
        if state != .enabled { (task, mode, path, axisMotion) = (.rest, .rest, nil, nil) }
        return nil
    }

    private mutating func unload() -> RequestRefusal? {
        guard mayLoad else { return .moving }
        guide = nil
        patient.X_BaseReferenceAtLoad = nil
        (task, mode, pending, path, axisMotion) = (.rest, .rest, nil, nil, nil)
        return nil
    }

    private mutating func begin(_ wish: ControlTask) -> RequestRefusal? {
        guard state == .enabled else { return .notInThisState(state) }
        if wish == .rest {
            pending = wish
            return nil
        }
        guard let guide else { return .nothingLoaded }
        guard patient.problem(at: now) == nil, patient.X_BaseReferenceAtLoad != nil else { return .patientUnknown }
        switch wish {
        case .rest: return nil
        case .approach(let depth), .align(let depth):
            guard depth.isFinite, depth <= guide.axis.greatestDepth else {
                return .depthOutOfRange(greatest: guide.axis.greatestDepth)
            }
            pending = wish
            return nil
        case .advance(let depth), .retract(let depth): return moveAlong(guide, wish, to: depth)
        case .guideByHand(let least): return moveAlong(guide, wish, to: least)
        }
    }

    /// Motion along the axis starts from alignment only, and goes on from where the tool is on the axis.
    private mutating func moveAlong(_ guide: LoadedGuide, _ wish: ControlTask, to depth: Double) -> RequestRefusal? {
        let deepest = guide.axis.greatestDepth
        guard depth.isFinite, depth <= deepest else { return .depthOutOfRange(greatest: deepest) }
        guard let start = alignedStart(guide) else {
            let error = axisError(at: nil)
            return .notAligned(millimetres: error?.across ?? .infinity, radians: error?.angle ?? .infinity)
        }
        var motion = AxisMotion(
            entry: guide.entry, direction: guide.direction, rotation: start.rotation, at: start.depth, to: depth,
            limits: configuration.advancing.linear, least: min(depth, start.depth), greatest: deepest)
        switch wish {
        case .guideByHand:
            guard hand.problem(at: now) == nil else { return .handUnknown }
            motion.handStart = handWay(guide)
            motion.goal = start.depth
        case .advance where depth < start.depth: return .depthOutOfRange(greatest: deepest)
        case .retract where depth > start.depth: return .depthOutOfRange(greatest: start.depth)
        default: break
        }
        (task, mode, axisMotion, path, pending) = (wish, .axis, motion, nil, nil)
        return nil
    }

    /// Rotation and depth of a tool that rests on its axis; `nil` where it does not.
    private func alignedStart(_ guide: LoadedGuide) -> (rotation: Rotation<Reference, Tool>, depth: Double)? {
        guard let error = axisError(at: nil) else { return nil }
        let limits = configuration.plausibility
        guard error.across <= limits.alignment, error.angle <= limits.alignmentAngle else { return nil }
        if mode == .axis, let axisMotion, axisMotion.depth.isAtRest {
            return (axisMotion.rotation, axisMotion.depth.state.position)
        }
        guard mode == .path, let path, path.isDone else { return nil }
        return (path.goal.rotation, (path.goal.origin - guide.entry).along(guide.direction))
    }

    /// How far the hand has moved along the axis, mm, at the hand's scale.
    func handWay(_ guide: LoadedGuide) -> Double {
        let X = patient.filter.pose(now: now, ahead: 0).X_BaseReference
        return configuration.handScale * dot(hand.displacement, (X * guide.direction).vector)
    }

    /// The handshake of enabling: the arm is asked until its drives are on, or for too long.
    mutating func progressEnabling() -> RequestRefusal? {
        guard state == .disabled, let asked = enableAskedAt else { return nil }
        let isOn = joints.newest?.value.drive == .enabled && joints.newest?.time ?? asked > asked
        if isOn, joints.problem(at: now) == nil, joints.canBeEnabled {
            if let row = SafetyTable.transition(from: state, on: .drivesCameOn), holds(row.condition) { enter(row) }
            return nil
        }
        guard now - asked > configuration.ages.enabling || !joints.canBeEnabled else { return nil }
        if let row = SafetyTable.transition(from: state, on: .enableTimedOut) { enter(row) }
        return joints.canBeEnabled ? .enableTimedOut : .armNotReady
    }
}
