import Frames
import Imaging

#if canImport(Glibc)
    import Glibc
#endif

/// The middle plane of a disc, as found in the image.
struct DiscPlane: Sendable {
    /// Place along the spine's curve, mm from its lowest point.
    var s: Double
    /// The disc's middle.
    var centre: Vector3
    /// Unit normal, towards the head.
    var normal: Vector3
    /// Half the distance between the two endplates' ridges, mm.
    var halfThickness: Double
    /// Endplate ridges above the disc's own HU, HU.
    var evidence: Double

    /// Signed distance from the plane, positive towards the head.
    @inline(__always) func height(_ p: Vector3) -> Double { dot(p - centre, normal) }
}

/// Finds the discs along the column of bodies in front of the canal.
///
/// A disc is darker than the two endplates beside it, a body's inside is not within an endplate's reach on both sides.
/// Every place and tilt along the curve is scored so; dynamic programming then picks the row of places with the best
/// sum, whose distances lie within what vertebrae measure and change slowly from one to the next.
struct DiscFinder {
    let curve: SpineCurve
    let grid: ScalarGrid
    let shape: CanalShape
    let column: ColumnDepth

    init(curve: SpineCurve, grid: ScalarGrid, shape: CanalShape, column: ColumnDepth) {
        (self.curve, self.shape, self.column) = (curve, shape, column)
        self.grid = BoneThreshold.withoutMetal(grid, besideHU: Self.cageHU)
    }

    /// A cage of metal lies where the disc was, HU.
    static let cageHU: Float = 60

    static let tilts = stride(from: -36.0, through: 36, by: 4).map { radians(degrees: $0) }
    static let sideTilts = [-12.0, -6, 0, 6, 12].map { radians(degrees: $0) }
    /// Half the height over which a plane's profile is taken, mm.
    static let profileReach = 15
    static let vertebraHeights = 13...48

    struct Candidate: Sendable {
        var score = -1e9
        var tilt = 0.0, sideTilt = 0.0, half = 4.0
    }

    /// The best candidate at each millimetre of the curve.
    func candidates() -> [Candidate] {
        var result = [Candidate](repeating: Candidate(), count: curve.count)
        result.withUnsafeMutableBufferPointer { out in
            let target = SharedBuffer(out)
            parallelFor(curve.count) { target[$0] = candidate(at: $0) }
        }
        let beside = foramina(), around = openness(result)
        for i in result.indices { result[i].score += beside[i] + around[i] }
        return result
    }

    /// What the canal's sides say, HU: a disc lies at a foramen, the upper half of a body between pedicles.
    private func foramina() -> [Double] {
        let sides = (0..<curve.count).map { s -> Double in
            let f = curve.frames[s]
            var sum = 0.0, count = 0.0
            for side in [-1.0, 1] {
                let wall = shape.radius(s, angle: side > 0 ? 0 : .pi)
                for out in stride(from: 1.5, through: 6, by: 1.5) {
                    for back in [-4.0, -1, 2] {
                        sum += Double(min(max(grid.sample(f.point(left: side * (wall + out), back: back)), 0), 400))
                        count += 1
                    }
                }
            }
            return sum / count
        }
        let local = smoothed(sides, sigma: 2), wide = smoothed(sides, sigma: 14)
        return local.indices.map { min(max(0.25 * (wide[$0] - local[$0]), -30), 30) }
    }

    /// The middle of the column of bodies beside a place of the curve: half a body in front of the canal's front wall.
    func columnCentre(_ s: Int) -> Vector3 {
        let front = shape.radius(s, angle: 1.5 * .pi)
        return curve.frames[s].point(left: 0, back: -(front + column.halfDepths[s]))
    }

    private func candidate(at s: Int) -> Candidate {
        var best = Candidate()
        for tilt in Self.tilts {
            let found = scored(profile(s, tilt, 0))
            if found.score > best.score {
                best = Candidate(score: found.score, tilt: tilt, sideTilt: 0, half: found.half)
            }
        }
        let middle = best
        for side in Self.sideTilts where side != 0 {
            for tilt in [middle.tilt - radians(degrees: 4), middle.tilt, middle.tilt + radians(degrees: 4)] {
                let found = scored(profile(s, tilt, side))
                if found.score > best.score + 3 {
                    best = Candidate(score: found.score, tilt: tilt, sideTilt: side, half: found.half)
                }
            }
        }
        return best
    }

    func normal(_ s: Int, _ tilt: Double, _ sideTilt: Double) -> Vector3 {
        let f = curve.frames[s]
        let n = f.up + f.back * tan(tilt) + f.left * tan(sideTilt)
        return normalized(n) ?? f.up
    }

    /// Mean HU over the middle of a body's cross section at each millimetre along a tilted normal.
    private func profile(_ s: Int, _ tilt: Double, _ sideTilt: Double) -> [Double] {
        let f = curve.frames[s], n = normal(s, tilt, sideTilt)
        let across = normalized(cross(f.back, n)) ?? f.left
        let depth = cross(n, across)
        let centre = columnCentre(s)
        let reach = Self.profileReach
        let size = column.halfDepths[s] / ColumnDepth.largest
        return grid.values.withUnsafeBufferPointer { v in
            (-reach...reach).map { o in
                var sum: Float = 0
                for (u, w) in Self.section {
                    let value = grid.sample(v, centre + n * Double(o) + across * (u * size) + depth * (w * size))
                    sum += min(max(value, -150), 600)
                }
                return Double(sum) / Double(Self.section.count)
            }
        }
    }

