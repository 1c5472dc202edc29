import Frames
import Glibc
import Imaging

/// Seeks straight paths from the skin to one target: over the whole sphere of directions, coarse to fine.
struct PathSearch: Sendable {
    let judge: PathJudge

    /// The coarsest cells, 2.8° wide, and the finest, 0.35°: 0.5 mm at the skin.
    static let coarsest = 32
    static let finest = 256
    /// So many cells are divided in each step of the usual search, and at most so many of the thorough one.
    private static let kept = 100
    private static let keptThoroughly = 12_000

    struct Cell: Sendable {
        let face, i, j, n: Int
        var direction: Vector3 { DirectionCells.direction(face: face, i, j, n) }

        var children: [Cell] {
            [(0, 0), (0, 1), (1, 0), (1, 1)].map { Cell(face: face, i: 2 * i + $0.0, j: 2 * j + $0.1, n: 2 * n) }
        }
    }

    struct Outcome: Sendable {
        /// Lines that keep all limits as far as fields tell, best first.
        var safe: [PathCandidate]
        /// Why there is none.
        var fault: NoPath?
    }

    /// - Parameter isParallel: whether this target alone has the machine.
    func run(isParallel: Bool) -> Outcome {
        if let near = judge.targetTooNear { return Outcome(safe: [], fault: near) }
        let n = Self.coarsest
        let cells = (0..<6 * n * n).map { Cell(face: $0 / (n * n), i: $0 / n % n, j: $0 % n, n: n) }
        var all = judged(cells, isParallel)
        var front = all
        while let n = front.first?.cell.n, n < Self.finest {
            let best = front.sorted { $0.candidate.cost < $1.candidate.cost }.prefix(Self.kept)
                .filter { $0.candidate.cost.isFinite }
            guard !best.isEmpty else { break }
            front = judged(best.flatMap(\.cell.children), isParallel)
            all += front
        }
        var safe = all.filter(\.candidate.isSafe)
        if safe.isEmpty {
            let thorough = thoroughly(Array(all.prefix(6 * n * n)), isParallel)
            safe = thorough.filter(\.candidate.isSafe)
            all += thorough
        }
        let sorted = safe.map(\.candidate).sorted { $0.cost < $1.cost }
        return Outcome(safe: sorted, fault: sorted.isEmpty ? fault(all.map(\.candidate)) : nil)
    }

    struct Judged: Sendable {
        let cell: Cell
        let candidate: PathCandidate
    }

    private func judged(_ cells: [Cell], _ isParallel: Bool) -> [Judged] {
        let one: @Sendable (Int) -> Judged = {
            Judged(cell: cells[$0], candidate: judge.candidate(cells[$0].direction))
        }
        return isParallel ? parallelMap(cells.count, one) : cells.indices.map(one)
    }

    /// Divides every cell in which a safe line is not ruled out. Blocked cells count where a neighbour is not blocked.
    private func thoroughly(_ coarse: [Judged], _ isParallel: Bool) -> [Judged] {
        let n = Self.coarsest
        let open = coarse.filter { judged in
            guard judged.candidate.layout.block != nil else { return true }
            return neighbours(judged.cell).contains {
                coarse[($0.face * n + $0.i) * n + $0.j].candidate.layout.block == nil
            }
        }
        var found: [Judged] = []
        var front = open
        while let n = front.first?.cell.n, n < Self.finest {
            let spread = DirectionCells.radius(n)
            let kept = front.filter { judged in
                let blocked = judged.candidate.layout.block != nil
                return blocked ? n == Self.coarsest : !judge.excludesNeighbours(judged.candidate, spread: spread)
            }
            let best = kept.sorted { $0.candidate.cost < $1.candidate.cost }.prefix(Self.keptThoroughly)
            front = judged(best.flatMap(\.cell.children), isParallel)
            found += front
            if front.contains(where: \.candidate.isSafe) { break }
        }
        return found
    }

    private func neighbours(_ cell: Cell) -> [(face: Int, i: Int, j: Int)] {
        let u = cell.direction
        let (a, b) = (perpendicular(to: u), cross(u, perpendicular(to: u)))
        let width = Double.pi / 2 / Double(cell.n)
        return (0..<8).map { k in
            let turn = Double(k) * .pi / 4
            return DirectionCells.cell(of: u + (a * cos(turn) + b * sin(turn)) * width, cell.n)
        }
    }

    /// The limit at which the lines that came furthest failed, and the best of them.
    private func fault(_ all: [PathCandidate]) -> NoPath {
        let order: [TrajectoryLimitName] = [
            .depth, .scalp, .bone, .skullAngle, .vesselDistance, .ventricleDistance, .noGoDistance, .boneDistance,
        ]
        for name in order.reversed() {
            let failed = all.compactMap(\.broken).filter { $0.name == name }
            let best = failed.min { abs($0.value - $0.limit) < abs($1.value - $1.limit) }
            if let best { return .limit(best) }
        }
        let blocks = all.compactMap(\.layout.block)
        let most = PathBlock.allCases.max { a, b in blocks.count { $0 == a } < blocks.count { $0 == b } }
        return .blocked(most ?? .noSkull)
    }
}
