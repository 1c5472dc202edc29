import Frames

// Fields of solids: negative inside, positive outside, in mm, close to the true distance near the surface.

/// The union of two solids with a fillet of about `k` mm where they meet (polynomial smooth minimum, Quilez 2013).
@inlinable func smoothMinimum(_ a: Double, _ b: Double, _ k: Double) -> Double {
    let h = max(k - abs(a - b), 0)
    return min(a, b) - h * h / (4 * k)
}

/// The intersection of two solids with an edge rounded over about `k` mm.
@inlinable func smoothMaximum(_ a: Double, _ b: Double, _ k: Double) -> Double { -smoothMinimum(-a, -b, k) }

/// Distance to an oval with semi-axes `a` and `b`: an ellipse blended with a superellipse of exponent 4 by
/// `squareness` 0…1.
///
/// First order: (f − 1)/|∇f| for the gauge f of the oval, which is exact on the oval and close to it nearby.
@inlinable func ovalDistance(_ x: Double, _ y: Double, _ a: Double, _ b: Double, squareness: Double) -> Double {
    let (p, q) = (x / a, y / b)
    let (pp, qq) = (p * p, q * q)
    let round = (pp + qq).squareRoot()
    guard round > 1e-6 else { return -min(a, b) }
    let square = (pp * pp + qq * qq).squareRoot().squareRoot()
    let cube = square * square * square
    let gauge = round * (1 - squareness) + square * squareness
    let gx = (p / round * (1 - squareness) + pp * p / cube * squareness) / a
    let gy = (q / round * (1 - squareness) + qq * q / cube * squareness) / b
    return (gauge - 1) / (gx * gx + gy * gy).squareRoot()
}

/// A rounded rod from one point to another with an oval section, whose radii follow a parabola along the way.
struct EllipticTube: Sendable {
    let start, axis, across, along: Vector3
    let length: Double
    /// Radii (across, along) at the start, in the middle and at the end.
    let radii: (SIMD2<Double>, SIMD2<Double>, SIMD2<Double>)
    /// How far the rounded ends reach beyond the two points.
    let endRadius: Double
    /// The fillet with which this rod joins what it belongs to.
    let fillet: Double
    let centre: Vector3
    let reach: Double

    /// `across` and `along` are the section's axes: `along` as near to `upright` as the rod's axis lets it be.
    init(
        from a: Vector3, to b: Vector3, upright: Vector3 = Vector3(0, 0, 1), radii: [SIMD2<Double>], end: Double? = nil,
        fillet: Double = 3
    ) {
        let axis = normalized(b - a) ?? Vector3(0, 0, 1)
        let along = normalized(upright - axis * dot(upright, axis)) ?? perpendicular(to: axis)
        (start, self.axis, self.along, across) = (a, axis, along, cross(along, axis))
        length = Frames.length(b - a)
        let first = radii.first ?? SIMD2(1, 1)
        let last = radii.last ?? first
        self.radii = (first, radii.count > 2 ? radii[1] : (first + last) / 2, last)
        endRadius = end ?? min(first.min(), last.min())
        self.fillet = fillet
        centre = (a + b) / 2
        let widest = max(first.max(), last.max(), self.radii.1.max()) * 1.05
        reach = (length / 2) + max(widest, endRadius)
    }

    /// Distance from `p`, mm, both in the frame in which the rod was made.
    @inline(__always) func distance(_ p: Vector3) -> Double {
        let q = p - start
        let s = dot(q, axis)
        let t = min(max(s / max(length, 1e-9), 0), 1)
        let middle = radii.1 * (4 * t * (1 - t))
        let r = radii.0 * ((1 - t) * (1 - 2 * t)) + middle + radii.2 * (t * (2 * t - 1))
        let inverse = Vector3(1 / endRadius, 1 / r.x, 1 / r.y)
        let unit = Vector3(s - t * length, dot(q, across), dot(q, along)) * inverse
        let gauge = Frames.length(unit)
        guard gauge > 1e-6 else { return -r.min() }
        return gauge * (gauge - 1) / Frames.length(unit * inverse)
    }

    /// A lower bound of the distance, cheaper than the distance.
    @inline(__always) func leastDistance(_ p: Vector3) -> Double { Frames.length(p - centre) - reach }
}
