import Frames
import Glibc
import RobotModel

/// Joint positions for a pose of the flange: in closed form where the arm has one, else by damped least squares.
///
/// ```swift
/// let kinematics = InverseKinematics(arm)
/// switch kinematics.track(X_BaseFlange, from: q, maximumStep: step) {        // in the loop
/// case .solved(let next): q = next
/// case .failed(let why): hold(why)
/// }
/// ```
///
/// A constant value; its answers allocate nothing and depend on their arguments alone.
public struct InverseKinematics: Sendable {
    public let arm: SerialArm
    /// `nil` where the arm has no closed form, or none was wanted.
    public let closedForm: ParallelAxesGeometry?
    public let numeric: DampedLeastSquares

    /// An answer reaches its pose to 1e-9 m and 1e-9 rad.
    public static let acceptedError = PoseError(position: 1e-6, angle: 1e-9)
    /// Joints this far beyond a limit (rad or mm) are put on it: rounding.
    static let limitTolerance = 1e-9

    public init(_ arm: SerialArm, usesClosedForm: Bool = true) {
        self.arm = arm
        closedForm = usesClosedForm ? ParallelAxesGeometry(arm) : nil
        numeric = DampedLeastSquares(arm)
    }

    /// Joint positions within the limits that put the flange at `X_BaseFlange`: of several branches, and turns of each
    /// joint, those nearest to `seed`.
    ///
    /// - Parameters:
    ///   - seed: where to look first, rad or mm.
    ///   - restarts: descents from elsewhere within the limits, where there is no closed form; 0 in a loop, where the time
    ///     must be bounded. They are the same at every call.
    public func solve(
        _ X_BaseFlange: Pose<Base, Flange>, near seed: JointVector, restarts: Int = 0
    ) -> InverseKinematicsAnswer {
        guard X_BaseFlange.isFinite, seed.count == arm.jointCount, seed.isFinite else { return .failed(.badInput) }
        if let closedForm {
            return nearestBranch(closedForm.branches(X_BaseFlange, seed: seed), to: seed, reaching: X_BaseFlange)
        }
        return descend(to: X_BaseFlange, near: arm.clamped(seed), restarts: restarts)
    }

    /// As `solve` for the flange, for a tool at `X_FlangeTool` on it.
    public func solve(
        _ X_BaseTool: Pose<Base, Tool>, tool X_FlangeTool: Pose<Flange, Tool>, near seed: JointVector, restarts: Int = 0
    ) -> InverseKinematicsAnswer {
        solve(X_BaseTool * X_FlangeTool.inverse, near: seed, restarts: restarts)
    }

    private func nearestBranch(
        _ branches: InverseKinematicsBranches, to seed: JointVector, reaching goal: Pose<Base, Flange>
    ) -> InverseKinematicsAnswer {
        var candidates = InlineArray<8, (q: JointVector, cost: Double)>(repeating: (seed, .infinity))
        for i in 0..<branches.count {
            guard let q = turnedWithinLimits(branches[i], near: seed) else { continue }
            candidates[i] = (q, squaredDistance(q, seed))
        }
        // The nearest one almost always holds; the next is tried where rounding at the edge of the reach spoilt it.
        for _ in 0..<branches.count {
            var best = 0
            for i in 1..<8 where candidates[i].cost < candidates[best].cost { best = i }
            guard candidates[best].cost.isFinite else { break }
            if let q = polished(candidates[best].q, reaching: goal) { return .solved(q) }
            candidates[best].cost = .infinity
        }
        return .failed(branches.count == 0 ? .unreachable : .outsideLimits)
    }

    /// The closed form ends near the pose, as exactly as the arm has its geometry; a step or two end on it.
    func polished(_ q: JointVector, reaching goal: Pose<Base, Flange>) -> JointVector? {
        let error = difference(from: arm.forwardKinematics(q), to: goal)
        if PoseError(position: length(error.shift), angle: length(error.turn)).isWithin(Self.acceptedError) { return q }
        let end = numeric.descend(arm, to: goal, from: q, steps: 4, until: Self.acceptedError)
        return end.isReached ? end.q : nil
    }

    /// Each joint by whole turns as near to `seed` as its limits allow; `nil` where a joint has no such turn.
    private func turnedWithinLimits(_ branch: JointVector, near seed: JointVector) -> JointVector? {
        var q = branch
        for i in 0..<arm.jointCount {
            let limits = arm.limits(i)
            var turned = Self.turned(q[i], near: seed[i])
            if turned > limits.upper + Self.limitTolerance {
                turned -= 2 * .pi * ((turned - limits.upper - Self.limitTolerance) / (2 * .pi)).rounded(.up)
            } else if turned < limits.lower - Self.limitTolerance {
                turned += 2 * .pi * ((limits.lower - Self.limitTolerance - turned) / (2 * .pi)).rounded(.up)
            }
            guard limits.contains(turned, tolerance: Self.limitTolerance) else { return nil }
            q[i] = limits.clamped(turned)
        }
        return q
    }

    /// `angle` by whole turns to within half a turn of `seed`.
    @inline(__always) static func turned(_ angle: Double, near seed: Double) -> Double {
        let apart = seed - angle
        return abs(apart) <= .pi ? angle : angle + 2 * .pi * (apart / (2 * .pi)).rounded()
    }

    private func squaredDistance(_ a: JointVector, _ b: JointVector) -> Double {
        let d = a.values - b.values
        return (d * d).sum()
    }

    private func descend(
        to goal: Pose<Base, Flange>, near seed: JointVector, restarts: Int
    ) -> InverseKinematicsAnswer {
        guard length(goal.translation) <= numeric.reach else { return .failed(.unreachable) }
        let first = numeric.descend(arm, to: goal, from: seed, until: Self.acceptedError)
        if first.isReached { return .solved(first.q) }
        var random = SeededGenerator(seed: 1)
        for _ in 0..<max(0, restarts) {
            let start = randomPosture(&random, near: seed)
            let end = numeric.descend(arm, to: goal, from: start, until: Self.acceptedError)
            if end.isReached { return .solved(end.q) }
        }
        return .failed(.notConverged)
    }

    /// Anywhere within the limits, joints without end within a turn about `seed`.
    private func randomPosture(_ random: inout SeededGenerator, near seed: JointVector) -> JointVector {
        var q = seed
        for i in 0..<arm.jointCount {
            let lower = max(arm.limits(i).lower, seed[i] - .pi - 2 * .pi * (arm.joint(i).kind == .prismatic ? 1e6 : 1))
            let upper = min(arm.limits(i).upper, seed[i] + .pi + 2 * .pi * (arm.joint(i).kind == .prismatic ? 1e6 : 1))
            q[i] = lower + (upper - lower) * random.uniform()
        }
        return q
    }
}
