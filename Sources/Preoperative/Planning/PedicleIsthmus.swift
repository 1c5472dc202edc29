import Frames
import Glibc
import Imaging

/// The narrowest place of a pedicle, the bridge of bone between body and arch.
public struct PedicleIsthmus: Equatable, Sendable {
    /// The middle of the narrowest section.
    public let centre: Point<CT>
    /// Across that section, from the arch towards the body.
    public let axis: Direction<CT>
    /// The narrowest extent of the section within 45° of the horizontal, and the one across it, mm.
    public let width, height: Double
    /// Of the section, mm².
    public let area: Double

    /// What limits a screw's diameter.
    public var narrowest: Double { min(width, height) }
}

/// Finds a pedicle as the bottleneck between body and arch.
struct PedicleFinder {
    let shape: VertebraShape
    let body: VertebraBody
    /// The canal's middle at the body's height, Y in the vertebra's frame.
    let canalY: Double

    /// A neck's pedicles lie beside its narrow bodies, not behind them: so much further out they are looked for, mm.
    static let besideNeckBody = 7.0

    /// The isthmus of one side; `nil` where no bone joins body and arch there.
    func isthmus(_ side: Side) -> PedicleIsthmus? {
        guard let saddle = WidestPath(shape: shape, body: body, side: side, canalY: canalY).narrowestPlace else {
            return nil
        }
        let sections = PedicleSections(
            shape: shape, body: body, side: side, canalY: canalY, wall: canalWall(side), saddle: saddle)
        var best: (parameters: [Double], value: Double) = ([0, 0.25, 0], .infinity)
        for turn in [0.0, 0.25, 0.5] {
            let found = PatternSearch(steps: [1.5, 0.12, 0.12], halvings: 4, mostEvaluations: 300)
                .minimise(from: [0, turn, 0], sections.cost)
            if found.value < best.value { best = found }
        }
        let forward = sections.forward(best.parameters)
        guard best.value < 1e5, let found = sections.section(best.parameters), let axis = Direction<CT>(forward)
        else {
            return nil
        }
        let (width, height) = found.widthAndHeight
        return PedicleIsthmus(centre: Point(found.centre), axis: axis, width: width, height: height, area: found.area)
    }
}

/// Cuts through one pedicle: by their place along it (mm from the saddle), convergence and tilt (rad).
private struct PedicleSections {
    let shape: VertebraShape
    let body: VertebraBody
    let side: Side
    let canalY: Double
    /// How far beside the midline a pedicle's middle must lie, mm.
    let wall: Double
    let saddle: Point<CT>

    func forward(_ p: [Double]) -> Vector3 {
        body.X_CTVertebra.rotation.matrix
            * Vector3(-side.sign * sin(p[1]) * cos(p[2]), -cos(p[1]) * cos(p[2]), sin(p[2]))
    }

    func section(_ p: [Double]) -> BoneSection? {
        let forward = forward(p)
        return BoneSection(
            of: shape, at: saddle.coordinates + forward * p[0], normal: forward,
            up: body.X_CTVertebra.rotation.matrix.columns.2)
    }

    /// Area first; sections far off, or turned far from the usual 15° of convergence, count as larger than they are.
    func cost(_ p: [Double]) -> Double {
        guard let found = section(p) else { return 1e6 }
        let q = body.X_CTVertebra.inverse * Point<CT>(found.centre)
        let beyond = shape.level.number <= 7 ? PedicleFinder.besideNeckBody : 0
        let off = max(body.back + 1 - q.y, q.y - canalY, abs(q.x) - body.halfWidth - beyond, wall - abs(q.x), 0) / 3
        let (shift, turn, tilt) = (p[0] / 8, (p[1] - 0.25) / 0.8, p[2] / 0.6)
        return found.area * (1 + off * off + 0.3 * shift * shift + 0.5 * (turn * turn + tilt * tilt))
    }
}

extension PedicleFinder {
    /// How far beside the midline a pedicle's middle must lie, mm: a little less than the canal's wall, which it bounds.
    ///
    /// The median over a few heights of where the ray from the canal's middle meets bone.
    private func canalWall(_ side: Side) -> Double {
        let walls = stride(from: -4.0, through: 8, by: 2).compactMap { height in
            stride(from: 2.0, through: 20, by: 0.5).first { x in
                shape.depth(body.X_CTVertebra * Point(x * side.sign, canalY - 2, height)) > 0
            }
        }
        return walls.isEmpty ? 0 : walls.sorted()[walls.count / 2] - 2
    }
}

