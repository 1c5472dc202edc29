import Glibc

/// Three numbers without a frame; kernels work on these, everything above them on `Point`, `Displacement`, `Direction`.
public typealias Vector3 = SIMD3<Double>

@inlinable public func dot(_ a: Vector3, _ b: Vector3) -> Double { (a * b).sum() }

@inlinable public func cross(_ a: Vector3, _ b: Vector3) -> Vector3 {
    Vector3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)
}

@inlinable public func length(_ a: Vector3) -> Double { (a * a).sum().squareRoot() }

@inlinable public func squaredLength(_ a: Vector3) -> Double { (a * a).sum() }

/// `a` scaled to length 1; `nil` where it is too short to have a direction, or not finite.
@inlinable public func normalized(_ a: Vector3) -> Vector3? {
    let size = length(a)
    return size > 1e-12 && size.isFinite ? a / size : nil
}

/// A unit vector perpendicular to the unit vector `a`, chosen away from `a`'s largest component.
@inlinable public func perpendicular(to a: Vector3) -> Vector3 {
    let helper = abs(a.x) < 0.6 ? Vector3(1, 0, 0) : abs(a.y) < 0.6 ? Vector3(0, 1, 0) : Vector3(0, 0, 1)
    let side = cross(a, helper)
    return side / length(side)
}

/// The angle between two vectors of any length, in radians in 0…π, accurate near both ends (Kahan).
@inlinable public func angle(_ a: Vector3, _ b: Vector3) -> Double {
    let p = a * length(b)
    let q = b * length(a)
    return 2 * atan2(length(p - q), length(p + q))
}

extension SIMD3 where Scalar == Double {
    @inlinable public var isFinite: Bool { x.isFinite && y.isFinite && z.isFinite }
}
