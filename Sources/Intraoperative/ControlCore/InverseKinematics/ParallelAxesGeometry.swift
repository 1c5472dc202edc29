import Frames
import Glibc
import RobotModel

/// The geometry of arms like Universal Robots', found in an arm's own axes: any base, tool, zero position and sense of turn.
///
/// Six turning joints; axes 1 and 2 meet at a right angle, axes 2, 3 and 4 are parallel, axis 5 meets axis 4 and axis 6
/// meets axis 5 at right angles. With such an arm
///
///     X_BaseFlange = X_BaseZero · Rz(θ₁) Rx(90°) · Rz(θ₂) Tx(a₂) · Rz(θ₃) Tx(a₃) · Rz(θ₄) Tz(d₄) Rx(90°)
///                    · Rz(θ₅) Tz(d₅) Rx(90°) · Rz(θ₆) · X_SixFlange,          θᵢ = sign(i) qᵢ + offset(i).
@frozen public struct ParallelAxesGeometry: Equatable, Sendable {
    /// Where axes 1 and 2 meet, +Z along axis 1.
    public let X_BaseZero: Pose<Base, Link>
    /// From the sixth joint's frame, whose origin is where axes 5 and 6 meet, to the flange.
    public let X_SixFlange: Pose<Link, Flange>
    /// Lengths of upper arm and forearm, mm.
    public let a2: Double
    public let a3: Double
    /// Offsets of axis 5 along axis 4, and of axis 6 along axis 5, mm.
    public let d4: Double
    public let d5: Double
    /// ±1 for each joint.
    public let signs: SIMD8<Double>
    /// rad.
    public let offsets: SIMD8<Double>

    /// Axes count as parallel, perpendicular or meeting to these: as exact as a URDF with a few digits.
    static let angleTolerance = 1e-5
    static let lengthTolerance = 1e-2

    /// `nil` where `arm` is not such an arm.
    public init?(_ arm: SerialArm) {
        guard arm.jointCount == 6 else { return nil }
        for i in 0..<6 where arm.joint(i).kind == .prismatic { return nil }
        let zero = JointVector(count: 6)
        let links = arm.linkPoses(zero)
        func axis(_ i: Int) -> Vector3 { (links[i] * arm.joint(i).axis).vector }
        func place(_ i: Int) -> Vector3 { links[i].translation }
        let (z0, z1, z4, z5) = (axis(0), axis(1), axis(4), axis(5))
        let tolerance = Self.angleTolerance
        guard abs(dot(z0, z1)) < tolerance, abs(dot(z1, z4)) < tolerance, abs(dot(z4, z5)) < tolerance,
            length(cross(z1, axis(2))) < tolerance, length(cross(z1, axis(3))) < tolerance,
            let O1 = Self.meeting(place(0), z0, place(1), z1), let O4 = Self.meeting(place(3), z1, place(4), z4),
            let O5 = Self.meeting(place(4), z4, place(5), z5)
        else { return nil }
        // Upper arm and forearm as they lie in the plane across the parallel axes.
        let upper = Self.across(place(2) - O1, z1)
        let fore = Self.across(place(3) - place(2), z1)
        guard length(upper) > 1, length(fore) > 1, let x0 = Direction<Base>(cross(z0, z1)),
            let z0 = Direction<Base>(z0),
            let R0 = Rotation<Base, Link>(z: z0, near: x0.vector)
        else { return nil }
        (a2, a3) = (length(upper), length(fore))
        (d4, d5) = (dot(O4 - O1, z1), dot(O5 - O4, z4))
        let x2 = upper / length(upper)
        let x3 = fore / length(fore)
        let x4 = cross(z1, z4)
        let x5 = cross(z4, z5)
        signs = SIMD8(1, 1, dot(axis(2), z1) < 0 ? -1 : 1, dot(axis(3), z1) < 0 ? -1 : 1, 1, 1, 0, 0)
        offsets = SIMD8(
            0, Self.turn(x0.vector, x2, about: z1), Self.turn(x2, x3, about: z1), Self.turn(x3, x4, about: z1),
            Self.turn(x4, x5, about: z4), 0, 0, 0)
        X_BaseZero = Pose(rotation: R0, translation: O1)
        guard let z5 = Direction<Base>(z5), let R6 = Rotation<Base, Link>(z: z5, near: x5) else { return nil }
        X_SixFlange = Pose(rotation: R6, translation: O5).inverse * arm.forwardKinematics(zero)
    }

    /// The angle by which `a` turns to `b` about `axis`, −π…π.
    private static func turn(_ a: Vector3, _ b: Vector3, about axis: Vector3) -> Double {
        atan2(dot(cross(a, b), axis), dot(a, b))
    }

    /// The part of `v` across the unit vector `axis`.
    private static func across(_ v: Vector3, _ axis: Vector3) -> Vector3 { v - axis * dot(v, axis) }

    /// Where two perpendicular lines meet; `nil` where they pass each other.
    private static func meeting(_ p: Vector3, _ u: Vector3, _ q: Vector3, _ v: Vector3) -> Vector3? {
        let between = q - p
        let onFirst = p + u * dot(between, u)
        let onSecond = q - v * dot(between, v)
        return length(onFirst - onSecond) < lengthTolerance ? onFirst : nil
    }
}
