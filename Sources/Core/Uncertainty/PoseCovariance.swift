import Frames
import LinearAlgebra

/// A small motion in frame `A`: a turn about a centre, then a shift. It moves p to c + exp(θ)(p − c) + t.
public struct PoseChange<A: Frame>: Equatable, Sendable {
    /// Rotation vector θ, rad.
    public let rotation: Vector3
    /// mm.
    public let translation: Vector3
    public let centre: Point<A>

    public init(rotation: Vector3, translation: Vector3, centre: Point<A>) {
        self.rotation = rotation
        self.translation = translation
        self.centre = centre
    }

    /// The pose after the motion, an exact rotation.
    public func applied<B: Frame>(to X_AB: Pose<A, B>) -> Pose<A, B> {
        let turn = Rotation<A, A>(rotationVector: rotation)
        let moved = turn.matrix * (X_AB.translation - centre.coordinates) + centre.coordinates + translation
        return Pose(rotation: (turn * X_AB.rotation).renormalized, translation: moved)
    }
}

/// The covariance of a pose's error, as the small motion in A by which it is off.
///
/// Six rows and columns: rotation vector in A about `centre` (rad), then translation of the centre in A (mm).
public struct PoseCovariance<A: Frame, B: Frame>: Equatable, Sendable {
    public let centre: Point<A>
    public let rotation: Matrix3
    /// Covariance of rotation (rows) with translation (columns).
    public let cross: Matrix3
    public let translation: Matrix3

    public init(centre: Point<A>, rotation: Matrix3, cross: Matrix3, translation: Matrix3) {
        self.centre = centre
        self.rotation = (rotation + rotation.transposed) * 0.5
        self.cross = cross
        self.translation = (translation + translation.transposed) * 0.5
    }

    public static func exact(about centre: Point<A> = .origin) -> PoseCovariance {
        PoseCovariance(centre: centre, rotation: .zero, cross: .zero, translation: .zero)
    }

    /// The error that the pose brings to a place: with r = p − c, the covariance of θ × r + t.
    public func covariance(at p: Point<A>) -> Covariance<A> {
        let k = Matrix3.skew(p.coordinates - centre.coordinates)
        // δp = t − [r]× θ
        let mixed = k * cross
        return Covariance(trusted: translation + k * rotation * k.transposed - mixed - mixed.transposed)
    }

    /// The error of a target known in B with its own error: X_AB p_B.
    public func covariance(of p: Point<B>, with own: Covariance<B> = .zero, through X_AB: Pose<A, B>) -> Covariance<A> {
        covariance(at: X_AB * p) + own.turned(by: X_AB.rotation)
    }

    /// The same error, told about another centre.
    public func recentred(at c: Point<A>) -> PoseCovariance {
        let k = Matrix3.skew(c.coordinates - centre.coordinates)
        // t' = t − [c' − c]× θ
        return PoseCovariance(
            centre: c, rotation: rotation, cross: cross + rotation * k, translation: covariance(at: c).matrix)
    }

    /// The covariance of X_AB X_BC, from independent errors of both.
    public func composed<C: Frame>(_ next: PoseCovariance<B, C>, through X_AB: Pose<A, B>) -> PoseCovariance<A, C> {
        let own = recentred(at: X_AB * next.centre)
        let (r, rt) = (X_AB.rotation.matrix, X_AB.rotation.matrix.transposed)
        return PoseCovariance<A, C>(
            centre: own.centre, rotation: own.rotation + r * next.rotation * rt, cross: own.cross + r * next.cross * rt,
            translation: own.translation + r * next.translation * rt)
    }

    /// The covariance of X_BA = X_AB⁻¹.
    public func inverted(_ X_AB: Pose<A, B>) -> PoseCovariance<B, A> {
        let back = X_AB.inverse
        let (r, rt) = (back.rotation.matrix, back.rotation.matrix.transposed)
        // the inverse is off by the opposite motion, seen from B; signs cancel in the covariance
        return PoseCovariance<B, A>(
            centre: back * centre, rotation: r * rotation * rt, cross: r * cross * rt, translation: r * translation * rt
        )
    }

    /// Root-mean-square angle of the rotation's error, rad.
    public var rotationRMS: Double { max(rotation.trace, 0).squareRoot() }
}
