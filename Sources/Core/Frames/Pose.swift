/// The pose of frame `B` in frame `A`: `X_AB * p_B` is `p_A`, and `X_AB * X_BC` is `X_AC`. A wrong order does not compile.
///
/// ```swift
/// let X_BaseCT: Pose<Base, CT> = X_BaseTracker * X_TrackerReference * X_ReferenceCT
/// let tip: Point<Base> = X_BaseCT * plannedTip        // plannedTip: Point<CT>
/// ```
@frozen public struct Pose<A: Frame, B: Frame>: Equatable, Sendable {
    public let rotation: Rotation<A, B>
    /// B's origin in A's coordinates, mm.
    public let translation: Vector3

    @inlinable public init(rotation: Rotation<A, B>, translation: Vector3) {
        self.rotation = rotation
        self.translation = translation
    }

    @inlinable public static func identity() -> Pose { Pose(rotation: .identity(), translation: .zero) }

    /// From 16 numbers, row by row, as files hold them; translation in mm.
    ///
    /// - Throws: `FramesError` where there are not 16 finite numbers that make a proper rigid transform to `tolerance`.
    public init(rowMajor m: [Double], tolerance: Double = 1e-6) throws(FramesError) {
        guard m.count == 16 else { throw .wrongCount(m.count) }
        guard m.allSatisfy(\.isFinite) else { throw .notFinite }
        let bottom = max(abs(m[12]), abs(m[13]), abs(m[14]), abs(m[15] - 1))
        guard bottom <= tolerance else { throw .notRigid(deviation: bottom) }
        let rows = Matrix3(rows: Vector3(m[0], m[1], m[2]), Vector3(m[4], m[5], m[6]), Vector3(m[8], m[9], m[10]))
        rotation = try Rotation(checking: rows, tolerance: tolerance)
        translation = Vector3(m[3], m[7], m[11])
    }

    /// 16 numbers, row by row, translation in mm.
    public var rowMajor: [Double] {
        let m = rotation.matrix
        return (0..<3).flatMap { [m[$0, 0], m[$0, 1], m[$0, 2], translation[$0]] } + [0, 0, 0, 1]
    }

    @inlinable public var origin: Point<A> { Point(translation) }

    @inlinable public var inverse: Pose<B, A> {
        let back = rotation.inverse
        return Pose<B, A>(rotation: back, translation: -(back.matrix * translation))
    }

    @inlinable public static func * <C: Frame>(a: Pose<A, B>, b: Pose<B, C>) -> Pose<A, C> {
        Pose<A, C>(rotation: a.rotation * b.rotation, translation: a.rotation.matrix * b.translation + a.translation)
    }

    @inlinable public static func * (a: Pose, p: Point<B>) -> Point<A> {
        Point(a.rotation.matrix * p.coordinates + a.translation)
    }

    @inlinable public static func * (a: Pose, d: Direction<B>) -> Direction<A> { a.rotation * d }
    @inlinable public static func * (a: Pose, d: Displacement<B>) -> Displacement<A> { a.rotation * d }

    @inlinable public var isFinite: Bool { translation.isFinite && rotation.matrix.isFinite }
}
