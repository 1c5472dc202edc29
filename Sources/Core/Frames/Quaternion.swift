import Glibc

/// A rotation as a unit quaternion, in the order w, x, y, z. `q` and `-q` are the same rotation.
@frozen public struct Quaternion: Equatable, Sendable {
    public let w: Double
    public let v: Vector3

    /// Normalises; `nil` where the four numbers are not finite or have no length.
    @inlinable public init?(w: Double, x: Double, y: Double, z: Double) {
        let size = (w * w + x * x + y * y + z * z).squareRoot()
        guard size.isFinite, size > 1e-9 else { return nil }
        self.w = w / size
        v = Vector3(x, y, z) / size
    }

    /// From a proper rotation matrix, by its largest component (Shepperd 1978).
    @inlinable public init(_ m: Matrix3) {
        let diagonal = Vector3(m[0, 0], m[1, 1], m[2, 2])
        let squares = SIMD4(
            1 + m.trace, 1 + diagonal.x - diagonal.y - diagonal.z, 1 - diagonal.x + diagonal.y - diagonal.z,
            1 - diagonal.x - diagonal.y + diagonal.z)
        let q: SIMD4<Double>
        if squares[0] >= squares.max() {
            q = SIMD4(squares[0], m[2, 1] - m[1, 2], m[0, 2] - m[2, 0], m[1, 0] - m[0, 1])
        } else if squares[1] >= squares.max() {
            q = SIMD4(m[2, 1] - m[1, 2], squares[1], m[1, 0] + m[0, 1], m[0, 2] + m[2, 0])
        } else if squares[2] >= squares.max() {
            q = SIMD4(m[0, 2] - m[2, 0], m[1, 0] + m[0, 1], squares[2], m[2, 1] + m[1, 2])
        } else {
            q = SIMD4(m[1, 0] - m[0, 1], m[0, 2] + m[2, 0], m[2, 1] + m[1, 2], squares[3])
        }
        let unit = q / (q * q).sum().squareRoot()
        let sign: Double = unit[0] < 0 ? -1 : 1
        w = unit[0] * sign
        v = Vector3(unit[1], unit[2], unit[3]) * sign
    }

    @inlinable public var matrix: Matrix3 {
        let (x, y, z) = (v.x, v.y, v.z)
        return Matrix3(
            rows: Vector3(1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)),
            Vector3(2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)),
            Vector3(2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)))
    }
}
