import Frames
import Imaging

#if canImport(Glibc)
    import Glibc
#endif

/// Finds the spinal canal as a path through axial slices: soft tissue with bone all around it within a canal's radius,
/// a body of bone in front, and no sharp turns.
///
/// Each voxel is scored by rays in its axial plane; the best path over the slices comes from dynamic programming
/// (Viterbi), with a free beginning and end.
struct CanalPathFinder {
    let grid: ScalarGrid
    let body: MaskGrid
    /// HU above which a voxel of a 2 mm grid counts as bone for the ring.
    var ringHU: Float = 190
    static let rays = 16
    /// The furthest that the ring may be from the canal's middle, mm.
    static let reach = 20.0

    /// A shorter canal holds no vertebra, mm.
    static let shortest = 24.0

    /// One point a slice, from the lowest slice of the path to its highest, in CT coordinates; `nil` where no path of
    /// at least `minimumLength` mm exists.
    ///
    /// - Parameter ct: the image itself, whose thin walls the path then keeps to one side of.
    func find(minimumLength: Double = shortest, within ct: Volume<Int16>? = nil) -> [Vector3]? {
        let own = scores()
        let path = bestPath(own, minimumLength: minimumLength)
        let isShort = covered(path) < 0.8 * Double(grid.nz) * grid.spacing
        guard isShort, ringHU > Self.brittleRingHU else {
            return beside(CanalWalls(ct, along: path, like: grid), path, own, minimumLength)
        }
        var faint = self
        faint.ringHU = Self.brittleRingHU
        let all = faint.scores()
        let other = faint.bestPath(all, minimumLength: minimumLength)
        guard covered(other) > covered(path) + Self.worthwhile else {
            return beside(CanalWalls(ct, along: path, like: grid), path, own, minimumLength)
        }
        return faint.beside(CanalWalls(ct, along: other, like: grid), other, all, minimumLength)
    }

    /// The path again where the first goes through a wall: in brittle bone marrow is as dark as the canal, and the
    /// sacrum's rings it more closely.
    private func beside(
        _ walls: CanalWalls?, _ path: [Vector3]?, _ scores: [Float], _ minimumLength: Double
    ) -> [Vector3]? {
        guard let walls, let path, walls.cross(path),
            let other = bestPath(scores, minimumLength: minimumLength, walls: walls)
        else { return path }
        func worth(_ path: [Vector3]) -> Float {
            path.reduce(0) { $0 + (grid.nearestOffset($1).map { scores[$0] } ?? 0) - Self.baseline }
        }
        return worth(other) > Self.leastOfFirst * worth(path) ? other : path
    }

    /// What the path beside walls is worth at least, of the first: rings of marrow are closer, but not by much.
    static let leastOfFirst: Float = 0.85

    /// What rings the canal in brittle bone and in thick slices, HU; tried where the image's height is not covered.
    static let brittleRingHU: Float = 145
    /// The path must gain that much by it, mm.
    static let worthwhile = 30.0

    private func covered(_ path: [Vector3]?) -> Double { Double(path?.count ?? 0) * grid.spacing }

    /// -1 where a voxel cannot be the canal's middle, otherwise about 0…1.3.
    func scores() -> [Float] {
        var bone = [UInt8](repeating: 0, count: grid.count)
        for i in 0..<grid.count where grid.values[i] > ringHU { bone[i] = 1 }
        let ring = thickened(bone)
        let sums = BoxSums(bone, nx: grid.nx, ny: grid.ny, nz: grid.nz)
        let rays = RayTable(count: Self.rays, steps: Int(Self.reach / grid.spacing))
        var result = [Float](repeating: -1, count: grid.count)
        let (w, h, d) = (grid.nx, grid.ny, grid.nz)
        ring.withUnsafeBufferPointer { ringPointer in
            let shared = SharedReader(ringPointer)
            result.withUnsafeMutableBufferPointer { out in
                let target = SharedBuffer(out)
                parallelFor(d) { z in
                    for y in 3..<max(3, h - 3) {
                        for x in 3..<max(3, w - 3) where mayBeCanal(grid.offset(x, y, z), shared) {
                            target[grid.offset(x, y, z)] = score(x, y, z, shared, sums, rays)
                        }
                    }
                }
            }
        }
        return result
    }

