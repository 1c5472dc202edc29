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
