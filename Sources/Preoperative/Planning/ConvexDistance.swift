import Frames

/// A solid cylinder with flat ends: the checker's own view of a screw, or of a part of it.
struct SolidCylinder {
    let start, axis: Vector3
    let length, radius: Double

    init(start: Vector3, axis: Vector3, length: Double, radius: Double) {
        (self.start, self.axis, self.length, self.radius) = (start, axis, length, radius)
    }

    /// What lies beyond a depth.
    init(_ screw: ScrewCylinder, from: Double) {
        start = screw.point(at: min(from, screw.length)).coordinates
        (axis, radius) = (screw.axis.vector, screw.radius)
        length = max(screw.length - from, 0)
    }

    /// From `p` to the solid, mm; 0 within it. A convex function of `p`.
    @inline(__always) func distance(_ p: Vector3) -> Double {
        let way = p - start
        let along = dot(way, axis)
        let across = max(Frames.length(way - axis * along) - radius, 0)
        let beyond = max(-along, along - length, 0)
        return (across * across + beyond * beyond).squareRoot()
    }

    /// The least distance from the solid to a triangle, mm, to 1 µm.
    ///
    /// A convex function's least over one coordinate is convex in the other: a golden section within a golden section
    /// (Kiefer 1953) finds it.
    func distance(toTriangle a: Vector3, _ b: Vector3, _ c: Vector3) -> Double {
        let (u, v) = (b - a, c - a)
        return Self.least { s in
            let (from, to) = (a + u * s, a + v + (b - c) * s)
            return Self.least { t in distance(from + (to - from) * t) }
        }
    }

    /// The least of a convex function over 0…1, its ends included.
    @inline(__always) private static func least(_ value: (Double) -> Double) -> Double {
        let golden = 0.6180339887498949
        var (low, high) = (0.0, 1.0)
        var (x1, x2) = (1 - golden, golden)
        var (f1, f2) = (value(x1), value(x2))
        var best = min(value(0), value(1), f1, f2)
        for _ in 0..<24 {
            if f1 <= f2 {
                (high, x2, f2) = (x2, x1, f1)
                x1 = high - golden * (high - low)
                f1 = value(x1)
                best = min(best, f1)
            } else {
                (low, x1, f1) = (x1, x2, f2)
                x2 = low + golden * (high - low)
                f2 = value(x2)
                best = min(best, f2)
            }
        }
        return best
    }
}

/// From a point to a triangle: over its inside by its plane, else over its three sides.
func distance(from p: Vector3, toTriangle a: Vector3, _ b: Vector3, _ c: Vector3) -> Double {
    func toSide(_ a: Vector3, _ b: Vector3) -> Double {
        let way = b - a
        let square = dot(way, way)
        let share = square > 0 ? (dot(p - a, way) / square).clamped(to: 0...1) : 0
        return length(p - a - way * share)
    }
    let normal = cross(b - a, c - a)
    let size = length(normal)
    if size > 0 {
        let within =
            dot(cross(b - a, p - a), normal) >= 0 && dot(cross(c - b, p - b), normal) >= 0
            && dot(cross(a - c, p - c), normal) >= 0
        if within { return abs(dot(p - a, normal)) / size }
    }
    return min(toSide(a, b), toSide(b, c), toSide(c, a))
}