    @inline(__always) private func mayBeCanal(_ i: Int, _ ring: SharedReader<UInt8>) -> Bool {
        let hu = grid.values[i]
        return hu > -80 && hu < 150 && body.values[i] == 1 && ring[i] == 0
    }

    /// How closely bone rings a voxel, how roomy that ring is, and how much bone lies in front.
    @inline(__always) private func score(
        _ x: Int, _ y: Int, _ z: Int, _ ring: SharedReader<UInt8>, _ sums: BoxSums, _ rays: RayTable
    ) -> Float {
        let margin = Int((26 / grid.spacing).rounded()), up = Int((8 / grid.spacing).rounded())
        // A vertebra fills more than a fourteenth of the box round its canal.
        guard sums.fraction(x - margin..<x + margin, y - margin..<y + margin, z - up..<z + up) > 0.07 else { return -1 }
        var hits: UInt32 = 0
        var nearest = Float(Self.reach)
        for k in 0..<Self.rays {
            for step in 1...rays.steps {
                let px = x + rays.dx(k, step), py = y + rays.dy(k, step)
                guard px >= 0, py >= 0, px < grid.nx, py < grid.ny else { break }
                guard ring[grid.offset(px, py, z)] == 1 else { continue }
                hits |= 1 << UInt32(k)
                nearest = min(nearest, Float(step) * Float(grid.spacing))
                break
            }
        }
        guard hits.nonzeroBitCount >= 9, nearest >= 3 else { return -1 }
        let pairs = (hits & (hits >> UInt32(Self.rays / 2))).nonzeroBitCount
        let ringed = 0.5 * Float(hits.nonzeroBitCount) / Float(Self.rays) + Float(pairs) / Float(Self.rays)
        let front = sums.fraction(
            x - 4..<x + 5, y - Int(30 / grid.spacing)..<y - Int(8 / grid.spacing), z - 8..<z + 9)
        return ringed + 0.04 * (min(nearest, 8) - 6) + 0.4 * min(0.4, front)
    }

    /// Bone within ±4 mm along z counts, since discs and foramina open the ring in single slices.
    private func thickened(_ bone: [UInt8]) -> [UInt8] {
        let plane = grid.nx * grid.ny, n = Int((4 / grid.spacing).rounded())
        var result = bone
        for z in 0..<grid.nz {
            for dz in -n...n where dz != 0 && z + dz >= 0 && z + dz < grid.nz {
                let from = (z + dz) * plane, to = z * plane
                for i in 0..<plane where bone[from + i] == 1 { result[to + i] = 1 }
            }
        }
        return result
    }

    /// A slice on the path counts for the path where its score is above this.
    static let baseline: Float = 0.72

    private func bestPath(_ score: [Float], minimumLength: Double, walls: CanalWalls? = nil) -> [Vector3]? {
        let (w, h, d) = (grid.nx, grid.ny, grid.nz)
        let plane = w * h
        let lowest: Float = -1e9
        var total = [Float](repeating: lowest, count: plane * d)
        var from = [Int8](repeating: -1, count: plane * d)
        let moves = Self.moves(grid.spacing)
        for z in 0..<d {
            for y in 2..<max(2, h - 2) {
                for x in 2..<max(2, w - 2) {
                    let i = z * plane + y * w + x
                    let own = score[i] < 0 ? (z > 0 ? -0.5 : lowest) : score[i] - Self.baseline
                    if score[i] < 0 && (z == 0 || !hasReachable(total, z - 1, x, y)) { continue }
                    var best: Float = 0
                    var choice: Int8 = -1
                    if z > 0 {
                        for (k, move) in moves.enumerated() {
                            var before = total[(z - 1) * plane + (y + move.1) * w + x + move.0] - move.2
                            guard before > best else { continue }
                            if let walls, walls.cross(i, move.1) { before -= CanalWalls.cost }
                            if before > best { best = before; choice = Int8(k) }
                        }
                    }
                    if score[i] < 0 && choice < 0 { continue }
                    total[i] = best + own
                    from[i] = choice
                }
            }
        }
        guard let end = total.indices.max(by: { total[$0] < total[$1] }), total[end] > 0 else { return nil }
        var path: [Vector3] = []
        var i = end
        while true {
            path.append(grid.point(offset: i))
            let move = from[i]
            guard move >= 0 else { break }
            i = i - plane + moves[Int(move)].1 * w + moves[Int(move)].0
        }
        path.reverse()
        guard Double(path.count) * grid.spacing >= minimumLength else { return nil }
        return path
    }

