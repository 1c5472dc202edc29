import Frames
import Imaging

/// One electrode in space: the shaft from target to skull, and the line on which bolt and cap sit outside.
struct ElectrodeLine: Sendable {
    let target, crossing, end: Vector3
    let radius: Double

    /// - Parameter crossing: where it leaves the skull, or the skin where it crosses none.
    init(target: Point<CT>, crossing: Point<CT>, radius: Double, reach: Double) {
        (self.target, self.crossing, self.radius) = (target.coordinates, crossing.coordinates, radius)
        end = self.crossing + (normalized(self.crossing - self.target) ?? .zero) * reach
    }

    /// Between the surfaces of two shafts within the skull, mm.
    func gap(to other: ElectrodeLine) -> Double {
        segmentDistance(target, crossing, other.target, other.crossing) - radius - other.radius
    }

    /// Between the two axes outside the skull, mm.
    func boltSpacing(to other: ElectrodeLine) -> Double {
        segmentDistance(crossing, end, other.crossing, other.end)
    }

    func keepsClear(of other: ElectrodeLine, _ limits: TrajectoryLimits) -> Bool {
        gap(to: other) >= limits.electrodeGap && boltSpacing(to: other) >= limits.boltSpacing
    }
}

/// The least distance between two segments (Ericson, Real-Time Collision Detection, 5.1.9).
func segmentDistance(_ a: Vector3, _ b: Vector3, _ c: Vector3, _ d: Vector3) -> Double {
    let (u, v, w) = (b - a, d - c, a - c)
    let (uu, uv, vv, uw, vw) = (dot(u, u), dot(u, v), dot(v, v), dot(u, w), dot(v, w))
    let across = uu * vv - uv * uv
    var s = across > 1e-12 * uu * vv ? ((uv * vw - uw * vv) / across).clamped(to: 0...1) : 0
    let t = vv > 1e-12 ? ((uv * s + vw) / vv).clamped(to: 0...1) : 0
    s = uu > 1e-12 ? ((uv * t - uw) / uu).clamped(to: 0...1) : 0
    return length(w + u * s - v * t)
}

/// Chooses one path for each electrode, together: the least sum of costs such that no two come too near.
///
/// Depth-first with a bound: what is left can cost no less than the best of each electrode that still fits. An electrode may
/// be left out at a price that no other choice is worth.
struct ElectrodeAssignment {
    /// Costs of each electrode's choices, the best first; at most 64 each.
    let costs: [[Double]]
    /// For two electrodes and a choice of the first: which choices of the second fit, by bits.
    let fits: [[[UInt64]]]

    static let mostChoices = 64
    static let priceOfNone = 1000.0
    private static let mostVisits = 200_000

    /// - Parameter compatible: whether choice i of electrode a and choice j of electrode b may stand together; a < b.
    init(costs: [[Double]], compatible: (_ a: Int, _ i: Int, _ b: Int, _ j: Int) -> Bool) {
        self.costs = costs.map { Array($0.prefix(Self.mostChoices)) }
        let counts = self.costs.map(\.count)
        let n = counts.count
        var fits = counts.map { [[UInt64]](repeating: [UInt64](repeating: .max, count: n), count: $0) }
        for a in 0..<n {
            for b in (a + 1)..<max(n, a + 1) {
                for i in 0..<counts[a] {
                    for j in 0..<counts[b] where !compatible(a, i, b, j) {
                        fits[a][i][b] &= ~(1 << UInt64(j))
                        fits[b][j][a] &= ~(1 << UInt64(i))
                    }
                }
            }
        }
        self.fits = fits
    }

    private struct Search {
        var best: [Int?] = []
        var bestCost = Double.infinity
        var visits = 0
    }

    /// For each electrode the chosen path, or `nil`.
    func solve() -> [Int?] {
        let full = costs.map { $0.count == 64 ? UInt64.max : (1 << UInt64($0.count)) - 1 }
        var search = Search()
        var chosen = [Int?](repeating: nil, count: costs.count)
        visit(Set(costs.indices), full, &chosen, 0, &search)
        return search.best
    }

    private func visit(
        _ open: Set<Int>, _ free: [UInt64], _ chosen: inout [Int?], _ cost: Double, _ search: inout Search
    ) {
        search.visits += 1
        let bound = open.reduce(cost) { $0 + cheapest($1, free) }
        guard bound < search.bestCost - 1e-12, search.visits < Self.mostVisits || search.best.isEmpty else { return }
        // the electrode with the fewest choices left decides most
        guard let next = open.min(by: { (free[$0].nonzeroBitCount, $0) < (free[$1].nonzeroBitCount, $1) }) else {
            (search.best, search.bestCost) = (chosen, cost)
            return
        }
        let rest = open.subtracting([next])
        var left = free[next]
        while left != 0 {
            let i = left.trailingZeroBitCount
            left &= left - 1
            var narrowed = free
            for other in rest { narrowed[other] &= fits[next][i][other] }
            chosen[next] = i
            visit(rest, narrowed, &chosen, cost + costs[next][i], &search)
        }
        chosen[next] = nil
        visit(rest, free, &chosen, cost + Self.priceOfNone, &search)
    }

    private func cheapest(_ electrode: Int, _ free: [UInt64]) -> Double {
        free[electrode] == 0 ? Self.priceOfNone : costs[electrode][free[electrode].trailingZeroBitCount]
    }
}
