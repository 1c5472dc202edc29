import Frames
import Motion
import RobotModel

extension ControlLoop {
    /// Rolls of the tool about its axis that are tried, nearest to the present one first: every 15° both ways.
    static let rollCount = 24
    /// Points of a way at which it is checked that the arm can be there.
    static let pathSamples = 24

    static func roll(_ candidate: Int) -> Double {
        let step = Double((candidate + 1) / 2) * .pi / 12
        return candidate % 2 == 0 ? step : -step
    }

    /// Tries one roll: takes the way if the arm can go it to its end. Returns a refusal once all have failed.
    mutating func choose(_ candidate: Int) -> RequestRefusal? {
        guard let guide, candidate < Self.rollCount else {
            (task, mode) = (.rest, .rest)
            return .unreachable
        }
        mode = .choosing(candidate + 1)
        let X_BaseReference = patient.filter.pose(now: now, ahead: configuration.armDelay).X_BaseReference
        let start = X_BaseReference.inverse * arm.forwardKinematics(setPoint, tool: configuration.X_FlangeTool)
        guard let goal = goal(guide, from: start, roll: Self.roll(candidate)) else { return nil }
        let way = ToolPath(from: start, to: goal, limits: pathLimits)
        guard canGo(way, X_BaseReference) else { return nil }
        path = way
        mode = .path
        return nil
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

    /// Whether the arm can follow the way in one branch of its joints, inside its limits and the workspace.
    private func canGo(_ way: ToolPath, _ X_BaseReference: Pose<Base, Reference>) -> Bool {
        var q = setPoint
        let most = JointVector(SIMD8(repeating: 1), count: arm.jointCount)
        for k in 1...Self.pathSamples {
            let X = X_BaseReference * way.pose(at: Double(k) / Double(Self.pathSamples))
            guard configuration.workspace.clamped(X.origin) == X.origin else { return false }
            let answer = configuration.kinematics.track(
                X, tool: configuration.X_FlangeTool, from: q, maximumStep: most)
            guard let next = answer.joints else { return false }
            q = next
        }
        return true
    }
}
