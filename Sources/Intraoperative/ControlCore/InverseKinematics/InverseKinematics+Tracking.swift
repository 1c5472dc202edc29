import Frames
import Glibc
import RobotModel
import SmallMatrix

extension InverseKinematics {
    /// The steps of the search where there is no closed form: enough for a target a few mm away.
    static let trackingSteps = 8

    /// The next joint positions for an arm at `q` that follows a moving target, in bounded time.
    ///
    /// Only the branch on which the arm is: a pose that needs another one, a joint beyond its limits, or any joint to move
    /// by more than its `maximumStep`, is refused with the reason, and the arm should hold. So it never flips.
    ///
    /// - Parameters:
    ///   - q: where the arm was sent last, rad or mm.
    ///   - maximumStep: for each joint how far it may go from `q`, above 0, rad or mm.
    public func track(
        _ X_BaseFlange: Pose<Base, Flange>, from q: JointVector, maximumStep: JointVector
    ) -> InverseKinematicsAnswer {
        let n = arm.jointCount
        guard X_BaseFlange.isFinite, q.count == n, q.isFinite, maximumStep.count == n else { return .failed(.badInput) }
        for i in 0..<n where !(maximumStep[i] > 0) { return .failed(.badInput) }
        if let closedForm { return trackClosedForm(closedForm, X_BaseFlange, q, maximumStep) }
        return trackNumeric(X_BaseFlange, q, maximumStep)
    }

    /// As `track` for the flange, for a tool at `X_FlangeTool` on it.
    public func track(
        _ X_BaseTool: Pose<Base, Tool>, tool X_FlangeTool: Pose<Flange, Tool>, from q: JointVector,
        maximumStep: JointVector
    ) -> InverseKinematicsAnswer {
        track(X_BaseTool * X_FlangeTool.inverse, from: q, maximumStep: maximumStep)
    }

    private func trackClosedForm(
        _ geometry: ParallelAxesGeometry, _ goal: Pose<Base, Flange>, _ q: JointVector, _ maximumStep: JointVector
    ) -> InverseKinematicsAnswer {
        let branches = geometry.branches(goal, seed: q)
        var nearest = q
        var least = Double.infinity
        for i in 0..<branches.count {
            var branch = branches[i]
            // The turn at which the joint is, whatever its limits: another one would be a turn of 360°.
            for j in 0..<6 { branch[j] = Self.turned(branch[j], near: q[j]) }
            let most = Self.largestShare(from: q, to: branch, of: maximumStep).share
            if most < least { (nearest, least) = (branch, most) }
        }
        guard least.isFinite else { return .failed(.unreachable) }
        return accepted(nearest, goal, q, maximumStep)
    }

    /// The checks that every step passes before the arm may take it.
    private func accepted(
        _ next: JointVector, _ goal: Pose<Base, Flange>, _ q: JointVector, _ maximumStep: JointVector
    ) -> InverseKinematicsAnswer {
        let first = Self.largestShare(from: q, to: next, of: maximumStep)
        guard first.share <= 1 else { return .failed(.stepTooLarge(joint: first.joint, needed: first.step)) }
        guard arm.isWithinLimits(next, tolerance: Self.limitTolerance) else { return .failed(.outsideLimits) }
        guard let exact = polished(arm.clamped(next), reaching: goal) else { return .failed(.notConverged) }
        let last = Self.largestShare(from: q, to: exact, of: maximumStep)
        guard last.share <= 1 else { return .failed(.stepTooLarge(joint: last.joint, needed: last.step)) }
        return .solved(exact)
    }

    /// The joint whose step is the largest share of what it may move.
    static func largestShare(
        from q: JointVector, to next: JointVector, of maximumStep: JointVector
    ) -> (joint: Int, step: Double, share: Double) {
        var most = (joint: 0, step: 0.0, share: 0.0)
        for i in 0..<q.count {
            let step = abs(next[i] - q[i])
            if step / maximumStep[i] > most.share { most = (i, step, step / maximumStep[i]) }
        }
        return most
    }

    /// Gauss–Newton steps within a box: the limits, and `maximumStep` about where the arm is.
    private func trackNumeric(
        _ goal: Pose<Base, Flange>, _ q: JointVector, _ maximumStep: JointVector
    ) -> InverseKinematicsAnswer {
        let n = arm.jointCount
        var (lower, upper) = (q, q)
        for i in 0..<n {
            lower[i] = max(arm.limits(i).lower, q[i] - maximumStep[i])
            upper[i] = min(arm.limits(i).upper, q[i] + maximumStep[i])
            guard lower[i] <= upper[i] else { return .failed(.outsideLimits) }
        }
        var at = arm.clamped(q)
        for i in 0..<n { at[i] = min(max(at[i], lower[i]), upper[i]) }
        for _ in 0..<Self.trackingSteps {
            let (X, jacobian) = arm.kinematics(at)
            let error = difference(from: X, to: goal)
            let size = PoseError(position: length(error.shift), angle: length(error.turn))
            if size.isWithin(Self.acceptedError) { return .solved(at) }
            guard let next = boxStep(at, jacobian, error, lower: lower, upper: upper) else { break }
            if next == at { break }
            at = next
        }
        return refusal(of: goal, at: at, q, maximumStep)
    }

    private func boxStep(
        _ at: JointVector, _ jacobian: Jacobian, _ error: (shift: Vector3, turn: Vector3), lower: JointVector,
        upper: JointVector
    ) -> JointVector? {
        let n = arm.jointCount
        let (A, e, units) = numeric.weightedProblem(arm, jacobian, error)
        let answer = A.boxConstrainedLeastSquares(
            e, lower: (lower.values - at.values) / units, upper: (upper.values - at.values) / units, damping: 1e-5,
            maximumSteps: 24)
        guard answer.status == .optimal || answer.status == .stepsRanOut else { return nil }
        var next = JointVector(at.values + answer.x * units, count: n)
        for i in 0..<n { next[i] = min(max(next[i], lower[i]), upper[i]) }
        return next
    }

    /// Why the search in the box ended without the pose: at a limit, at a bound of the step, or neither.
    private func refusal(
        of goal: Pose<Base, Flange>, at end: JointVector, _ q: JointVector, _ maximumStep: JointVector
    ) -> InverseKinematicsAnswer {
        let (X, _) = arm.kinematics(end)
        let error = difference(from: X, to: goal)
        if PoseError(position: length(error.shift), angle: length(error.turn)).isWithin(Self.acceptedError) {
            return .solved(end)
        }
        let most = Self.largestShare(from: q, to: end, of: maximumStep)
        if most.share >= 1 - 1e-9 { return .failed(.stepTooLarge(joint: most.joint, needed: most.step)) }
        for i in 0..<arm.jointCount where end[i] == arm.limits(i).lower || end[i] == arm.limits(i).upper {
            return .failed(.outsideLimits)
        }
        return .failed(.notConverged)
    }
}