/// The path through bone, from the body's centre to beside the canal, whose thinnest place is thickest.
///
/// Dijkstra's algorithm with the least depth so far in place of the length, on a grid of 1 mm in the vertebra's frame
/// (Pollack 1960, the maximum capacity route).
private struct WidestPath {
    /// Where that path is thinnest.
    let narrowestPlace: Point<CT>?

    init(shape: VertebraShape, body: VertebraBody, side: Side, canalY: Double) {
        // Beside the canal's front half: further back the arch itself may be thinner than any pedicle.
        let beside = body.back + 0.75 * (canalY - body.back)
        let beyond = shape.level.number <= 7 ? PedicleFinder.besideNeckBody : 0
        let grid = Grid(body: body, side: side, canalY: canalY, beside: 4 + beyond)
        // Within a body nothing is a pedicle, however thin the path there: only broad pedicles (S1) are thicker.
        let within = shape.level.number <= 7 ? -.infinity : body.back - 3
        let depths = (0..<grid.count).map { i in
            let place = grid.place(i)
            let depth = shape.depth(body.X_CTVertebra * place)
            return place.y < within && depth > 0 ? depth + 40 : depth
        }
        narrowestPlace = Self.search(depths, grid, beside).map { body.X_CTVertebra * grid.place($0) }
    }

    struct Grid {
        let side: Double
        let low: Vector3
        let nx, ny, nz: Int

        init(body: VertebraBody, side: Side, canalY: Double, beside: Double) {
            self.side = side.sign
            let (bottom, top) = (body.caudal.height - 4, body.cranial.height + 10)
            low = Vector3(0, 0, bottom)
            nx = Int(body.halfWidth + beside)
            ny = Int(canalY + 3)
            nz = Int(top - bottom)
        }

        var count: Int { nx * ny * nz }
        var start: Int { offset(2, 0, Int(-low.z)) }

        func offset(_ x: Int, _ y: Int, _ z: Int) -> Int { (z * ny + y) * nx + x }
        func cell(_ i: Int) -> (x: Int, y: Int, z: Int) { (i % nx, i / nx % ny, i / nx / ny) }

        func place(_ i: Int) -> Point<Vertebra> {
            let c = cell(i)
            return Point((low.x + Double(c.x)) * side, low.y + Double(c.y), low.z + Double(c.z))
        }

        func neighbours(_ i: Int) -> [Int] {
            let c = cell(i)
            var found: [Int] = []
            if c.x > 0 { found.append(i - 1) }
            if c.x < nx - 1 { found.append(i + 1) }
            if c.y > 0 { found.append(i - nx) }
            if c.y < ny - 1 { found.append(i + nx) }
            if c.z > 0 { found.append(i - nx * ny) }
            if c.z < nz - 1 { found.append(i + nx * ny) }
            return found
        }
    }

    private static func search(_ depths: [Double], _ grid: Grid, _ wantedY: Double) -> Int? {
        var thinnest = [Int32](repeating: -1, count: depths.count)
        var open = Buckets()
        guard grid.count > 0, depths.indices.contains(grid.start), depths[grid.start] > 0 else { return nil }
        thinnest[grid.start] = Int32(grid.start)
        open.insert(grid.start, depths[grid.start])
        while let at = open.popDeepest() {
            let c = grid.cell(at)
            if Double(c.y) >= wantedY, c.x >= 6 { return Int(thinnest[at]) }
            for next in grid.neighbours(at) where thinnest[next] < 0 && depths[next] > 0 {
                let before = Int(thinnest[at])
                thinnest[next] = Int32(depths[next] < depths[before] ? next : before)
                open.insert(next, min(depths[next], depths[before]))
            }
        }
        return nil
    }

    /// A priority queue by depth in steps of 0.05 mm; of equal ones, the first in is the first out.
    private struct Buckets {
        private var buckets = [[Int]](repeating: [], count: 1000)
        private var heads = [Int](repeating: 0, count: 1000)
        private var top = -1

        mutating func insert(_ cell: Int, _ depth: Double) {
            let level = min(Int(depth * 20), 999)
            buckets[level].append(cell)
            top = max(top, level)
        }

        mutating func popDeepest() -> Int? {
            while top >= 0, heads[top] == buckets[top].count { top -= 1 }
            guard top >= 0 else { return nil }
            heads[top] += 1
            return buckets[top][heads[top] - 1]
        }
    }
}
