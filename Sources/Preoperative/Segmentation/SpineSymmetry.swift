import Frames
import Imaging

#if canImport(Glibc)
    import Glibc
#endif

/// Finds how far the spine is turned about its own length, from the mirror symmetry of the bone round the canal.
enum SpineSymmetry {
    static let largestTurn = 24.0
    static let angleStep = 3.0

    /// The curve with its frames turned so that left and right mirror each other best.
    static func aligned(_ curve: SpineCurve, _ grid: ScalarGrid) -> SpineCurve {
        let stride = 4
        let places = Array(Swift.stride(from: 0, to: curve.count, by: stride))
        var turns = [Double](repeating: 0, count: places.count)
        let all = curve
        turns.withUnsafeMutableBufferPointer { out in
            let target = SharedBuffer(out)
            parallelFor(places.count) { target[$0] = bestTurn(all, places[$0], grid) }
        }
        turns = smoothed(turns, sigma: 4)
        var hints: [Vector3] = []
        for i in curve.frames.indices {
            let k = Double(i) / Double(stride)
            let low = min(Int(k), turns.count - 1), high = min(low + 1, turns.count - 1)
            let angle = radians(degrees: turns[low] + (turns[high] - turns[low]) * (k - Double(low)))
            let f = curve.frames[i]
            hints.append(f.back * cos(angle) + f.left * sin(angle))
        }
        var result = curve
        result.turn(backHints: hints)
        return result
    }

    private static func bestTurn(_ curve: SpineCurve, _ s: Int, _ grid: ScalarGrid) -> Double {
        var best = (angle: 0.0, cost: Double.infinity)
        var angle = -largestTurn
        while angle <= largestTurn {
            let cost = asymmetry(curve, s, radians(degrees: angle), grid) * (1 + abs(angle) / 200)
            if cost < best.cost { best = (angle, cost) }
            angle += angleStep
        }
        return best.angle
    }

    /// Mean absolute difference of HU (held to 0…500) between mirrored points round the canal.
    private static func asymmetry(_ curve: SpineCurve, _ s: Int, _ angle: Double, _ grid: ScalarGrid) -> Double {
        var sum = 0.0, count = 0.0
        for ds in [-12, -6, 0, 6, 12] {
            let f = curve.frame(at: Double(s + ds))
            let back = f.back * cos(angle) + f.left * sin(angle)
            let left = f.left * cos(angle) - f.back * sin(angle)
            for v in stride(from: -26.0, through: 34, by: 3) {
                for u in stride(from: 2.0, through: 32, by: 3) {
                    let p = f.centre + back * v
                    let a = min(max(grid.sample(p + left * u), 0), 500), b = min(max(grid.sample(p - left * u), 0), 500)
                    sum += Double(abs(a - b))
                    count += 1
                }
            }
        }
        return sum / max(count, 1)
    }
}