    @inline(__always) private func hasReachable(_ total: [Float], _ z: Int, _ x: Int, _ y: Int) -> Bool {
        total[(z * grid.ny + y) * grid.nx + x] > 0.5
    }

    /// Steps to the slice below, with their cost: the sacral canal runs up to 60° from the vertical, mostly backwards.
    static func moves(_ spacing: Double) -> [(Int, Int, Float)] {
        var moves: [(Int, Int, Float)] = []
        for dy in -2...2 {
            for dx in -1...1 {
                moves.append((dx, dy, 0.06 * Float(dx * dx) + 0.03 * Float(dy * dy)))
            }
        }
        return moves
    }
}

/// Whole-voxel steps along rays in an axial plane.
struct RayTable: Sendable {
    let steps: Int
    private let offsets: [(dx: Int, dy: Int)]

    init(count: Int, steps: Int) {
        self.steps = steps
        offsets = (0..<count).flatMap { k -> [(dx: Int, dy: Int)] in
            let angle = 2 * Double.pi * Double(k) / Double(count)
            return (0...steps).map {
                (Int((cos(angle) * Double($0)).rounded()), Int((sin(angle) * Double($0)).rounded()))
            }
        }
    }

    @inline(__always) func dx(_ ray: Int, _ step: Int) -> Int { offsets[ray * (steps + 1) + step].dx }
    @inline(__always) func dy(_ ray: Int, _ step: Int) -> Int { offsets[ray * (steps + 1) + step].dy }
}

/// Sums of a mask over boxes in constant time (summed-volume table).
struct BoxSums: Sendable {
    private let table: [Int32]
    private let nx, ny, nz: Int

    init(_ mask: [UInt8], nx: Int, ny: Int, nz: Int) {
        (self.nx, self.ny, self.nz) = (nx, ny, nz)
        let (w, h) = (nx + 1, ny + 1)
        var t = [Int32](repeating: 0, count: w * h * (nz + 1))
        for z in 0..<nz {
            for y in 0..<ny {
                var row: Int32 = 0
                for x in 0..<nx {
                    row += Int32(mask[(z * ny + y) * nx + x])
                    let i = ((z + 1) * h + y + 1) * w + x + 1
                    t[i] = row + t[i - w] + t[i - w * h] - t[i - w * h - w]
                }
            }
        }
        table = t
    }

    /// The filled part of a box, clipped to the grid; 0 for an empty one.
    func fraction(_ xs: Range<Int>, _ ys: Range<Int>, _ zs: Range<Int>) -> Float {
        let x = xs.clamped(to: 0..<nx), y = ys.clamped(to: 0..<ny), z = zs.clamped(to: 0..<nz)
        let volume = x.count * y.count * z.count
        guard volume > 0 else { return 0 }
        let (w, h) = (nx + 1, ny + 1)
        func at(_ a: Int, _ b: Int, _ c: Int) -> Int32 { table[(c * h + b) * w + a] }
        let high =
            at(x.upperBound, y.upperBound, z.upperBound) - at(x.lowerBound, y.upperBound, z.upperBound)
            - at(x.upperBound, y.lowerBound, z.upperBound) + at(x.lowerBound, y.lowerBound, z.upperBound)
        let low =
            at(x.upperBound, y.upperBound, z.lowerBound) - at(x.lowerBound, y.upperBound, z.lowerBound)
            - at(x.upperBound, y.lowerBound, z.lowerBound) + at(x.lowerBound, y.lowerBound, z.lowerBound)
        return Float(high - low) / Float(volume)
    }
}
