import Frames
import Glibc
import RobotModel

/// The joint positions, at most eight, by which an arm of parallel axes reaches a pose; each angle up to whole turns.
@frozen public struct InverseKinematicsBranches: Sendable {
    @usableFromInline var storage = InlineArray<8, SIMD8<Double>>(repeating: .zero)
    public private(set) var count = 0

    @inlinable public subscript(i: Int) -> JointVector {
        precondition(i >= 0 && i < count, "no such branch")
        return JointVector(storage[i], count: 6)
    }

    mutating func append(_ q: SIMD8<Double>) {
        guard count < 8 else { return }
        storage[count] = q
        count += 1
    }
}

extension ParallelAxesGeometry {
    /// Sines and cosines up to this much beyond 1 count as 1: the edge of the reach, to rounding.
    static let edge = 1e-9
    /// Below this sine of θ₅ axes 4 and 6 are parallel and θ₆ is free.
    static let wristSingularity = 1e-10

    /// All joint positions that reach `X_BaseFlange`: shoulder left and right, wrist up and down, elbow up and down.
    ///
    /// In closed form after Hawkins, *Analytic Inverse Kinematics for the Universal Robots* (Georgia Tech, 2013), in the
    /// frames of `ParallelAxesGeometry`. Where axes 4 and 6 are parallel, joint 6 keeps the place of `seed`.
    public func branches(_ X_BaseFlange: Pose<Base, Flange>, seed: JointVector) -> InverseKinematicsBranches {
        var found = InverseKinematicsBranches()
        let X = X_BaseZero.inverse * X_BaseFlange * X_SixFlange.inverse
        let p = X.translation
        // Axis 6 meets axis 5 at d4 along axis 2, which lies across axis 1: p · z1 = d4 with z1 = (sin θ₁, −cos θ₁, 0).
        let radius = (p.x * p.x + p.y * p.y).squareRoot()
        guard radius > 0, abs(d4) <= radius * (1 + Self.edge) else { return found }
        let bearing = atan2(p.y, p.x)
        let lean = asin(min(max(d4 / radius, -1), 1))
        appendWrists(bearing + lean, X: X, seed: seed, to: &found)
        appendWrists(bearing + .pi - lean, X: X, seed: seed, to: &found)
        return found
    }

    private func appendWrists(
        _ theta1: Double, X: Pose<Link, Link>, seed: JointVector, to found: inout InverseKinematicsBranches
    ) {
        let (c1, s1) = (cos(theta1), sin(theta1))
        let (x1, z1) = (Vector3(c1, s1, 0), Vector3(s1, -c1, 0))
        let (x6, y6, z6) = X.rotation.matrix.columns
        let (nx, ny) = (dot(x6, z1), dot(y6, z1))
        let sine = (nx * nx + ny * ny).squareRoot()
        let cosine = -dot(z6, z1)
        let isSingular = sine < Self.wristSingularity
        let theta5 = atan2(sine, cosine)
        if isSingular {
            // Joint 6 stays where it is, so that the arm does not turn for nothing; where the forearm then cannot reach,
            // axis 5 points along the way to the wrist or against it, which moves its foot nearer or further.
            let kept = signs[5] * seed[5] + offsets[5]
            let before = found.count
            append(theta1, theta5, kept, along: x6 * sin(kept) + y6 * cos(kept), X: X, x1, to: &found)
            guard found.count == before, let way = normalized(X.translation - z1 * dot(X.translation, z1)) else {
                return
            }
            append(theta1, theta5, atan2(dot(way, x6), dot(way, y6)), along: way, X: X, x1, to: &found)
            append(theta1, theta5, atan2(-dot(way, x6), -dot(way, y6)), along: -way, X: X, x1, to: &found)
            return
        }
        // The other wrist turns θ₅ to −θ₅, and axis 5 round by half a turn of θ₆.
        let theta6 = atan2(-ny, nx)
        let z4 = (y6 * nx - x6 * ny) / sine
        append(theta1, theta5, theta6, along: z4, X: X, x1, to: &found)
        append(theta1, -theta5, theta6 + .pi, along: -z4, X: X, x1, to: &found)
    }

    /// With axis 5 along `z4`: where axes 4 and 5 meet, and the elbows that put it there.
    private func append(
        _ theta1: Double, _ theta5: Double, _ theta6: Double, along z4: Vector3, X: Pose<Link, Link>, _ x1: Vector3,
        to found: inout InverseKinematicsBranches
    ) {
        let O4 = X.translation - z4 * d5
        let known = SIMD4(theta1, theta5, theta6, atan2(dot(z4, x1), -z4.z))
        appendElbows(known, along: dot(O4, x1), up: O4.z, to: &found)
    }

    /// The two-link arm of upper arm and forearm in the plane across axis 2.
    ///
    /// - Parameter known: θ₁, θ₅, θ₆, and θ₂ + θ₃ + θ₄.
    private func appendElbows(
        _ known: SIMD4<Double>, along u: Double, up v: Double, to found: inout InverseKinematicsBranches
    ) {
        let cosine = (u * u + v * v - a2 * a2 - a3 * a3) / (2 * a2 * a3)
        guard abs(cosine) <= 1 + Self.edge else { return }
        let inside = min(max(cosine, -1), 1)
        let sine = ((1 - inside) * (1 + inside)).squareRoot()
        let bend = atan2(sine, inside)
        let (rise, lag) = (atan2(v, u), atan2(a3 * sine, a2 + a3 * inside))
        for half in 0..<(bend == 0 ? 1 : 2) {
            let (theta2, theta3) = half == 0 ? (rise - lag, bend) : (rise + lag, -bend)
            let theta = SIMD8(known[0], theta2, theta3, known[3] - theta2 - theta3, known[1], known[2], 0, 0)
            found.append((theta - offsets) * signs)
        }
    }
}
