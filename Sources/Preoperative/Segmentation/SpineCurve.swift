import Frames
import Imaging

#if canImport(Glibc)
    import Glibc
#endif

/// Axes at one place along the spine: unit vectors of CT coordinates.
struct SpineFrame: Sendable {
    /// The canal's middle.
    var centre: Vector3
    /// Along the canal, towards the head.
    var up: Vector3
    /// To the patient's left.
    var left: Vector3
    /// To the back.
    var back: Vector3

    init(centre: Vector3, up: Vector3, backHint: Vector3) {
        self.centre = centre
        self.up = up
        let along = backHint - up * dot(backHint, up)
        back = normalized(along) ?? perpendicular(to: up)
        left = cross(back, up)
    }

    @inline(__always) func point(left u: Double, back v: Double, up w: Double = 0) -> Vector3 {
        centre + left * u + back * v + up * w
    }
}

/// The canal's centre line as a smooth curve with a frame at every millimetre, from the lowest point to the highest.
struct SpineCurve: Sendable {
    static let step = 1.0
    private(set) var frames: [SpineFrame]

    var count: Int { frames.count }

    /// - Parameter path: points from low to high, a few mm apart.
    init?(path: [Vector3], smoothing sigma: Double, backHints: [Vector3]? = nil) {
        guard path.count >= 4 else { return nil }
        let even = Self.resampled(path, step: Self.step)
        guard even.count >= 8 else { return nil }
        let smooth = Self.smoothed(even, sigma: sigma / Self.step)
        let points = Self.resampled(smooth, step: Self.step)
        guard points.count >= 8 else { return nil }
        frames = []
        for i in points.indices {
            let a = points[max(0, i - 4)], b = points[min(points.count - 1, i + 4)]
            let up = normalized(b - a) ?? Vector3(0, 0, 1)
            let hint = backHints.map { $0[min(i * $0.count / points.count, $0.count - 1)] } ?? Vector3(0, 1, 0)
            frames.append(SpineFrame(centre: points[i], up: up, backHint: hint))
        }
    }

    mutating func turn(backHints: [Vector3]) {
        for i in frames.indices {
            frames[i] = SpineFrame(centre: frames[i].centre, up: frames[i].up, backHint: backHints[i])
        }
    }

    /// The frame at a place between two stored ones; beyond the ends the curve goes on straight.
    func frame(at s: Double) -> SpineFrame {
        let k = min(max(Int(s.rounded()), 0), frames.count - 1)
        var f = frames[k]
        f.centre += f.up * (s - Double(k))
        return f
    }

    /// The place on the curve whose normal plane holds `p`, and `p`'s coordinates there, mm; beyond the ends `ahead` is
    /// how far `p` lies above (or, negative, below) the last plane.
    @inline(__always) func place(of p: Vector3) -> (index: Int, left: Double, back: Double, ahead: Double) {
        let last = frames.count - 1
        let rise = frames[last].centre.z - frames[0].centre.z
        var s = (p.z - frames[0].centre.z) / max(rise, 1) * Double(last)
        for _ in 0..<6 {
            let k = min(max(Int(s.rounded()), 0), last)
            let along = dot(p - frames[k].centre, frames[k].up)
            let next = Double(k) + 0.8 * along
            if abs(next - s) < 0.6 { s = next; break }
            s = next
        }
        let k = min(max(Int(s.rounded()), 0), last)
        let d = p - frames[k].centre
        return (k, dot(d, frames[k].left), dot(d, frames[k].back), dot(d, frames[k].up))
    }

    /// The canal's x at a height, mm; beyond the ends that of the end.
    func middle(at z: Double) -> Double {
        let last = frames.count - 1
        var (low, high) = (0, last)
        while high - low > 1 {
            let k = (low + high) / 2
            if frames[k].centre.z < z { low = k } else { high = k }
        }
        return frames[z - frames[low].centre.z < frames[high].centre.z - z ? low : high].centre.x
    }

    /// Points at even distances along a polyline.
    static func resampled(_ path: [Vector3], step: Double) -> [Vector3] {
        guard var last = path.first else { return [] }
        var result = [last]
        for next in path.dropFirst() {
            while length(next - last) >= step {
                last += (next - last) * (step / length(next - last))
                result.append(last)
            }
        }
        return result
    }

    /// Gaussian smoothing of a polyline whose ends go on straight, so that it does not shrink there.
    static func smoothed(_ points: [Vector3], sigma: Double) -> [Vector3] {
        guard points.count > 2, sigma > 0 else { return points }
        let reach = Int((2.5 * sigma).rounded(.up))
        let n = points.count
        let span = min(n - 1, max(2, Int(2 * sigma)))
        let slopeLow = (points[span] - points[0]) / Double(span)
        let slopeHigh = (points[n - 1] - points[n - 1 - span]) / Double(span)
        func at(_ i: Int) -> Vector3 {
            i < 0
                ? points[0] + slopeLow * Double(i) : i >= n ? points[n - 1] + slopeHigh * Double(i - n + 1) : points[i]
        }
        let weights = (-reach...reach).map { exp(-0.5 * Double($0 * $0) / (sigma * sigma)) }
        let total = weights.reduce(0, +)
        return points.indices.map { i in
            var sum = Vector3.zero
            for k in -reach...reach { sum += at(i + k) * weights[k + reach] }
            return sum / total
        }
    }
}

/// Gaussian smoothing of a row of numbers, the ends repeated.
func smoothed(_ values: [Double], sigma: Double) -> [Double] {
    guard !values.isEmpty, sigma > 0 else { return values }
    let reach = Int((3 * sigma).rounded(.up))
    let weights = (-reach...reach).map { exp(-0.5 * Double($0 * $0) / (sigma * sigma)) }
    let total = weights.reduce(0, +)
    return values.indices.map { i in
        var sum = 0.0
        for k in -reach...reach { sum += values[min(max(i + k, 0), values.count - 1)] * weights[k + reach] }
        return sum / total
    }
}
