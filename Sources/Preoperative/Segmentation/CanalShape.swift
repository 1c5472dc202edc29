import Frames
import Imaging

#if canImport(Glibc)
    import Glibc
#endif

/// The canal's wall round a curve: for each millimetre of the curve and each of `angles` directions in the normal
/// plane, the distance from the centre to the bone (or to where the bone would be, beside a foramen or a disc).
struct CanalShape: Sendable {
    static let angles = 32
    static let reach = 16.0
    /// `radii[s][k]`, mm; direction k turns from left (0) to the back (a quarter).
    private(set) var radii: [[Double]]

    @inline(__always) func radius(_ s: Int, angle: Double) -> Double {
        let turn = angle / (2 * .pi) * Double(Self.angles)
        let k = Int(turn.rounded(.down)), f = turn - turn.rounded(.down)
        func wrapped(_ i: Int) -> Int { ((i % Self.angles) + Self.angles) % Self.angles }
        return radii[s][wrapped(k)] * (1 - f) + radii[s][wrapped(k + 1)] * f
    }

    static func direction(_ k: Int) -> (u: Double, v: Double) {
        let a = 2 * Double.pi * Double(k) / Double(angles)
        return (cos(a), sin(a))
    }

    /// First crossings of `wallHU` along each ray; `nil` where there is none within reach.
    static func crossings(_ curve: SpineCurve, _ grid: ScalarGrid, wallHU: Float) -> [[Double?]] {
        var result = [[Double?]](repeating: [], count: curve.count)
        result.withUnsafeMutableBufferPointer { out in
            let target = SharedBuffer(out)
            parallelFor(curve.count) { s in
                target[s] = (0..<angles).map { crossing(curve.frames[s], direction($0), grid, wallHU) }
            }
        }
        return result
    }

    private static func crossing(
        _ f: SpineFrame, _ d: (u: Double, v: Double), _ grid: ScalarGrid, _ wallHU: Float
    ) -> Double? {
        var before = grid.sample(f.centre)
        var r = 0.5
        while r <= reach {
            let value = grid.sample(f.point(left: d.u * r, back: d.v * r))
            if value >= wallHU && r > 2 {
                let part = value > before ? Double((wallHU - before) / (value - before)) : 1
                return r - 0.5 + 0.5 * min(max(part, 0), 1)
            }
            before = value
            r += 0.5
        }
        return nil
    }

    /// Moves the curve to the middle of its walls: opposite crossings, least squares, smoothed along the curve.
    static func centred(_ curve: SpineCurve, _ grid: ScalarGrid, wallHU: Float, rounds: Int = 3) -> SpineCurve {
        var current = curve
        for _ in 0..<rounds {
            let walls = crossings(current, grid, wallHU: wallHU)
            var du: [Double] = [], dv: [Double] = []
            for s in walls.indices {
                let shift = centreShift(pooled(walls, s, window: 6))
                du.append(shift.u)
                dv.append(shift.v)
            }
            du = Segmentation.smoothed(du, sigma: 7)
            dv = Segmentation.smoothed(dv, sigma: 7)
            let moved = current.frames.indices.map { current.frames[$0].point(left: du[$0], back: dv[$0]) }
            guard let next = SpineCurve(path: moved, smoothing: 4) else { return current }
            current = next
        }
        return current
    }

    /// For each direction the median of the crossings within ±`window` of `s`.
    private static func pooled(_ walls: [[Double?]], _ s: Int, window: Int) -> [Double?] {
        (0..<angles).map { k in
            let near = (max(0, s - window)...min(walls.count - 1, s + window)).compactMap { walls[$0][k] }.sorted()
            return near.count >= 3 ? near[near.count / 2] : nil
        }
    }

    /// Where the middle between opposite walls lies.
    private static func centreShift(_ walls: [Double?]) -> (u: Double, v: Double) {
        var (a, b, c, p, q) = (0.05, 0.0, 0.05, 0.0, 0.0)
        for k in 0..<(angles / 2) {
            guard let near = walls[k], let far = walls[k + angles / 2] else { continue }
            let d = direction(k), shift = (near - far) / 2
            a += d.u * d.u; b += d.u * d.v; c += d.v * d.v
            p += d.u * shift; q += d.v * shift
        }
        let determinant = a * c - b * b
        guard determinant > 1e-6 else { return (0, 0) }
        let u = (c * p - b * q) / determinant, v = (a * q - b * p) / determinant
        return (min(max(u, -4), 4), min(max(v, -4), 4))
    }

    /// The wall everywhere: crossings that stand out far beyond their neighbours along the curve (foramina,
    /// gaps between laminae, discs) give way to the low quartile of those nearby.
    init(_ curve: SpineCurve, _ grid: ScalarGrid, wallHU: Float) {
        let walls = Self.crossings(curve, grid, wallHU: wallHU)
        let n = curve.count
        var result = [[Double]](repeating: [Double](repeating: 8, count: Self.angles), count: n)
        for s in 0..<n {
            let lo = max(0, s - 14), hi = min(n - 1, s + 14)
            for k in 0..<Self.angles {
                let near = (lo...hi).compactMap { walls[$0][k] }.sorted()
                let typical = near.isEmpty ? 9 : near[near.count / 4]
                result[s][k] = min(walls[s][k] ?? typical, typical + 2.5)
            }
        }
        radii = result
        for k in 0..<Self.angles {
            let column = Segmentation.smoothed((0..<n).map { result[$0][k] }, sigma: 1)
            for s in 0..<n { radii[s][k] = column[s] }
        }
    }
}
