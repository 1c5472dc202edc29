import Frames
import Imaging

#if canImport(Glibc)
    import Glibc
#endif

extension DiscFinder {
    /// Rays within a plane, from the column's middle to the front and the sides.
    static let wallRays = stride(from: -120.0, through: 120, by: 15).map { radians(degrees: $0) }
    /// How far a body's front and sides lie from its middle, mm.
    static let wallReach = stride(from: 6.0, through: 30, by: 0.75)

    /// Half the length of spine that holds both a body and a disc, mm.
    static let wallWindow = 20
    /// Bright soft tissue in a little noise, and the least that cortex, however thin, stands above it, HU.
    static let openWallHU = 100.0, leastWallHU = 60.0
    /// What a plane without a wall is worth more than one with, HU.
    static let openingWorth = 60.0

    /// What the walls say, HU: cortex rings a body and not a disc, also where both are equally dark inside, as they are in
    /// brittle bone. Nothing where no plane nearby is open: in a spine that is bridged all along.
    func openness(_ candidates: [Candidate]) -> [Double] {
        let walls = walls(candidates)
        let open = walls.indices.map { s -> Double in
            let near = walls[max(0, s - Self.wallWindow)...min(walls.count - 1, s + Self.wallWindow)].sorted()
            let usual = near[near.count / 2]
            return min(max((usual - walls[s]) / max(usual - Self.openWallHU, Self.leastWallHU), 0), 1)
        }
        return open.indices.map { s in
            let most = open[max(0, s - Self.wallWindow)...min(open.count - 1, s + Self.wallWindow)].max() ?? 0
            return Self.openingWorth * (open[s] - 0.5 * most)
        }
    }

    func walls(_ candidates: [Candidate]) -> [Double] {
        var walls = [Double](repeating: 0, count: candidates.count)
        walls.withUnsafeMutableBufferPointer { out in
            let target = SharedBuffer(out)
            parallelFor(candidates.count) { target[$0] = wall($0, candidates[$0]) }
        }
        return walls
    }

    /// The median over the rays of the brightest place on each.
    private func wall(_ s: Int, _ candidate: Candidate) -> Double {
        let f = curve.frames[s], n = normal(s, candidate.tilt, candidate.sideTilt)
        let across = normalized(cross(f.back, n)) ?? f.left
        let front = -cross(n, across)
        let centre = columnCentre(s)
        let peaks = grid.values.withUnsafeBufferPointer { v in
            Self.wallRays.map { angle -> Double in
                let ray = front * cos(angle) + across * sin(angle)
                var peak = 0.0
                for r in Self.wallReach {
                    var sum: Float = 0
                    for o in [-1.0, 0, 1] { sum += grid.sample(v, centre + ray * r + n * o) }
                    peak = max(peak, Double(sum) / 3)
                }
                return peak
            }
        }.sorted()
        return peaks[peaks.count / 2]
    }
}

extension TerritoryFinder {
    /// No front crosses a disc in front of the canal.
    func blockDiscs(_ price: inout [UInt8], _ owner: MaskGrid) {
        for disc in discs {
            let axes = disc.axes(curve)
            let s = min(max(Int(disc.s), 0), curve.count - 1)
            // From half a body's depth in front of the canal to within it, but not to the joints behind.
            let end = column.halfDepths[s] + 0.3 * shape.radius(s, angle: 1.5 * .pi)
            let half = max(1.0, 0.35 * disc.halfThickness)
            let reach = 32.0
            forEachVoxel(within: reach, of: disc.centre) { i, p in
                let d = p - disc.centre
                let u = dot(d, axes.left), w = dot(d, axes.back)
                guard abs(dot(d, disc.normal)) < half, abs(u) < 30, w < end else { return }
                // Beside a disc's rounded back articular processes pass it.
                let wide = u / 30, deep = max(0, w) / end
                guard owner.values[i] == 0, wide * wide + deep * deep < 1 else { return }
                price[i] = 0
            }
        }
    }

    private func forEachVoxel(within reach: Double, of centre: Vector3, _ body: (Int, Vector3) -> Void) {
        let low = (centre - Vector3(repeating: reach) - grid.origin) / grid.spacing
        let high = (centre + Vector3(repeating: reach) - grid.origin) / grid.spacing
        func range(_ low: Double, _ high: Double, _ count: Int) -> Range<Int> {
            (Int(low)..<max(Int(low), Int(high)) + 1).clamped(to: 0..<count)
        }
        let xs = range(low.x, high.x, grid.nx), ys = range(low.y, high.y, grid.ny), zs = range(low.z, high.z, grid.nz)
        for z in zs { for y in ys { for x in xs { body(grid.offset(x, y, z), grid.point(x, y, z)) } } }
    }
}
