import Glibc

/// The orientation of frame `B` in frame `A`; it turns B's coordinates into A's. Always a proper rotation.
@frozen public struct Rotation<A: Frame, B: Frame>: Equatable, Sendable {
    public let matrix: Matrix3

    @inlinable init(trusted matrix: Matrix3) { self.matrix = matrix }

    @inlinable public static func identity() -> Rotation { Rotation(trusted: .identity) }

    @inlinable public init(_ q: Quaternion) { matrix = q.matrix }

    /// Turns by `radians` about `axis` (Rodrigues).
    @inlinable public init(radians: Double, about axis: Direction<A>) {
        self.init(rotationVector: axis.vector * radians)
    }

    /// exp([v]×): turns by |v| radians about v.
    @inlinable public init(rotationVector v: Vector3) {
        let angle = length(v)
        let s = angle < 1e-8 ? 1 : sin(angle) / angle
        let half = angle < 1e-8 ? 1 : sin(angle / 2) / (angle / 2)
        let k = Matrix3.skew(v)
        matrix = Matrix3.identity + k * s + (k * k) * (0.5 * half * half)
    }

    /// Checks nine numbers from outside: orthonormal and right-handed to `tolerance`; then makes them exactly so.
    ///
    /// - Throws: `FramesError.notARotation`, `.mirrored` or `.notFinite`.
    public init(checking m: Matrix3, tolerance: Double = 1e-6) throws(FramesError) {
        guard m.isFinite else { throw .notFinite }
        let off = (m.transposed * m - .identity).largestMagnitude
        guard off <= tolerance else { throw .notARotation(deviation: off) }
        guard m.determinant > 0 else { throw .mirrored }
        matrix = Quaternion(m).matrix
    }

    /// B's Z axis along `z`, its X axis as near to `x` as it can be; `nil` where the two are parallel.
    @inlinable public init?(z: Direction<A>, near x: Vector3) {
        guard let side = normalized(x - z.vector * dot(x, z.vector)) else { return nil }
        matrix = Matrix3(columns: side, cross(z.vector, side), z.vector)
    }

    /// B's Z axis along `z`, its Y axis as near to `y` as it can be; `nil` where the two are parallel.
    @inlinable public init?(z: Direction<A>, nearY y: Vector3) {
        guard let back = normalized(y - z.vector * dot(y, z.vector)) else { return nil }
        matrix = Matrix3(columns: cross(back, z.vector), back, z.vector)
    }

    @inlinable public var inverse: Rotation<B, A> { Rotation<B, A>(trusted: matrix.transposed) }
    @inlinable public var quaternion: Quaternion { Quaternion(matrix) }

    /// log: the vector v with exp([v]×) equal to this rotation, |v| ≤ π.
    @inlinable public var rotationVector: Vector3 {
        let q = quaternion
        let size = length(q.v)
        return size < 1e-12 ? q.v * 2 : q.v * (2 * atan2(size, q.w) / size)
    }

    /// The angle of the rotation in radians, 0…π.
    @inlinable public var angle: Double { length(rotationVector) }

    @inlinable public static func * <C: Frame>(a: Rotation<A, B>, b: Rotation<B, C>) -> Rotation<A, C> {
        Rotation<A, C>(trusted: a.matrix * b.matrix)
    }

    @inlinable public static func * (a: Rotation, d: Direction<B>) -> Direction<A> {
        Direction(unit: a.matrix * d.vector)
    }
    @inlinable public static func * (a: Rotation, d: Displacement<B>) -> Displacement<A> {
        Displacement(a.matrix * d.vector)
    }

    /// This rotation after a turn by `radians` about B's own Z axis, as a joint makes it.
    @inlinable public func turnedAboutZ(_ radians: Double) -> Rotation {
        let (c, s) = (cos(radians), sin(radians))
        let (x, y) = (matrix.columns.0, matrix.columns.1)
        return Rotation(trusted: Matrix3(columns: x * c + y * s, y * c - x * s, matrix.columns.2))
    }

    /// The nearest exact rotation, against the drift of many products.
    @inlinable public var renormalized: Rotation { Rotation(quaternion) }
}
