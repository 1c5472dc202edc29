import Frames
import Glibc
import RobotModel
import SmallMatrix

/// Inverse kinematics of any serial arm, by Levenberg–Marquardt steps whose damping falls with the error
/// (Sugihara, *Solvability-unconcerned inverse kinematics by the Levenberg–Marquardt method*, IEEE T-RO 2011), with each
/// joint kept within its limits.
@frozen public struct DampedLeastSquares: Equatable, Sendable {
    /// mm that weigh as much as a radian: about half of the arm's reach.
    public let lengthPerRadian: Double
    /// mm from the base's origin that no flange is beyond: all links and slides laid end to end.
    public let reach: Double
    /// The most steps of one descent.
    public static let mostSteps = 40

    public init(_ arm: SerialArm) {
        let links = arm.linkPoses(JointVector(count: arm.jointCount))
        var reach = 0.0
        var last = Vector3.zero
        for i in 0..<arm.jointCount {
            reach += length(links[i].translation - last)
            let limits = arm.limits(i)
            if arm.joint(i).kind == .prismatic { reach += max(abs(limits.lower), abs(limits.upper)) }
            last = links[i].translation
        }
        reach += length(links.flange.translation - last)
        self.reach = reach.isFinite ? reach + 1e-6 : .infinity
        lengthPerRadian = reach.isFinite && reach > 2 ? reach / 2 : 1
    }

    /// Goes down from `seed` (within the limits) to a pose, in at most `steps` steps.
    ///
    /// - Returns: the place reached, and whether its pose is the goal to `bound`.
    public func descend(
        _ arm: SerialArm, to goal: Pose<Base, Flange>, from seed: JointVector, steps: Int = mostSteps,
        until bound: PoseError
    ) -> (q: JointVector, isReached: Bool) {
        var q = seed
        var (X, J) = arm.kinematics(q)
        var error = difference(from: X, to: goal)
        var last = weighted(error)
        var damping = Self.leastDamping
        for step in 0..<steps {
            if PoseError(position: length(error.shift), angle: length(error.turn)).isWithin(bound) { return (q, true) }
            let isStuck = step == Self.patience && cost(last) > Self.hopeless
            guard !isStuck, let next = self.step(arm, q, J, last, damping) else { return (q, false) }
            (X, J) = arm.kinematics(next)
            let nextError = difference(from: X, to: goal)
            let nextWeighted = weighted(nextError)
            // A step uphill is taken all the same, but the next ones are damped more.
            damping = cost(nextWeighted) < cost(last) ? max(damping / 4, Self.leastDamping) : min(damping * 8, 1)
            if next == q { return (q, false) }
            (q, error, last) = (next, nextError, nextWeighted)
        }
        return (q, PoseError(position: length(error.shift), angle: length(error.turn)).isWithin(bound))
    }

    static let leastDamping = 1e-9
    static let patience = 18
    static let hopeless = 1e-2

    private func weighted(_ error: (shift: Vector3, turn: Vector3)) -> FixedVector {
        let s = error.shift / lengthPerRadian
        return FixedVector(s.x, s.y, s.z, error.turn.x, error.turn.y, error.turn.z, 0, 0)
    }

    private func cost(_ e: FixedVector) -> Double { (e * e).sum() / 2 }

    /// One damped step, with joints that push against their limits left out.
    private func step(
        _ arm: SerialArm, _ q: JointVector, _ jacobian: Jacobian, _ e: FixedVector, _ damping: Double
    ) -> JointVector? {
        let n = arm.jointCount
        var A = weightedJacobian(arm, jacobian)
        let slope = A.transposeTimes(e)
        for i in 0..<n {
            let limits = arm.limits(i)
            if q[i] <= limits.lower && slope[i] < 0 || q[i] >= limits.upper && slope[i] > 0 { A[column: i] = .zero }
        }
        let size = min(0.1 * cost(e), 1e-1) + damping
        guard let dx = A.gram(damping: size).solvePositiveDefinite(A.transposeTimes(e)) else { return nil }
        // Far steps leave the place where the Jacobian holds: none is longer than a radian at a joint.
        var most = 0.0
        for i in 0..<n { most = max(most, abs(dx[i])) }
        guard most.isFinite else { return nil }
        let share = most > 1 ? 1 / most : 1
        var next = q
        for i in 0..<n {
            let unit = arm.joint(i).kind == .prismatic ? lengthPerRadian : 1
            next[i] = arm.limits(i).clamped(q[i] + dx[i] * share * unit)
        }
        return next
    }

    /// The Jacobian with lengths in units of `lengthPerRadian`, a sliding joint's own motion too.
    private func weightedJacobian(_ arm: SerialArm, _ jacobian: Jacobian) -> FixedMatrix {
        var A = FixedMatrix(rows: 6, columns: arm.jointCount)
        for i in 0..<arm.jointCount {
            let s = arm.joint(i).kind == .prismatic ? 1 : 1 / lengthPerRadian
            A[column: i] = jacobian.columns[i] * FixedVector(s, s, s, 1, 1, 1, 0, 0)
        }
        return A
    }

    /// The least squares problem A x = e of one Gauss–Newton step; joints move by x times `units`.
    func weightedProblem(
        _ arm: SerialArm, _ jacobian: Jacobian, _ error: (shift: Vector3, turn: Vector3)
    ) -> (A: FixedMatrix, e: FixedVector, units: SIMD8<Double>) {
        var units = SIMD8<Double>(repeating: 1)
        for i in 0..<arm.jointCount where arm.joint(i).kind == .prismatic { units[i] = lengthPerRadian }
        return (weightedJacobian(arm, jacobian), weighted(error), units)
    }
}