    static let section: [(Double, Double)] = {
        var points: [(Double, Double)] = []
        for u in stride(from: -12.0, through: 12, by: 4) {
            for w in stride(from: -9.0, through: 9, by: 3) where (u / 14) * (u / 14) + (w / 11) * (w / 11) <= 1 {
                points.append((u, w))
            }
        }
        return points
    }()

    /// How much both endplates stand above what lies between them, over the half thicknesses that discs have.
    private func scored(_ p: [Double]) -> (score: Double, half: Double) {
        let m = Self.profileReach
        var best = (score: -1e9, half: 4.0)
        for half in 2...7 {
            let above = max(p[m + half], p[m + half + 1]), below = max(p[m - half], p[m - half - 1])
            let inner = max(0, half - 2)
            var inside = -1e9, mean = 0.0
            for o in -(inner)...inner { inside = max(inside, p[m + o]); mean += p[m + o] }
            mean /= Double(2 * inner + 1)
            // Beyond the endplates there is a body: at least as bright as the disc.
            var beyond = 0.0
            for o in (half + 2)...(half + 5) { beyond += min(p[m + o], p[m - o]) / 4 }
            let lift = min(above, below) - 0.5 * (mean + inside)
            let bodies = min(max(beyond - mean, 0), 60)
            let balance = abs(above - below) * 0.1
            // The inside of a low thoracic body looks like a thick disc.
            let thickness = Double(max(0, half - 4)) * 10
            // In brittle bone a thin disc and its endplates together are a bright band between darker bodies.
            let band = half <= 3 ? 0.7 * min(max(Self.band(p), 0), 80) : 0
            let score = lift + 0.5 * bodies + band - balance - thickness
            if score > best.score { best = (score, Double(half)) }
        }
        return best
    }

    /// How much the middle ±3 mm of a profile stands above what lies 7–10 mm away, on the weaker side.
    private static func band(_ p: [Double]) -> Double {
        let m = profileReach
        func mean(_ offsets: ClosedRange<Int>) -> Double {
            offsets.reduce(0) { $0 + p[m + $1] } / Double(offsets.count)
        }
        return mean(-3...3) - max(mean(-10 ... -7), mean(7...10))
    }

    /// What a place must reach to be worth a disc, HU.
    static let worth = 28.0

    /// The discs from the lowest to the highest.
    func find() -> [DiscPlane] {
        let candidates = candidates()
        let centres = (0..<curve.count).map(columnCentre)
        let row = bestRow(candidates, centres)
        return row.map { i in
            let c = candidates[i]
            return DiscPlane(
                s: Double(i), centre: centres[i], normal: normal(i, c.tilt, c.sideTilt), halfThickness: c.half,
                evidence: c.score)
        }
    }

    /// Dynamic programming over pairs (place, height of the vertebra below it): the row of places with the best sum.
    private func bestRow(_ candidates: [Candidate], _ centres: [Vector3]) -> [Int] {
        let n = candidates.count
        let gains = candidates.map { min(max($0.score, -100), 160) - Self.worth }
        let heights = Self.vertebraHeights, free = heights.count
        var value = [[Double]](repeating: [Double](repeating: -1e9, count: free + 1), count: n)
        var from = [[(place: Int, height: Int)]](
            repeating: Array(repeating: (-1, -1), count: free + 1), count: n)
        for i in 0..<n {
            value[i][free] = gains[i]
            for j in max(0, i - 60)..<max(0, i - 7) {
                let height = Int(length(centres[i] - centres[j]).rounded())
                guard heights.contains(height), abs(candidates[i].tilt - candidates[j].tilt) < 0.7 else { continue }
                let k = height - heights.lowerBound
                // A disc takes at most a third of a vertebra's height; more is the inside of a low body.
                let thick = (candidates[i].half + candidates[j].half) / Double(height)
                let unlike = max(0, abs(candidates[i].half - candidates[j].half) - 2)
                let reward =
                    gains[i] - 800 * max(0, thick - 0.36) - 15 * unlike
                    - Self.strangeness(height, 0.5 * (column.halfDepths[i] + column.halfDepths[j]))
                for previous in 0...free where value[j][previous] > -1e8 {
                    let before = Double(previous + heights.lowerBound)
                    let change = previous == free ? 0 : log(Double(height) / before)
                    let total = value[j][previous] + reward - 220 * change * change
                    if total > value[i][k] { value[i][k] = total; from[i][k] = (j, previous) }
                }
            }
        }
        var best = (place: -1, height: free, value: 0.0)
        for i in 0..<n { for k in 0...free where value[i][k] > best.value { best = (i, k, value[i][k]) } }
        var row: [Int] = []
        var (i, k) = (best.place, best.height)
        while i >= 0 {
            row.append(i)
            guard k != free else { break }
            (i, k) = from[i][k]
        }
        return row.reversed()
    }

    /// Heights of a vertebra with its disc outside 20…42 mm are rare, in the neck outside 15…25.
    private static func strangeness(_ height: Int, _ halfDepth: Double) -> Double {
        let size = (halfDepth - ColumnDepth.smallest) / (ColumnDepth.largest - ColumnDepth.smallest)
        let least = 15 + 5 * size, most = 25 + 17 * size, h = Double(height)
        return h < least ? (least - h) * 6 : h > most ? (h - most) * 6 : 0
    }
}
