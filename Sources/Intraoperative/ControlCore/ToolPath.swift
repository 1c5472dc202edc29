import Frames
import Motion

/// A straight way of the tool in the patient's frame, and how far along it the tool is.
struct ToolPath: Sendable {
    private let start: Pose<Reference, Tool>
    let goal: Pose<Reference, Tool>
    private let shift: Vector3
    private let turn: Vector3
    /// The part of the way that is done, 0…1.
    private(set) var progress: TrajectoryFollower

    /// - Parameter tighter: further limits of the part that is done, 0…1, by seconds, from what the joints can do.
    init(
        from start: Pose<Reference, Tool>, to goal: Pose<Reference, Tool>, limits: ToolLimits,
        tighter: MotionLimits? = nil
    ) {
        self.start = start
        self.goal = goal
        shift = goal.translation - start.translation
        turn = (goal.rotation * start.rotation.inverse).rotationVector
        // A way of almost nothing is still a way: 1e-3 mm and 1e-5 rad keep the parameter's limits finite.
        let linear = limits.linear.divided(by: max(length(shift), 1e-3))
        let angular = limits.angular.divided(by: max(length(turn), 1e-5))
        let most = MotionLimits.tighter(linear, angular)
        progress = TrajectoryFollower(at: 0, limits: tighter.map { .tighter(most, $0) } ?? most, lower: 0, upper: 1)
    }

    /// How long the whole way takes where the part that is done is limited further, s.
    func duration(tighter: MotionLimits?) -> Double {
        let limits = tighter.map { .tighter(progress.limits, $0) } ?? progress.limits
        return PointToPoint.plan(from: MotionState(position: 0), to: 1, limits: limits).duration
    }

    var isDone: Bool { progress.state == MotionState(position: 1) }

    /// The pose at `s` of the way, 0…1.
    func pose(at s: Double) -> Pose<Reference, Tool> {
        Pose(
            rotation: Rotation<Reference, Reference>(rotationVector: turn * s) * start.rotation,
            translation: start.translation + shift * s)
    }

    var pose: Pose<Reference, Tool> { isDone ? goal : pose(at: progress.state.position) }

    mutating func advance(_ period: Double) { progress.step(towards: 1, velocity: 0, dt: period) }
    mutating func halt(_ period: Double) { progress.stop(dt: period) }
}

/// The tool on its axis, moving along it only.
struct AxisMotion: Sendable {
    let entry: Point<Reference>
    let direction: Direction<Reference>
    let rotation: Rotation<Reference, Tool>
    /// Depth past the entry, mm.
    private(set) var depth: TrajectoryFollower
    var goal: Double
    /// Hand's way along the axis at the start of guiding, mm; `nil` where the hand does not guide.
    var handStart: Double?
    let startDepth: Double

    init(
        entry: Point<Reference>, direction: Direction<Reference>, rotation: Rotation<Reference, Tool>, at depth: Double,
        to goal: Double, limits: MotionLimits, least: Double, greatest: Double
    ) {
        self.entry = entry
        self.direction = direction
        self.rotation = rotation
        self.goal = goal
        startDepth = depth
        self.depth = TrajectoryFollower(at: depth, limits: limits, lower: least, upper: greatest)
    }

    var pose: Pose<Reference, Tool> {
        Pose(rotation: rotation, translation: (entry + direction * depth.state.position).coordinates)
    }

    var isDone: Bool { handStart == nil && depth.state == MotionState(position: goal) }

    mutating func advance(velocity: Double, _ period: Double) {
        depth.step(towards: goal, velocity: velocity, dt: period)
    }

    mutating func halt(_ period: Double) { depth.stop(dt: period) }
}
